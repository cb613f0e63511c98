"""The list of participants: filters, order and rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.participants.models import Enrolment, EnrolmentStage, Participant

CURRENT, EXITED, ARCHIVED, EVERYBODY = "current", "exited", "archived", "all"


@dataclass(frozen=True)
class ListFilter:
    """What the list shows. ``mine``: only those whom the actor coordinates or stands in for."""

    text: str = ""
    mine: bool = False
    unit_id: int | None = None
    programme_id: int | None = None
    stage: str | None = None
    state: str = CURRENT


@dataclass(frozen=True)
class Row:
    """A participant with the newest of their enrolments, open ones first."""

    person: Participant
    enrolment: Enrolment | None


def count_rows(actor: Actor, wanted: ListFilter) -> int:
    """How many participants the filter finds among those the actor sees."""
    statement = select(func.count()).select_from(Participant).where(*_conditions(actor, wanted))
    return current_session().scalar(scoped(statement, condition(Participant, actor))) or 0


def rows(
    actor: Actor,
    wanted: ListFilter,
    *,
    order: Sequence[ColumnElement[Any]],
    limit: int | None = None,
    offset: int = 0,
    with_exits: bool = False,
) -> list[Row]:
    """The participants that the filter finds, each with an enrolment: two or three queries, however many there are."""
    statement: Select[Any] = (
        visible(Participant, actor)
        .where(*_conditions(actor, wanted))
        .options(
            selectinload(Participant.enrolments).options(
                joinedload(Enrolment.programme),
                joinedload(Enrolment.coordinator),
                *([selectinload(Enrolment.exits)] if with_exits else []),
            )
        )
        .order_by(*order, Participant.id)
        .offset(offset)
    )
    if limit is not None:
        statement = statement.limit(limit)
    return [Row(person, newest_enrolment(person)) for person in current_session().scalars(statement)]


def sort_columns() -> Mapping[str, Any]:
    """What the list may be sorted by."""
    return {"name": Participant.sort_name, "start": _newest(Enrolment.starts_on), "exit": _newest(Enrolment.exited_on)}


def newest_enrolment(person: Participant) -> Enrolment | None:
    """The enrolment that a list shows: the open one, else the one that started last."""
    ordered = sorted(person.enrolments, key=lambda each: (each.exited_on is None, each.starts_on, each.id))
    return ordered[-1] if ordered else None


def _newest(column: Any) -> ScalarSelect[Any]:
    statement = select(func.max(column)).where(Enrolment.participant_id == Participant.id)
    return statement.correlate(Participant).scalar_subquery()


def _conditions(actor: Actor, wanted: ListFilter) -> list[ColumnElement[bool]]:
    found = _in_state(wanted.state)
    if wanted.text:
        found.append(_says(wanted.text))
    if wanted.unit_id is not None:
        found.append(Participant.unit_id == wanted.unit_id)
    enrolled = _enrolled(actor, wanted)
    if enrolled:
        found.append(exists().where(Enrolment.participant_id == Participant.id, *enrolled))
    return found


def _in_state(state: str) -> list[ColumnElement[bool]]:
    ended = exists().where(Enrolment.participant_id == Participant.id, Enrolment.exited_on.is_not(None))
    going_on = exists().where(Enrolment.participant_id == Participant.id, Enrolment.exited_on.is_(None))
    if state == ARCHIVED:
        return [Participant.archived_at.is_not(None)]
    in_use: list[ColumnElement[bool]] = [Participant.archived_at.is_(None)]
    if state == EXITED:
        return [*in_use, ended, ~going_on]
    return [*in_use, or_(going_on, ~ended)] if state == CURRENT else in_use


def _enrolled(actor: Actor, wanted: ListFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.mine:
        found.append(or_(Enrolment.coordinator_id == actor.staff_id, Enrolment.deputy_id == actor.staff_id))
    if wanted.programme_id is not None:
        found.append(Enrolment.programme_id == wanted.programme_id)
    if wanted.stage in set(EnrolmentStage):
        found.append(Enrolment.stage == EnrolmentStage(wanted.stage))
    return found


def _says(text: str) -> ColumnElement[bool]:
    """Every word stands in the name; or the whole is an e-mail address, a reference or the end of a number."""
    words = [Participant.sort_name.contains(word, autoescape=True) for word in text.casefold().split()]
    ways: list[ColumnElement[bool]] = [func.lower(Participant.email) == text.lower(), Participant.external_ref == text]
    digits = "".join(each for each in text if each.isdigit()).lstrip("0")
    if len(digits) >= 5:
        ways.append(Participant.phone.endswith(digits, autoescape=True))
    by_name = words[0]
    for word in words[1:]:
        by_name = by_name & word
    return or_(by_name, *ways)
