"""Time in a rehearsal: a clock that is moved by hand, and the list of what happens when."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

from crm import clock


class VirtualClock:
    """The source of time while a rehearsal runs. It never goes back."""

    def __init__(self, start: datetime) -> None:
        self.instant = start

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, to: datetime) -> None:
        """Go on to ``to``; an instant that has passed changes nothing."""
        self.instant = max(self.instant, to)


@dataclass(order=True, frozen=True)
class _Entry:
    at: datetime
    place: int
    act: Callable[[], None] = field(compare=False)


class Agenda:
    """What people do and when. Two things of the same instant happen in the order in which they were written down."""

    def __init__(self, virtual: VirtualClock) -> None:
        self._clock = virtual
        self._entries: list[_Entry] = []
        self._places = count()

    def add(self, at: datetime, act: Callable[[], None]) -> None:
        """Let ``act`` happen at ``at``, or at once when that has passed."""
        heappush(self._entries, _Entry(at, next(self._places), act))

    def run_until(self, end: datetime) -> int:
        """Let everything happen that stands before ``end``, each at its own instant. Returns how much that was."""
        happened = 0
        while self._entries and self._entries[0].at < end:
            entry = heappop(self._entries)
            self._clock.advance(entry.at)
            entry.act()
            happened += 1
        self._clock.advance(end)
        return happened


def use(virtual: VirtualClock) -> None:
    """Make ``virtual`` the time of this process."""
    clock.set_source(virtual)
