"""The ledger of every wave with what follows from it: does it add up, how many answered, what is late."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.db import current_session, reading_connection
from crm.participants.models import Enrolment, EnrolmentExit
from crm.reports.few import is_hidden
from crm.reports.filters import FollowUpFilters
from crm.reports.kept import kept
from surveys.dispositions import DueState, StopReason
from surveys.ledger import Ledger, LedgerBy, ledger_by
from surveys.models import DueRow, FollowUpPlan
from surveys.results.conditions import (
    COUNTS_ONLY,
    ledger_filter,
    sees_refusals,
)
from surveys.statistics.response_rates import DispositionCounts, count_weighted_dispositions
from surveys.statistics.suppression import MINIMUM_ANSWERS

_PLAN = FollowUpPlan.__table__.c
_WAVE_KEYS = select(_PLAN.key).group_by(_PLAN.key).order_by(func.min(_PLAN.days_after), _PLAN.key)
_SENT = (
    DueState.SENT_WAITING,
    DueState.IN_DOUBT,
    DueState.ANSWERED,
    DueState.PARTLY_ANSWERED,
    DueState.DECLINED,
    DueState.CLOSED_WITHOUT_ANSWER,
)


@dataclass(frozen=True)
class Wave:
    """One column of the ledger. ``exits`` was counted apart from the ledger, so that a difference shows.

    ``late``: surveys that were due before today and have not gone out, whenever the exit was.
    ``merged``: refusals are shown together with those who did not answer.
    """

    key: str
    ledger: Ledger
    by_unit: dict[int, Ledger]
    exits: int
    late: int
    merged: bool
    alone: bool = False
    """Whether the reader sees figures alone: then no reason of few is named."""

    @property
    def adds_up(self) -> bool:
        """Whether every exit is in exactly one state and none is unplanned."""
        return self.ledger.total == self.exits and not self.ledger.unplanned

    @property
    def stands_still(self) -> bool:
        """Whether surveys are late and not one has ever gone out."""
        return self.late > 0 and not any(self.ledger.of(state) for state in _SENT)

    @property
    def is_small(self) -> bool:
        """Whether reasons would point at single persons."""
        return self.exits < MINIMUM_ANSWERS

    @property
    def dispositions(self) -> DispositionCounts:
        """The counts behind the response rate."""
        return dispositions_of(self.ledger)

    @property
    def not_yet_due(self) -> int:
        """Exits whose day has not come; they are in no base."""
        return self.ledger.of(DueState.NOT_YET_DUE)

    def count(self, state: DueState) -> int:
        """How many exits are shown in a state; refusals stand with the unanswered where they are merged."""
        if not self.merged:
            return self.ledger.of(state)
        if state is DueState.DECLINED:
            return 0
        declined = self.ledger.of(DueState.DECLINED) if state is DueState.CLOSED_WITHOUT_ANSWER else 0
        return self.ledger.of(state) + declined

    def reasons(self) -> list[tuple[StopReason, int]]:
        """Why it was not possible, the most frequent first; nothing in a small wave, and no reason of few persons
        to who reads figures alone."""
        if self.is_small:
            return []
        found = self.ledger.reasons(DueState.NOT_POSSIBLE)
        told = [pair for pair in found.items() if not self.alone or pair[1] >= MINIMUM_ANSWERS]
        return sorted(told, key=lambda pair: -pair[1])


def waves_of(filters: FollowUpFilters) -> list[Wave]:
    """Every wave that is planned somewhere, the first after the exit first. Three queries and one for each wave."""
    exits, late = kept("surveys.exits", filters, _exits), _late(filters)
    found = []
    for key in wave_keys():
        by_unit = kept("surveys.ledger", filters, partial(_by_unit, key), also=key)
        alone = is_hidden(filters.actor, 1)
        merged = exits < MINIMUM_ANSWERS or not sees_refusals(filters.actor)
        found.append(Wave(key, _sum(by_unit.values()), by_unit, exits, late.get(key, 0), merged, alone))
    return found


def _by_unit(wave: str, filters: FollowUpFilters) -> dict[Any, Ledger]:
    return ledger_by(wave, ledger_filter(filters), by=LedgerBy.UNIT)


def dispositions_of(found: Ledger) -> DispositionCounts:
    """The AAPOR dispositions of a ledger."""
    return count_weighted_dispositions((state, reason, number) for (state, reason), number in found.counts.items())


def _sum(parts: Iterable[Ledger]) -> Ledger:
    counts: dict[tuple[DueState, StopReason | None], int] = {}
    unplanned = 0
    for part in parts:
        unplanned += part.unplanned
        for place, number in part.counts.items():
            counts[place] = counts.get(place, 0) + number
    return Ledger(counts, unplanned)


def wave_keys() -> list[str]:
    """The waves that are planned somewhere, in the order of their days. One query."""
    return list(reading_connection().scalars(_WAVE_KEYS))


def _exits(filters: FollowUpFilters) -> int:
    statement = (
        select(func.count())
        .select_from(EnrolmentExit)
        .join(Enrolment, Enrolment.id == EnrolmentExit.enrolment_id)
        .where(
            EnrolmentExit.exit_on.between(filters.since, filters.until),
            Enrolment.unit_id.in_(filters.unit_ids),
        )
    )
    if filters.programme_id is not None:
        statement = statement.where(Enrolment.programme_id == filters.programme_id)
    return current_session().scalar(trusted(statement, because=COUNTS_ONLY)) or 0


def _late(filters: FollowUpFilters) -> dict[str, int]:
    # Late is late, whenever the exit was.
    values: dict[str, object] = {"today": clock.today(), "units": list(filters.unit_ids)}
    if filters.programme_id is not None:
        values["programme"] = filters.programme_id
    rows = reading_connection().execute(_late_rows(filters.programme_id is not None), values)
    return {row.wave: row[1] for row in rows}


@cache
def _late_rows(of_programme: bool) -> Select[str, int]:
    due = DueRow.__table__.c
    units = due.unit_id.in_(bindparam("units", expanding=True))
    statement = select(due.wave, func.count()).where(due.state == DueState.DUE, due.due_on < bindparam("today"), units)
    if of_programme:
        statement = statement.where(due.programme_id == bindparam("programme"))
    return trusted(statement.group_by(due.wave), because=COUNTS_ONLY)
