"""How far a list is towards what it is to reach: pure figures, and which outcomes count for what is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_

from crm.employers.stages import NOT_REACHED
from outreach.lists.models import CallEntry, CallList, EntryState, Wanted

SOON = 7
"""From so many days before its deadline a list that is not there yet says so."""
COUNTED = (EntryState.DONE, EntryState.CALLBACK)
"""The states of entries whose last call counts."""
OUTCOMES: Mapping[Wanted, frozenset[str]] = {
    Wanted.VISIT_BOOKED: frozenset({"visit_booked"}),
    # What the shipped script for an information meeting notes when somebody signs up.
    Wanted.SIGNED_UP: frozenset({"interested"}),
}
"""The outcomes that count for what is wanted. Reached is everybody who was spoken to."""


@dataclass(frozen=True)
class Progress:
    """What a list has come to. ``target`` None: everybody who can be called."""

    achieved: int
    target: int | None
    deadline: date | None
    today: date
    waiting: int = 0
    callbacks: int = 0
    taken: int = 0
    done: int = 0
    left_out: int = 0

    @property
    def total(self) -> int:
        """Everybody in the list."""
        return self.to_call + self.left_out

    @property
    def to_call(self) -> int:
        """Everybody who is, or was, to be called."""
        return self.waiting + self.callbacks + self.taken + self.done

    @property
    def goal(self) -> int:
        """The target; without one everybody who is to be called."""
        return self.target if self.target is not None else self.to_call

    @property
    def share(self) -> float | None:
        """What is achieved of the goal: 12 of 20 are 0.6. None without a goal."""
        return self.achieved / self.goal if self.goal else None

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached."""
        return bool(self.goal) and self.achieved >= self.goal

    @property
    def days_left(self) -> int | None:
        """Days until the deadline, below zero after it; None without one."""
        return (self.deadline - self.today).days if self.deadline else None

    @property
    def is_late(self) -> bool:
        """The deadline has passed and the goal is not reached."""
        return self.days_left is not None and self.days_left < 0 and not self.is_met

    @property
    def is_soon(self) -> bool:
        """The deadline is near and the goal is not reached."""
        return self.days_left is not None and 0 <= self.days_left <= SOON and not self.is_met


def achieves(wanted: Wanted) -> ColumnElement[bool]:
    """A condition on CallEntry: its last call counts for what is wanted."""
    if wanted is Wanted.REACHED:
        return and_(CallEntry.state.in_(COUNTED), CallEntry.outcome.not_in(sorted(NOT_REACHED)))
    return and_(CallEntry.state.in_(COUNTED), CallEntry.outcome.in_(sorted(OUTCOMES[wanted])))


def achieves_its_list() -> ColumnElement[bool]:
    """A condition on CallEntry joined with CallList: counts for what its own list wants."""
    return or_(false(), *(and_(CallList.wanted == wanted, achieves(wanted)) for wanted in Wanted))


def counts(outcome: str | None, wanted: Wanted) -> bool:
    """The same for an outcome that has been read."""
    if wanted is Wanted.REACHED:
        return outcome is not None and outcome not in NOT_REACHED
    return outcome in OUTCOMES[wanted]
