"""An event of a unit with somebody invited, for the tests over every route; its module is switched on."""

from datetime import UTC, datetime

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.employers.models import Employer
from outreach.events.models import EventInvitation, MailState, OutreachEvent
from outreach.events.tokens import reply_token, token_hash
from tests.world import World


def event_objects(world: World, unit: Unit, staff: Staff, employer: Employer, *, note: str) -> dict[str, str]:
    """One row of each kind that a parameter of these pages names, all of one unit."""
    unit.modules = [*unit.modules, "events"]
    world.save(unit)
    event = world.save(
        OutreachEvent(
            unit_id=unit.id, owner_id=staff.id, kind="breakfast", title=note, zone=unit.time_zone, language="sv",
            starts_at=datetime(2026, 12, 3, 7, tzinfo=UTC), ends_at=datetime(2026, 12, 3, 9, tzinfo=UTC),
            created_at=clock.now(),
        )
    )  # fmt: skip
    invitation = world.save(
        EventInvitation(
            event_id=event.id, employer_id=employer.id, guest=note, language="sv", batch=f"{note}-batch",
            mail=MailState.SENT, created_at=clock.now(),
        )
    )  # fmt: skip
    invitation.token_hash = token_hash(reply_token(invitation.public_id))
    world.save(invitation)
    ids = dict.fromkeys(("invitations", "code"), invitation.public_id)
    return ids | {"events": event.public_id, "batch": invitation.batch}


def reply_objects(ids: dict[str, str]) -> dict[str, dict[str, str]]:
    """The personal link of the one who is invited."""
    return {"outreach_event_reply": {"token": reply_token(ids["invitations"])}}
