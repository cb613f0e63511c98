"""The visits of the sample installation: two today, some to come, one cancelled."""

from collections.abc import Sequence
from datetime import date, time

from sqlalchemy import select

from crm import clock
from crm.accounts.current import actor_for
from crm.accounts.models import Staff
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.employers.models import Employer, EmployerRelationship, Position
from crm.languages import in_language
from crm.tasks.working_days import add_working_days
from outreach.visits.fields import VisitFields
from outreach.visits.services.booking import book_visit, cancel_visit

_PLANS = (
    (0, time(13, 0), "needs"),
    (0, time(15, 30), "follow_up"),
    (1, time(10, 0), "request_place"),
    (3, time(9, 0), "relationship"),
    (6, time(14, 0), "agreement"),
)
_ABOUT = {"sv": "Fråga om sommarjobb", "nb": "Spør om sommerjobb"}


def add_visits() -> None:
    """Add the visits of both sample units. Runs outside ``transaction()``."""
    with transaction():
        coordinators = current_session().scalars(
            select(Staff).where(Staff.email.in_(["coordinator@example.org", "coordinator.no@example.org"]))
        )
        for staff in coordinators.all():
            _fill(actor_for(staff), staff.unit.country, staff.unit.time_zone)


def _fill(actor: Actor, country: str, zone: str) -> None:
    days_on = days_of_plans(clock.today(zone), country)
    plans = zip(_PLANS, days_on, _employers(actor), strict=False)
    for (days, at, purpose), on, (employer, person_id) in plans:
        about = in_language(_ABOUT, actor.language) if days == 0 else None
        given = VisitFields(on=on, at=at, person_id=person_id, purpose=purpose, about=about)
        visit = book_visit(actor, employer_id=employer.id, given=given)
        if purpose == "agreement":
            cancel_visit(actor, visit_id=visit.id, version=None, because=None)


def days_of_plans(today: date, country: str) -> list[date]:
    """The days of the visits: two today, so that Today shows them whenever one looks; the others on working days."""
    return [add_working_days(today, days, country) if days else today for days, _at, _purpose in _PLANS]


def _employers(actor: Actor) -> Sequence[tuple[Employer, int]]:
    statement = (
        select(Employer, Position.person_id)
        .join(EmployerRelationship, EmployerRelationship.employer_id == Employer.id)
        .join(Position, Position.employer_id == Employer.id)
        .where(
            EmployerRelationship.owner_id == actor.staff_id,
            Employer.archived_at.is_(None),
            Employer.do_not_contact.is_(False),
            Employer.advertising_block.is_(False),
            Position.left_on.is_(None),
        )
        .order_by(Employer.id, Position.id)
    )
    found: dict[int, tuple[Employer, int]] = {}
    for employer, person_id in current_session().execute(statement):
        found.setdefault(employer.id, (employer, person_id))
    # The first ones are those that other pages show most of.
    return list(found.values())[2:]
