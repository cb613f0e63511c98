"""Reading visits, what was kept of them, and devices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Select, bindparam, func, literal_column, select
from sqlalchemy.orm import joinedload

from crm import clock
from crm.accounts.models import Staff
from crm.accounts.scopes import condition, read_prepared, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.forms import reader_language
from crm.employers.models import Contact, ContactPerson, Position, Workplace
from crm.glossary import picklists
from crm.web.filters import show_date
from outreach.visits.models import ReportState, Visit, VisitDevice, VisitReport, VisitState

SHOWN = 20


@dataclass(frozen=True)
class VisitFilters:
    """What the list of visits is narrowed to. ``whose``: mine or unit; ``state``: a state or empty for all."""

    whose: str = "mine"
    state: str = "planned"


def visits_to_log(actor: Actor, day: date, zone: str) -> list[Visit]:
    """The actor's own visits of a day, and earlier ones that nobody has written about, in their order. One query."""
    end = clock.local_instant(day + timedelta(days=1), time(0), zone)
    statement = (
        _with_names(actor)
        .where(Visit.staff_id == actor.staff_id, Visit.state == VisitState.PLANNED, Visit.at < end)
        .where(Visit.id.not_in(_written_about(actor)))
        .order_by(Visit.at, Visit.id)
        .limit(SHOWN)
    )
    return list(current_session().scalars(statement))


def _written_about(actor: Actor) -> Select[int]:
    """Visits about which the actor has sent something that has to be looked at first."""
    own = (VisitReport.staff_id == actor.staff_id, VisitReport.state == ReportState.KEPT)
    return select(VisitReport.visit_id).where(*own)


class PlannedVisit(NamedTuple):
    """A planned visit as the employer's page names it: when, and who meets whom where."""

    public_id: str
    at: datetime
    zone: str
    staff: str | None
    person: str | None
    workplace: str | None

    @property
    def local(self) -> datetime:
        """When it begins, in its own zone."""
        return self.at.astimezone(ZoneInfo(self.zone))


def visits_with(actor: Actor, employer_id: int) -> list[PlannedVisit]:
    """The planned visits at an employer that ``actor`` sees, the next one first. One query."""
    rows = read_prepared(actor, "visits_with", lambda: _visits_with(actor), employer_id=employer_id)
    return [PlannedVisit._make(row) for row in rows]


def _visits_with(actor: Actor) -> Select[Any]:
    statement: Any = (
        select(Visit.public_id, Visit.at, Visit.zone, Staff.name, ContactPerson.name, Workplace.name)
        .outerjoin(Staff, Staff.id == Visit.staff_id)
        .outerjoin(ContactPerson, ContactPerson.id == Visit.person_id)
        .outerjoin(Workplace, Workplace.id == Visit.workplace_id)
        .where(Visit.employer_id == bindparam("employer_id"), Visit.state == VisitState.PLANNED)
        .order_by(Visit.at, Visit.id)
        .limit(literal_column(str(SHOWN), Integer))
    )
    return scoped(statement, condition(Visit, actor))


def visits_between(actor: Actor, begin: datetime, end: datetime) -> list[Visit]:
    """The actor's own visits that begin in a span of time, cancelled ones too: for the calendar."""
    statement = _with_names(actor).where(Visit.staff_id == actor.staff_id, Visit.at >= begin, Visit.at < end)
    return list(current_session().scalars(statement.order_by(Visit.at, Visit.id).limit(1000)))


def visit_list(actor: Actor, filters: VisitFilters) -> Select[Visit]:
    """The visits that a list shows, without order."""
    statement = _with_names(actor)
    if filters.whose == "mine":
        statement = statement.where(Visit.staff_id == actor.staff_id)
    return statement.where(Visit.state == VisitState(filters.state)) if filters.state else statement


def last_contacts(actor: Actor, employer_ids: Collection[int]) -> dict[int, str]:
    """The newest contact of the reader's units with each of these employers: day, kind and outcome. One query."""
    if not employer_ids:
        return {}
    order = func.row_number().over(
        partition_by=Contact.employer_id, order_by=(Contact.on_date.desc(), Contact.id.desc())
    )
    inner = scoped(
        select(Contact.employer_id, Contact.on_date, Contact.channel, Contact.outcome, order.label("place")).where(
            Contact.employer_id.in_(employer_ids)
        ),
        condition(Contact, actor),
    ).subquery()
    language = reader_language()
    rows = current_session().execute(select(inner).where(inner.c.place == 1)).all()
    return {row.employer_id: _in_words(row, language) for row in rows}


def people_at(actor: Actor, employer_ids: Collection[int]) -> dict[int, list[Position]]:
    """Who works at each of these employers, those who decide first. One query."""
    statement = (
        select(Position)
        .where(Position.employer_id.in_(employer_ids), Position.left_on.is_(None))
        .options(joinedload(Position.person))
        .order_by(Position.decides.desc(), Position.id)
    )
    found: dict[int, list[Position]] = {}
    for each in current_session().scalars(scoped(statement, condition(Position, actor))):
        if each.person.archived_at is None:
            found.setdefault(each.employer_id, []).append(each)
    return found


def kept_reports(actor: Actor) -> list[VisitReport]:
    """What the actor has sent and has to look at once more, the oldest first."""
    statement = (
        visible(VisitReport, actor)
        .where(VisitReport.state == ReportState.KEPT, VisitReport.staff_id == actor.staff_id)
        .options(joinedload(VisitReport.visit).joinedload(Visit.employer))
        .order_by(VisitReport.received_at)
        .limit(SHOWN)
    )
    return list(current_session().scalars(statement))


def contact_of(actor: Actor, visit: Visit) -> Contact | None:
    """The contact that a visit has become, where ``actor`` sees it."""
    if visit.contact_id is None:
        return None
    return current_session().scalar(visible(Contact, actor).where(Contact.id == visit.contact_id))


def devices_of(actor: Actor, staff_id: int) -> Sequence[VisitDevice]:
    """The devices of somebody that are in use, the one seen last first."""
    statement = (
        visible(VisitDevice, actor)
        .where(VisitDevice.staff_id == staff_id, VisitDevice.cut_off_at.is_(None), VisitDevice.cleared_at.is_(None))
        .order_by(VisitDevice.seen_at.desc())
    )
    return current_session().scalars(statement).all()


def cut_off_devices_of(actor: Actor, staff_id: int) -> Sequence[VisitDevice]:
    """The devices of somebody that were cut off, the newest first."""
    statement = (
        visible(VisitDevice, actor)
        .where(VisitDevice.staff_id == staff_id, VisitDevice.cut_off_at.is_not(None))
        .order_by(VisitDevice.cut_off_at.desc())
        .limit(10)
    )
    return current_session().scalars(statement).all()


def _with_names(actor: Actor) -> Select[Visit]:
    return visible(Visit, actor).options(
        joinedload(Visit.employer),
        joinedload(Visit.workplace),
        joinedload(Visit.person),
        joinedload(Visit.staff).load_only(Staff.name),
    )


def _in_words(row: Any, language: str) -> str:
    channel = picklists.label("contact_channel", row.channel, language)
    return f"{show_date(row.on_date)}: {channel}, {picklists.label('contact_outcome', row.outcome, language)}"
