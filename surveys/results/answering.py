"""Who answered and who did not: by unit, language, channel and mode, and whether the two differ as groups."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import trusted
from crm.actors import Role
from crm.db import current_session
from crm.messaging.models import MessageState, OutboxMessage
from crm.participants.models import Enrolment, EnrolmentExit, Participant
from crm.reports.filters import FollowUpFilters
from surveys.dispositions import Disposition, DueState, StopReason, disposition_of
from surveys.due_rows import INVITATION
from surveys.models import DueRow, Response
from surveys.results.conditions import COUNTS_ONLY, due_rows_of
from surveys.statistics.suppression import Cell, hidden_cells, is_too_few

_AGE_BANDS = ((25, "under_25"), (35, "25_34"), (45, "35_44"), (55, "45_54"))
OLDEST_BAND = "55_up"
_NOT_IN_BASE = (None, Disposition.NOT_ELIGIBLE)
_LEFT = (MessageState.ACCEPTED, MessageState.DELIVERED)


@dataclass(frozen=True)
class Answered:
    """How many of those who were due answered in one group. ``key`` is None where nothing is known."""

    key: Any
    answered: int
    due: int

    @property
    def has_too_few(self) -> bool:
        """Whether the group is too small for a percentage."""
        return is_too_few(self.due)


@dataclass(frozen=True)
class Comparison:
    """A table of groups against answered and not answered; ``hidden`` are the cells that must not be printed.

    Cells are (row, column); column 0 is answered, column 1 not answered, column 2 the sum of the row.
    """

    keys: tuple[Any, ...]
    counts: tuple[tuple[int, int], ...]
    hidden: frozenset[Cell]

    def cell(self, row: int, column: int) -> int | None:
        """A number, or None where it is hidden. The row after the last holds the sums."""
        if (row, column) in self.hidden:
            return None
        rows = self.counts if row == len(self.counts) else (self.counts[row],)
        return sum(sum(each) if column == 2 else each[column] for each in rows)


@dataclass(frozen=True)
class Answering:
    """One wave of a report."""

    by_unit: list[Answered]
    by_language: list[Answered]
    by_channel: list[Answered]
    by_mode: list[tuple[str, int]]
    by_coordinator: list[Answered]
    by_age: Comparison
    by_sex: Comparison
    by_reason: Comparison


def answering(filters: FollowUpFilters, wave: str) -> Answering:
    """Count one wave by group. Five queries; nobody appears as a person."""
    groups = _people(filters, wave)
    return Answering(
        by_unit=_units(filters, wave),
        by_language=_answered(_by(DueRow.language, filters, wave)),
        by_channel=_answered(_by_channel(filters, wave)),
        by_mode=_modes(filters, wave),
        by_coordinator=_coordinators(filters, wave),
        by_age=_compare(groups, 0),
        by_sex=_compare(groups, 1),
        by_reason=_compare(groups, 2),
    )


def _conditions(filters: FollowUpFilters, wave: str) -> list[ColumnElement[bool]]:
    return [DueRow.wave == wave, *due_rows_of(filters)]


def _by(column: Any, filters: FollowUpFilters, wave: str) -> Select[Any]:
    return (
        select(column, DueRow.state, DueRow.reason, func.count())
        .where(*_conditions(filters, wave))
        .group_by(column, DueRow.state, DueRow.reason)
    )


def _by_channel(filters: FollowUpFilters, wave: str) -> Select[Any]:
    # The first invitation that left decides; a row that nothing was sent for has no channel.
    first = (
        select(OutboxMessage.purpose_ref, func.min(OutboxMessage.id).label("id"))
        .where(OutboxMessage.purpose == INVITATION, OutboxMessage.state.in_(_LEFT))
        .group_by(OutboxMessage.purpose_ref)
        .subquery()
    )
    return (
        _by(OutboxMessage.channel, filters, wave)
        .outerjoin(first, first.c.purpose_ref == DueRow.public_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == first.c.id)
    )


def _rows(statement: Select[*tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    return current_session().execute(trusted(statement, because=COUNTS_ONLY)).all()


def _answered(statement: Select[Any]) -> list[Answered]:
    """Groups with at least one person in the base, the largest first."""
    totals: defaultdict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for key, state, reason, number in _rows(statement):
        found = _disposition(state, reason)
        if found in _NOT_IN_BASE:
            continue
        totals[key][0] += number if found is Disposition.COMPLETE else 0
        totals[key][1] += number
    groups = [Answered(key, answered, due) for key, (answered, due) in totals.items()]
    return sorted(groups, key=lambda group: (-group.due, str(group.key)))


def _disposition(state: DueState, reason: str | None) -> Disposition | None:
    return disposition_of(state, StopReason(reason) if reason else None)


def _units(filters: FollowUpFilters, wave: str) -> list[Answered]:
    statement = _by(Unit.name, filters, wave).join(Unit, Unit.id == DueRow.unit_id)
    return _answered(statement)


def _modes(filters: FollowUpFilters, wave: str) -> list[tuple[str, int]]:
    statement = (
        select(Response.mode, func.count())
        .join(DueRow, DueRow.id == Response.due_id)
        .where(DueRow.state == DueState.ANSWERED, *_conditions(filters, wave))
        .group_by(Response.mode)
        .order_by(func.count().desc(), Response.mode)
    )
    return [(mode, number) for mode, number in _rows(statement)]


def _coordinators(filters: FollowUpFilters, wave: str) -> list[Answered]:
    """Figures of single coordinators: one's own, and for managers those of units that agreed to have them."""
    actor = filters.actor
    allowed = Enrolment.coordinator_id == actor.staff_id
    if actor.has_role(Role.MANAGER):
        allowed = allowed | Unit.coordinator_figures_agreed.is_not(None) & (Unit.coordinator_figures_agreed != "")
    statement = (
        _by(Staff.name, filters, wave)
        .join(Enrolment, Enrolment.id == DueRow.enrolment_id)
        .join(Staff, Staff.id == Enrolment.coordinator_id)
        .join(Unit, Unit.id == DueRow.unit_id)
        .where(allowed)
    )
    return _answered(statement)


_Group = tuple[str | None, str | None, str]


def _people(filters: FollowUpFilters, wave: str) -> Mapping[_Group, list[int]]:
    """Answered and not answered by age band, sex and exit reason together."""
    age = func.extract("year", DueRow.exit_on) - Participant.birth_year
    band = case(
        (Participant.birth_year.is_(None), None),
        *((age < limit, name) for limit, name in _AGE_BANDS),
        else_=OLDEST_BAND,
    )
    group = (band, Participant.sex, EnrolmentExit.reason, DueRow.state, DueRow.reason)
    statement = (
        select(*group, func.count())
        .join(Participant, Participant.id == DueRow.participant_id)
        .join(EnrolmentExit, and_(EnrolmentExit.id == DueRow.exit_id))
        .where(*_conditions(filters, wave))
        .group_by(*group)
    )
    found: defaultdict[_Group, list[int]] = defaultdict(lambda: [0, 0])
    for age_band, sex, exit_reason, state, reason, number in _rows(statement):
        disposition = _disposition(state, reason)
        if disposition not in _NOT_IN_BASE:
            column = 0 if disposition is Disposition.COMPLETE else 1
            found[(age_band, sex, exit_reason)][column] += number
    return found


def _compare(groups: Mapping[_Group, Sequence[int]], place: int) -> Comparison:
    totals: defaultdict[Hashable, list[int]] = defaultdict(lambda: [0, 0])
    for group, (answered, not_answered) in groups.items():
        totals[group[place]][0] += answered
        totals[group[place]][1] += not_answered
    keys = tuple(sorted(totals, key=_order))
    counts = tuple((totals[key][0], totals[key][1]) for key in keys)
    return Comparison(keys, counts, hidden_cells(counts))


def _order(key: Hashable) -> tuple[bool, bool, str]:
    # Age bands in the order of age; what is not stated stands last.
    return key is None, key != "under_25", str(key)
