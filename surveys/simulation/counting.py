"""What came out of a rehearsal, counted from the database and from what the receivers have really accepted."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.messaging.models import MessageState, OutboxMessage
from crm.participants.models import EnrolmentExit
from surveys.dispositions import DueState, StopReason
from surveys.ledger import Ledger, LedgerFilter, ledger
from surveys.simulation.offices import reference_of
from surveys.simulation.options import WAVES
from surveys.statistics.response_rates import (
    DispositionCounts,
    count_weighted_dispositions,
    coverage,
    response_rate_1,
    response_rate_2,
)

_ARRIVED = (MessageState.ACCEPTED, MessageState.DELIVERED)
_OVERDUE = timedelta(days=1)
_COUNTED = "counts of a rehearsal: nobody in it exists"


@dataclass(frozen=True)
class Wave:
    """One wave at the end: the ledger, and the rates over everybody who was due."""

    states: dict[str, int]
    total: int
    adds_up: bool
    reasons: dict[tuple[DueState, StopReason | None], int]
    dispositions: DispositionCounts

    @property
    def rates(self) -> dict[str, float | None]:
        """RR1, RR2 and coverage in percent with one decimal."""
        found = self.dispositions
        return {
            "rr1": _number(response_rate_1(found, digits=1)),
            "rr2": _number(response_rate_2(found, digits=1)),
            "coverage": _number(coverage(found, digits=1)),
        }


@dataclass(frozen=True)
class Messages:
    """What became of the messages. ``accepted`` and ``doubled`` are counted at the receivers.

    ``lost``: said to have arrived, or long overdue, and no receiver has it. ``ghosts``: a receiver has it and nothing
    here says so. ``waiting``: not sent yet and not late.
    """

    planned: int
    accepted: int
    lost: int
    doubled: int
    in_doubt: int
    ever_in_doubt: int
    failed: int
    cancelled: int
    waiting: int
    ghosts: int


@dataclass(frozen=True)
class Outcome:
    """Everything that is reported."""

    exits: int
    waves: dict[str, Wave]
    messages: Messages
    kills: int
    done: dict[str, int]

    @property
    def adds_up(self) -> bool:
        """Whether every exit is in exactly one state of every wave."""
        return all(wave.adds_up and wave.total == self.exits for wave in self.waves.values())

    @property
    def as_json(self) -> dict[str, object]:
        """The outcome as plain values."""
        return {
            "exits": self.exits,
            "waves": {key: {**wave.states, "total": wave.total} for key, wave in self.waves.items()},
            "rates": {key: wave.rates for key, wave in self.waves.items()},
            "messages": asdict(self.messages),
            "adds_up": self.adds_up,
            "kills": self.kills,
            "done": self.done,
        }


def count_outcome(unit_id: int, *, copies: Counter[str], doubts: set[int], kills: int, done: Counter[str]) -> Outcome:
    """Count. Runs in an application context."""
    exits = current_session().scalar(trusted(select(func.count(EnrolmentExit.id)), because=_COUNTED)) or 0
    return Outcome(
        exits=exits,
        waves={key: _wave(key, unit_id) for key in WAVES},
        messages=_messages(copies, doubts),
        kills=kills,
        done=dict(sorted(done.items())),
    )


def _wave(key: str, unit_id: int) -> Wave:
    found: Ledger = ledger(key, LedgerFilter(unit_ids=[unit_id]))
    states = {state.value: found.of(state) for state in DueState}
    weighted = [(state, reason, number) for (state, reason), number in found.counts.items()]
    return Wave(
        states=states,
        total=found.total,
        adds_up=sum(states.values()) == found.total and found.unplanned == 0,
        reasons=dict(found.counts),
        dispositions=count_weighted_dispositions(weighted),
    )


def _messages(copies: Counter[str], doubts: set[int]) -> Messages:
    rows = current_session().scalars(trusted(select(OutboxMessage), because=_COUNTED)).all()
    by_state = Counter(row.state for row in rows)
    there = {row.id for row in rows if copies[reference_of(row)]}
    overdue = {row.id for row in rows if _is_overdue(row)}
    waiting = {row.id for row in rows if row.state in (MessageState.PLANNED, MessageState.CLAIMED)}
    claims = {row.id for row in rows if row.state in _ARRIVED}
    known = {reference_of(row) for row in rows}
    denied = {row.id for row in rows if row.state is MessageState.FAILED}
    return Messages(
        planned=len(rows),
        accepted=len(there),
        lost=len((claims | overdue) - there),
        doubled=sum(1 for number in copies.values() if number > 1),
        in_doubt=by_state[MessageState.UNKNOWN],
        ever_in_doubt=len(doubts),
        failed=by_state[MessageState.FAILED],
        cancelled=by_state[MessageState.CANCELLED],
        waiting=len(waiting - overdue),
        ghosts=len(copies.keys() - known) + len(denied & there),
    )


def _is_overdue(row: OutboxMessage) -> bool:
    waits = row.state in (MessageState.PLANNED, MessageState.CLAIMED, MessageState.ON_WIRE)
    return waits and row.not_before < clock.now() - _OVERDUE


def _number(rate: Decimal | None) -> float | None:
    return None if rate is None else float(rate)
