"""A visit, something that was kept of it, a device, and a calendar: what parameters of routes can name."""

from datetime import UTC, datetime

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.db import new_public_id
from crm.employers.models import Employer
from outreach.calendars.models import CalendarFeed
from outreach.calendars.services import digest
from outreach.visits.models import ReportState, Visit, VisitDevice, VisitReport
from tests.world import World


def visit_objects(world: World, unit: Unit, staff: Staff, employer: Employer, *, note: str) -> dict[str, str]:
    """A planned visit, a report that its writer has to look at, and a device."""
    now = clock.now()
    visit = world.save(
        Visit(
            employer_id=employer.id, unit_id=unit.id, staff_id=staff.id, at=datetime(2026, 11, 18, 13, tzinfo=UTC),
            zone="Europe/Stockholm", purpose="needs", about=note, created_at=now, changed_at=now,
        )
    )  # fmt: skip
    report = VisitReport(
        key=new_public_id(), visit_id=visit.id, staff_id=staff.id, state=ReportState.KEPT, reason="note",
        fields={"outcome": ["interested"], "on_date": ["2026-11-18"], "note": [note]}, received_at=now,
    )  # fmt: skip
    device = VisitDevice(staff_id=staff.id, token_hash=new_public_id(), label="Android", created_at=now, seen_at=now)
    return {
        "visits": visit.public_id,
        "visit-reports": world.save(report).public_id,
        "visit-devices": world.save(device).public_id,
    }


def calendar_objects(world: World, staff: Staff) -> dict[str, dict[str, str]]:
    """The token of somebody's calendar."""
    token = new_public_id()
    world.save(CalendarFeed(staff_id=staff.id, token_hash=digest(token), created_at=clock.now()))
    return {"outreach_calendars.feed": {"token": token}}
