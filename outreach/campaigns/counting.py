"""Sums over calls and what came of them: pure, from rows that were grouped by the database."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from crm.employers.stages import NOT_REACHED
from outreach.lists.models import Wanted
from outreach.lists.progress import counts

WITHIN = timedelta(days=180)
"""What is made for an employer so long after its first call counts as having come of the call."""
VISIT_BOOKED = "visit_booked"


Key = TypeVar("Key", bound=Hashable)


class Kind(StrEnum):
    """What can come of a call."""

    VISIT = "visit"
    AGREEMENT = "agreement"
    PLACEMENT = "placement"


@dataclass(frozen=True)
class Group:
    """So many entries of a list whose last call was of this version and caller, with this outcome."""

    list_id: int
    wanted: Wanted
    version: int | None
    caller_id: int | None
    outcome: str | None
    count: int


@dataclass(frozen=True)
class Came:
    """One thing that came of a call: a visit, an agreement that was signed, a placement that began."""

    kind: Kind
    on: date
    entry_id: int
    list_id: int
    version: int | None
    caller_id: int | None
    employer: str
    employer_public_id: str
    source_id: int


@dataclass
class Figures:
    """What was counted for a list, a version or a caller."""

    called: int = 0
    reached: int = 0
    achieved: int = 0
    visits_booked: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    came: Counter[Kind] = field(default_factory=Counter)

    def add(self, group: Group) -> None:
        """Count entries in."""
        outcome = group.outcome or ""
        self.called += group.count
        self.outcomes[outcome] += group.count
        self.reached += group.count * (outcome not in NOT_REACHED)
        self.achieved += group.count * counts(outcome, group.wanted)
        self.visits_booked += group.count * (outcome == VISIT_BOOKED)

    @property
    def visits(self) -> int:
        """Visits that took place."""
        return self.came[Kind.VISIT]

    @property
    def agreements(self) -> int:
        """Agreements that were signed."""
        return self.came[Kind.AGREEMENT]

    @property
    def placements(self) -> int:
        """Placements that began."""
        return self.came[Kind.PLACEMENT]

    @property
    def reached_share(self) -> float | None:
        """Reached of all that were called; None where nobody was."""
        return self.reached / self.called if self.called else None


@dataclass(frozen=True)
class Week:
    """A week of a campaign."""

    monday: date
    called: int
    reached: int
    achieved: int


def summed(groups: Iterable[Group], came: Iterable[Came], by: Callable[[Group | Came], Key]) -> Mapping[Key, Figures]:
    """Figures by whatever ``by`` tells of a row. An agreement that two lists led to counts for each of them, and once
    where they are taken together."""
    found: dict[Key, Figures] = {}
    for group in groups:
        found.setdefault(by(group), Figures()).add(group)
    seen: set[tuple[Key, Kind, int]] = set()
    for each in came:
        key = (by(each), each.kind, each.source_id)
        if key not in seen:
            seen.add(key)
            found.setdefault(by(each), Figures()).came[each.kind] += 1
    return found


def is_within(called_on: date, on: date) -> bool:
    """Whether something of a day came of a call: on its day or later, and not too late."""
    return called_on <= on <= called_on + WITHIN


def weeks_of(calls: Sequence[tuple[date, str | None]], wanted: Wanted) -> list[Week]:
    """The weeks from the first call to the last one, those without any call too. ``calls``: day and outcome."""
    if not calls:
        return []
    by_week: dict[date, list[str | None]] = {}
    for day, outcome in calls:
        by_week.setdefault(_monday(day), []).append(outcome)
    first, last = min(by_week), max(by_week)
    mondays = [first + timedelta(days=7 * number) for number in range((last - first).days // 7 + 1)]
    return [_week(monday, by_week.get(monday, []), wanted) for monday in mondays]


def _week(monday: date, outcomes: Sequence[str | None], wanted: Wanted) -> Week:
    return Week(
        monday,
        called=len(outcomes),
        reached=sum(1 for outcome in outcomes if counts(outcome, Wanted.REACHED)),
        achieved=sum(1 for outcome in outcomes if counts(outcome, wanted)),
    )


def per_month(achieved: int, since: date, until: date) -> float:
    """How many of what is wanted come in 30 days: 18 in 90 days are 6 (requirement S2-19)."""
    return 30 * achieved / max((until - since).days, 1)


def change(before: int, now: int) -> float | None:
    """How much fewer they are than before: from 82 to 40 is -0.512 (requirement S2-21). None without a before."""
    return (now - before) / before if before else None


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
