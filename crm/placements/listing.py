"""The list of placements: filters, order and rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.text_index import text_index
from crm.participants.models import Enrolment, Participant
from crm.placements.models import BEFORE_START, Placement
from crm.placements.step_models import CheckIn

CURRENT, PLANNED, ACTIVE, LATE, TO_CLOSE, ENDED, EVERY = (
    "current",
    "planned",
    "active",
    "late",
    "to_close",
    "ended",
    "all",
)
MOST_ROWS = 20_000
LATE_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class ListFilter:
    """What the list shows. ``mine``: only of enrolments that the actor coordinates or stands in for."""

    text: str = ""
    mine: bool = False
    state: str = CURRENT
    kind: str = ""
    since: date | None = None
    until: date | None = None
    """Between which days it starts."""


@dataclass(frozen=True)
class Row:
    """A placement, and the day of its next check-in that nobody has written down."""

    placement: Placement
    next_check_in: date | None


def count_rows(actor: Actor, wanted: ListFilter, today: date) -> int:
    """How many placements the filter finds among those the actor sees."""
    statement = select(func.count()).select_from(Placement).where(*_conditions(actor, wanted, today))
    return current_session().scalar(scoped(statement, condition(Placement, actor))) or 0


def rows(
    actor: Actor,
    wanted: ListFilter,
    today: date,
    *,
    order: Sequence[ColumnElement[Any]],
    limit: int = MOST_ROWS,
    offset: int = 0,
    named: bool = True,
) -> list[Row]:
    """The placements that the filter finds, with person, employer and coordinator, in one query.

    Without ``named``: no placements of persons with a protected identity, for files.
    """
    statement = (
        visible(Placement, actor)
        .add_columns(_next_check_in())
        .join(Placement.employer)
        .join(Placement.participant)
        .where(*_conditions(actor, wanted, today))
        .options(
            joinedload(Placement.employer),
            joinedload(Placement.participant),
            joinedload(Placement.enrolment).joinedload(Enrolment.coordinator),
        )
        .order_by(*order, Placement.id)
        .limit(limit)
        .offset(offset)
    )
    if not named:
        statement = statement.where(~Participant.protected)
    return [Row(placement, due_on) for placement, due_on in current_session().execute(statement)]


def sort_columns() -> Mapping[str, Any]:
    """What the list may be sorted by."""
    return {
        "name": Participant.sort_name,
        "employer": Employer.sort_name,
        "start": Placement.starts_on,
        "end": Placement.ends_on,
        "next": _next_check_in(),
    }


def _next_check_in() -> ScalarSelect[Any]:
    statement = select(func.min(CheckIn.due_on)).where(CheckIn.placement_id == Placement.id, CheckIn.done.is_(None))
    return statement.correlate(Placement).scalar_subquery()


def _conditions(actor: Actor, wanted: ListFilter, today: date) -> list[ColumnElement[bool]]:
    found = _in_state(wanted.state, today)
    if wanted.text:
        found.append(_says(actor, wanted.text))
    if wanted.mine:
        mine = or_(Enrolment.coordinator_id == actor.staff_id, Enrolment.deputy_id == actor.staff_id)
        found.append(exists().where(Enrolment.id == Placement.enrolment_id, mine))
    if wanted.kind:
        found.append(Placement.kind == wanted.kind)
    if wanted.since is not None:
        found.append(Placement.starts_on >= wanted.since)
    if wanted.until is not None:
        found.append(Placement.starts_on <= wanted.until)
    return found


def _in_state(state: str, today: date) -> list[ColumnElement[bool]]:
    running, planned = Placement.end_reason.is_(None), Placement.status.in_(BEFORE_START)
    late = exists().where(
        CheckIn.placement_id == Placement.id, CheckIn.done.is_(None), CheckIn.due_on < today - LATE_AFTER
    )
    by_state: dict[str, list[ColumnElement[bool]]] = {
        PLANNED: [running, planned],
        ACTIVE: [running, ~planned],
        LATE: [running, ~planned, late],
        TO_CLOSE: [~running, Placement.closed_on.is_(None)],
        ENDED: [~running],
        EVERY: [],
    }
    return list(by_state.get(state, [running]))


def _says(actor: Actor, text: str) -> ColumnElement[bool]:
    """Every word stands in the person's name, or the text finds the employer, also an archived one."""
    by_words = or_(text_index().find(text).condition, text_index().find(text, archived=True).condition)
    employers = visible(Employer, actor).where(by_words).with_only_columns(Employer.id)
    names = [Participant.sort_name.contains(word, autoescape=True) for word in text.casefold().split()]
    people = select(Participant.id).where(*names).correlate(None)
    return or_(Placement.employer_id.in_(employers.correlate(None)), Placement.participant_id.in_(people))
