"""The ledger: for each wave, in which state every exit is. It adds up, because it counts exits and not due rows."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.participants.models import Enrolment, EnrolmentExit
from surveys.dispositions import DueState, StopReason
from surveys.models import DueRow

UNPLANNED = "unplanned"
_COUNTS = "counts of exits by state; the caller limits them to the units of the reader"


class LedgerBy(StrEnum):
    """What the ledger may be split by."""

    UNIT = "unit"
    PROGRAMME = "programme"
    MONTH = "month"


@dataclass(frozen=True)
class Ledger:
    """How many exits are in which state, with the reasons. ``unplanned`` counts exits without a due row."""

    counts: Mapping[tuple[DueState, StopReason | None], int] = field(default_factory=dict)
    unplanned: int = 0

    @property
    def total(self) -> int:
        """Every exit, in exactly one state."""
        return sum(self.counts.values()) + self.unplanned

    def of(self, state: DueState) -> int:
        """The exits in a state, whatever the reason."""
        return sum(number for (found, _reason), number in self.counts.items() if found is state)

    def reasons(self, state: DueState) -> dict[StopReason, int]:
        """The exits in a state by reason."""
        return {reason: number for (found, reason), number in self.counts.items() if found is state and reason}

    def rows(self) -> list[tuple[DueState, StopReason | None]]:
        """One (state, reason) for each planned exit: what ``statistics.response_rates`` counts."""
        return [pair for pair, number in self.counts.items() for _one in range(number)]


@dataclass(frozen=True)
class LedgerFilter:
    """Which exits: of these units, of this programme, with an exit date from ``since`` to ``until`` (both included)."""

    unit_ids: Collection[int]
    programme_id: int | None = None
    since: date | None = None
    until: date | None = None


def ledger(wave: str, wanted: LedgerFilter) -> Ledger:
    """The ledger of one wave. One query; the sum of all states is the number of exits."""
    return ledger_by(wave, wanted, by=None).get(None, Ledger())


def ledger_by(wave: str, wanted: LedgerFilter, *, by: LedgerBy | None) -> dict[Any, Ledger]:
    """The ledgers of one wave by unit id, by programme id, or by the first day of the month of the exit."""
    split = _split(by)
    statement: Select[Any] = (
        select(*split, DueRow.state, DueRow.reason, func.count())
        .select_from(EnrolmentExit)
        .join(Enrolment, Enrolment.id == EnrolmentExit.enrolment_id)
        .outerjoin(DueRow, and_(DueRow.exit_id == EnrolmentExit.id, DueRow.wave == wave))
        .where(*_conditions(wanted))
        .group_by(*split, DueRow.state, DueRow.reason)
    )
    grouped: defaultdict[Any, dict[tuple[DueState, StopReason | None], int]] = defaultdict(dict)
    unplanned: defaultdict[Any, int] = defaultdict(int)
    for *place, state, reason, number in current_session().execute(trusted(statement, because=_COUNTS)):
        key = _key(by, place)
        if state is None:
            unplanned[key] += number
        else:
            grouped[key][(state, StopReason(reason) if reason else None)] = number
    return {key: Ledger(grouped[key], unplanned[key]) for key in {*grouped, *unplanned}}


def _split(by: LedgerBy | None) -> list[ColumnElement[Any]]:
    if by is LedgerBy.UNIT:
        return [Enrolment.unit_id.expression]
    if by is LedgerBy.PROGRAMME:
        return [Enrolment.programme_id.expression]
    if by is LedgerBy.MONTH:
        return [func.extract("year", EnrolmentExit.exit_on), func.extract("month", EnrolmentExit.exit_on)]
    return []


def _key(by: LedgerBy | None, place: list[Any]) -> Any:
    if by is LedgerBy.MONTH:
        return date(int(place[0]), int(place[1]), 1)
    return place[0] if by else None


def _conditions(wanted: LedgerFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Enrolment.unit_id.in_(wanted.unit_ids)]
    if wanted.programme_id is not None:
        found.append(Enrolment.programme_id == wanted.programme_id)
    if wanted.since is not None:
        found.append(EnrolmentExit.exit_on >= wanted.since)
    if wanted.until is not None:
        found.append(EnrolmentExit.exit_on <= wanted.until)
    return found
