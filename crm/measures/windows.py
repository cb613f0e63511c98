"""Before and after the first contact with an employer: windows of the same length, on plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crm.agreements.states import months_later
from crm.measures.formulas import Share
from crm.reports.few import FEWEST_PERSONS

LENGTHS = (3, 6, 12)
"""Months before and after that one can choose among."""
USUAL_LENGTH = 6
INQUIRIES, CONTACTS, AGREEMENTS, PLACEMENTS = "inquiries", "contacts", "agreements", "placements"
COUNTED = (INQUIRIES, CONTACTS, AGREEMENTS, PLACEMENTS)


@dataclass(frozen=True)
class Asked:
    """What is compared: so many months; of ``purpose`` the contact that begins it ('': any); of a group's employers."""

    months: int = USUAL_LENGTH
    purpose: str = ""
    group_id: int | None = None


@dataclass(frozen=True)
class Window:
    """The months before a day and those after it. The day itself is in neither."""

    begun: date
    months: int

    @property
    def first(self) -> date:
        """The first day before that counts."""
        return months_later(self.begun, -self.months)

    @property
    def last(self) -> date:
        """The last day after that counts."""
        return months_later(self.begun, self.months)

    @property
    def before(self) -> tuple[date, date]:
        """The first and last day before."""
        return self.first, self.begun - timedelta(days=1)

    @property
    def after(self) -> tuple[date, date]:
        """The first and last day after."""
        return self.begun + timedelta(days=1), self.last

    def is_over(self, today: date) -> bool:
        """Whether the time after it has ended: until then it would be compared with less than there was before."""
        return self.last < today

    def is_before(self, day: date) -> bool:
        """Whether something of this day was before."""
        return self.first <= day < self.begun

    def is_after(self, day: date) -> bool:
        """Whether something of this day came after."""
        return self.begun < day <= self.last


@dataclass(frozen=True)
class Happened:
    """Something that counts, with the day; ``person``: who began a placement."""

    kind: str
    day: date
    person: int | None = None


@dataclass(frozen=True)
class Pair:
    """How often before, and how often after."""

    before: int
    after: int

    @property
    def change(self) -> int:
        """How many more after than before."""
        return self.after - self.before


@dataclass(frozen=True)
class Compared:
    """An employer whose time after the first contact is over. ``at_work``: somebody has ever begun a placement there.

    ``persons`` are those whose placements are counted.
    """

    employer_id: int
    name: str
    public_id: str
    begun: date
    counts: Mapping[str, Pair]
    at_work: bool
    persons: frozenset[int]


@dataclass(frozen=True)
class Sum:
    """A figure over all employers, and how many of them had at least one."""

    kind: str
    events: Pair
    employers: Pair


@dataclass(frozen=True)
class BeforeAfter:
    """The employers that are compared, by name, and how many are left out because their time after is not over."""

    rows: Sequence[Compared]
    too_early: int

    @property
    def sums(self) -> list[Sum]:
        """Every figure over all employers."""
        return [self._sum(kind) for kind in COUNTED]

    @property
    def at_work(self) -> Share:
        """Employers who have ever taken somebody of ours, of those compared."""
        return Share(sum(row.at_work for row in self.rows), len(self.rows))

    @property
    def few_persons(self) -> bool:
        """Whether the placements are those of so few that who sees figures alone is not told how many."""
        return 0 < len(frozenset().union(*(row.persons for row in self.rows))) < FEWEST_PERSONS

    def _sum(self, kind: str) -> Sum:
        pairs = [row.counts[kind] for row in self.rows]
        return Sum(
            kind,
            Pair(sum(each.before for each in pairs), sum(each.after for each in pairs)),
            Pair(sum(each.before > 0 for each in pairs), sum(each.after > 0 for each in pairs)),
        )


def counted(happened: Sequence[Happened], window: Window) -> dict[str, Pair]:
    """How often each kind happened before and after."""
    return {
        kind: Pair(
            sum(each.kind == kind and window.is_before(each.day) for each in happened),
            sum(each.kind == kind and window.is_after(each.day) for each in happened),
        )
        for kind in COUNTED
    }


def persons_in(happened: Sequence[Happened], window: Window) -> frozenset[int]:
    """Who began a placement that counts."""
    return frozenset(
        each.person
        for each in happened
        if each.person is not None and (window.is_before(each.day) or window.is_after(each.day))
    )
