"""Reading inquiries: the list with its filters, one inquiry, what waits for an answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.text_index import text_index
from crm.errors import NotVisible
from crm.inquiries.models import Inquiry, InquiryPerson, InquiryState
from crm.inquiries.sources import GROUPS, REACHED
from crm.participants import listing
from crm.participants.listing import EVERYBODY, ListFilter
from crm.participants.models import Participant

EXPORTED = 20_000
_BATCH = 500
_MOST_MATCHES = 10
OPEN, OVERDUE, CALLBACK, CLOSED, ALL = "open", "overdue", "callback", "closed", "all"
ANY_RESULT = "reached"


@dataclass(frozen=True)
class InquiryFilter:
    """What the list shows. ``state``: open, overdue, callback, closed or all. ``group`` is a group of sources.

    ``outcome``: a code of inquiry_outcome, or ``reached`` for work and places. ``who``: mine, none or all.
    """

    today: date
    state: str = OPEN
    source: str = ""
    group: str = ""
    channel: str = ""
    topic: str = ""
    outcome: str = ""
    who: str = "all"
    unit_ids: frozenset[int] | None = None
    since: date | None = None
    until: date | None = None
    answered: str = ""


@dataclass(frozen=True)
class InquiryLine:
    """A line of the list, and of a file. ``persons`` counts them; nobody is named."""

    public_id: str
    received_on: date
    received_at: datetime
    source: str
    channel: str
    topic: str
    state: InquiryState
    answer_due_on: date
    answered_at: datetime | None
    callback_requested: bool
    employer: str | None
    handled_by: str | None
    unit: str
    persons: int
    results: int


def conditions(wanted: InquiryFilter, staff_id: int | None) -> list[ColumnElement[bool]]:
    """What a filter asks of an inquiry; the visibility comes beside it."""
    plain = {
        Inquiry.source: wanted.source,
        Inquiry.channel: wanted.channel,
        Inquiry.topic: wanted.topic,
    }
    found: list[ColumnElement[bool]] = [column == value for column, value in plain.items() if value]
    found += _in_state(wanted)
    if wanted.group:
        found.append(Inquiry.source.in_(GROUPS[wanted.group][1] if wanted.group in GROUPS else ()))
    if wanted.since:
        found.append(Inquiry.received_on >= wanted.since)
    if wanted.until:
        found.append(Inquiry.received_on <= wanted.until)
    if wanted.unit_ids is not None:
        found.append(Inquiry.unit_id.in_(wanted.unit_ids))
    if wanted.who != "all":
        mine = wanted.who == "mine"
        found.append(Inquiry.handled_by_id == staff_id if mine else Inquiry.handled_by_id.is_(None))
    if wanted.answered:
        found.append(Inquiry.answered_at.is_not(None))
    if wanted.outcome:
        codes = REACHED if wanted.outcome == ANY_RESULT else (wanted.outcome,)
        found.append(exists().where(InquiryPerson.inquiry_id == Inquiry.id, InquiryPerson.outcome.in_(codes)))
    return found


def _in_state(wanted: InquiryFilter) -> list[ColumnElement[bool]]:
    if wanted.state == CLOSED:
        return [Inquiry.state == InquiryState.CLOSED]
    if wanted.state == ALL:
        return []
    still_open: list[ColumnElement[bool]] = [Inquiry.state != InquiryState.CLOSED]
    if wanted.state == OVERDUE:
        still_open += [Inquiry.answered_at.is_(None), Inquiry.answer_due_on < wanted.today]
    elif wanted.state == CALLBACK:
        still_open += [Inquiry.answered_at.is_(None), Inquiry.callback_requested.is_(True)]
    return still_open


def count_inquiries(actor: Actor, wanted: InquiryFilter) -> int:
    """How many inquiries that ``actor`` sees fit the filter."""
    statement = select(func.count()).select_from(Inquiry).where(*conditions(wanted, actor.staff_id))
    return current_session().scalar(scoped(statement, condition(Inquiry, actor))) or 0


def inquiry_lines(
    actor: Actor, wanted: InquiryFilter, *, order: Sequence[ColumnElement[Any]], limit: int, offset: int = 0
) -> list[InquiryLine]:
    """The lines of one page of the list."""
    statement = _lines(actor, wanted).order_by(*order, Inquiry.id.desc()).limit(limit).offset(offset)
    return [InquiryLine(*row) for row in current_session().execute(statement)]


def lines_for_file(actor: Actor, wanted: InquiryFilter) -> Iterator[InquiryLine]:
    """Every line of the list, the newest first, for a file; at most ``EXPORTED``."""
    statement = _lines(actor, wanted).order_by(Inquiry.received_on.desc(), Inquiry.id.desc()).limit(EXPORTED)
    for row in current_session().execute(statement.execution_options(yield_per=_BATCH)):
        yield InquiryLine(*row)


def _lines(actor: Actor, wanted: InquiryFilter) -> Select[Any]:
    persons = select(func.count()).where(InquiryPerson.inquiry_id == Inquiry.id)
    results = persons.where(InquiryPerson.outcome.in_(REACHED))
    statement: Any = (
        select(
            Inquiry.public_id, Inquiry.received_on, Inquiry.received_at, Inquiry.source, Inquiry.channel,
            Inquiry.topic, Inquiry.state, Inquiry.answer_due_on, Inquiry.answered_at, Inquiry.callback_requested,
            Employer.name, Staff.name, Unit.name, persons.correlate(Inquiry).scalar_subquery(),
            results.correlate(Inquiry).scalar_subquery(),
        )
        .select_from(Inquiry)
        .join(Unit, Unit.id == Inquiry.unit_id)
        .outerjoin(Employer, Employer.id == Inquiry.employer_id)
        .outerjoin(Staff, Staff.id == Inquiry.handled_by_id)
        .where(*conditions(wanted, actor.staff_id))
    )  # fmt: skip
    found: Select[Any] = scoped(statement, condition(Inquiry, actor))
    return found


def one_inquiry(actor: Actor, public_id: str) -> Inquiry:
    """An inquiry with its persons, employer and handler. Raises NotVisible."""
    statement = (
        visible(Inquiry, actor)
        .where(Inquiry.public_id == public_id)
        .options(joinedload(Inquiry.employer), joinedload(Inquiry.handled_by), selectinload(Inquiry.persons))
    )
    found = current_session().scalar(statement)
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def may_remove(actor: Actor, inquiry: Inquiry) -> bool:
    """Whether ``actor`` may remove it: who wrote it, and managers."""
    wrote = inquiry.created_by_id is not None and inquiry.created_by_id == actor.staff_id
    return wrote or actor.has_role(Role.MANAGER)


def named(actor: Actor, inquiry: Inquiry) -> dict[int, Participant]:
    """The participants of an inquiry whom ``actor`` sees, by id."""
    ids = [each.participant_id for each in inquiry.persons if each.participant_id is not None]
    if not ids:
        return {}
    found = current_session().scalars(visible(Participant, actor).where(Participant.id.in_(ids)))
    return {person.id: person for person in found}


def waiting_for(actor: Actor, today: date, *, limit: int = 5) -> tuple[list[InquiryLine], int]:
    """What the actor, or nobody yet, has to answer today or had to before; with how many there are in all.

    A manager is also told of what others of the unit are late with.
    """
    mine = or_(Inquiry.handled_by_id == actor.staff_id, Inquiry.handled_by_id.is_(None))
    if actor.has_role(Role.MANAGER):
        mine = or_(mine, Inquiry.answer_due_on < today)
    due = and_(mine, Inquiry.answered_at.is_(None), Inquiry.answer_due_on <= today)
    statement = _lines(actor, InquiryFilter(today=today)).where(due).order_by(Inquiry.answer_due_on, Inquiry.id)
    found = [InquiryLine(*row) for row in current_session().execute(statement.limit(limit + 1))]
    if len(found) <= limit:
        return found, len(found)
    counted = select(func.count()).select_from(Inquiry).where(due, *conditions(InquiryFilter(today=today), None))
    total = current_session().scalar(scoped(counted, condition(Inquiry, actor))) or 0
    return found[:limit], total


def employers_like(actor: Actor, text: str) -> list[Employer]:
    """Employers in use whose name, number or place has every word of ``text``; at most ten."""
    if not text.strip():
        return []
    statement = (
        visible(Employer, actor)
        .where(text_index().find(text).condition, Employer.archived_at.is_(None))
        .order_by(Employer.sort_name, Employer.id)
        .limit(_MOST_MATCHES)
    )
    return list(current_session().scalars(statement))


def people_like(actor: Actor, text: str) -> list[Participant]:
    """Participants whom ``actor`` sees and whose name has every word of ``text``; at most ten."""
    if not text.strip():
        return []
    found = listing.rows(
        actor, ListFilter(text=text, state=EVERYBODY), order=[Participant.sort_name.expression], limit=_MOST_MATCHES
    )
    return [row.person for row in found]
