"""The formulas of the measures (standards.md sections 1, 3, 4 and 15), on plain values."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from crm.reports.few import FEWEST_PERSONS

CONTACTS_A_WEEK = 6
"""Face-to-face employer contacts per specialist and week at the highest anchor of the fidelity scale."""
_WEEK = timedelta(days=7)
Period = Callable[[date], tuple[date, date]]


@dataclass(frozen=True)
class Share:
    """``count`` of ``base``."""

    count: int
    base: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None where there is no base."""
        return self.count / self.base if self.base else None


@dataclass(frozen=True)
class Middle:
    """The median of ``base`` values; None where there are none."""

    value: float | None
    base: int


def middle(values: Sequence[float]) -> Middle:
    """The median of some values, with how many they are."""
    return Middle(float(median(values)) if values else None, len(values))


def monday_of(day: date) -> date:
    """The first day of the ISO week of a day."""
    return day - timedelta(days=day.weekday())


def iso_week(day: date) -> str:
    """The ISO week of a day, which at the turn of the year may be one of the year before or after: "2026-W53"."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


def whole_weeks(since: date, until: date) -> list[date]:
    """The Mondays of the ISO weeks that lie within a period from end to end. A week that is not over says nothing."""
    first = monday_of(since)
    monday = first if first == since else first + _WEEK
    found = []
    while monday + timedelta(days=6) <= until:
        found.append(monday)
        monday += _WEEK
    return found


@dataclass(frozen=True)
class Weeks:
    """In-person contacts over coordinators and whole weeks: the sum, the pairs, those that reach the target, and those
    that a manager has reviewed."""

    contacts: int
    pairs: int
    reached: int
    reviewed: int

    @property
    def mean(self) -> float | None:
        """Contacts per coordinator and week."""
        return self.contacts / self.pairs if self.pairs else None


def contacts_per_week(
    days: Mapping[tuple[int, date], int],
    busy: Collection[tuple[int, date]],
    reviewed: Collection[tuple[int, date]] = (),
    *,
    weeks: Collection[date],
    target: int = CONTACTS_A_WEEK,
) -> Weeks:
    """employer_contacts_week (standards 1 and 15).

    ``days``: in-person contacts by coordinator and day. ``busy``: coordinator and Monday of the weeks in which they had
    somebody who seeks work; who had nobody and met nobody is left out. A second visit to the same employer counts.
    """
    by_week: dict[tuple[int, date], int] = defaultdict(int)
    for (staff_id, day), count in days.items():
        by_week[staff_id, monday_of(day)] += count
    pairs = {pair for pair in {*busy, *(pair for pair, count in by_week.items() if count)} if pair[1] in weeks}
    counts = [by_week.get(pair, 0) for pair in pairs]
    return Weeks(sum(counts), len(pairs), sum(count >= target for count in counts), len(pairs & set(reviewed)))


@dataclass(frozen=True)
class Place:
    """Where somebody works: a workplace, or an employer without one, in a municipality."""

    employer_id: int
    workplace_id: int | None
    municipality: str


def distinct_places(places: Iterable[Place]) -> dict[str, set[tuple[int, int | None]]]:
    """Workplaces with cooperation by municipality, each once however many people, places or units it has.

    A placement that names only the employer is at the workplace that is known already, if there is one there.
    """
    found: dict[str, set[tuple[int, int | None]]] = defaultdict(set)
    for place in places:
        found[place.municipality].add((place.employer_id, place.workplace_id))
    return {
        municipality: {
            (employer, workplace)
            for employer, workplace in keys
            if workplace is not None or not any(other == employer and at is not None for other, at in keys)
        }
        for municipality, keys in found.items()
    }


def penetration(places: Iterable[Place], workplaces: Mapping[str, int]) -> Share:
    """employer_penetration: distinct workplaces with cooperation / workplaces with at least one employee.

    Only municipalities whose number is known are in either. More than there are means an old number: it is shown so.
    """
    found = distinct_places(places)
    return Share(sum(len(found.get(code, ())) for code in workplaces), sum(workplaces.values()))


def repeat_employers(now: Collection[int], before: Collection[int]) -> Share:
    """repeat_employers: employers with cooperation in the period who also had it in the three years before."""
    return Share(len(set(now) & set(before)), len(set(now)))


@dataclass(frozen=True)
class Job:
    """Unsubsidised work of a person at one place, from a day to a day; ``until`` None: it goes on."""

    person: int
    place: tuple[int, int | None]
    since: date
    until: date | None

    def overlaps(self, since: date, until: date) -> bool:
        """Whether it is going on at some time of a period, both days in it."""
        return self.since <= until and (self.until is None or self.until >= since)


def quarter_after(day: date, quarters: int) -> tuple[date, date]:
    """The first and last day of the calendar quarter that lies so many quarters after that of ``day``.

    Q2 and Q4 after an exit: 1 June 2017 gives October to December 2017, and April to June 2018.
    """
    number = day.year * 4 + (day.month - 1) // 3 + quarters
    first = date(number // 4, number % 4 * 3 + 1, 1)
    following = date((number + 1) // 4, (number + 1) % 4 * 3 + 1, 1)
    return first, following - timedelta(days=1)


def retention_in_quarters(exits: Mapping[int, date], jobs: Iterable[Job], *, today: date) -> Share:
    """Retention with the same employer (WIOA, effectiveness in serving employers): persons who had the same employer in
    Q2 and Q4 after their exit / persons who were employed in Q2. Only exits whose Q4 is over."""
    due = {person: day for person, day in exits.items() if quarter_after(day, 4)[1] < today}
    return _kept(due, jobs, first=lambda day: quarter_after(day, 2), second=lambda day: quarter_after(day, 4))


def retention_after_days(exits: Mapping[int, date], jobs: Iterable[Job], *, days: int, today: date) -> Share:
    """same_employer_retention after so many days: same place as at the start / employed at the start.

    At the start means on the day of the exit or within two weeks. Only exits that lie back far enough.
    """
    later = timedelta(days=days)
    due = {person: day for person, day in exits.items() if day + later <= today}
    return _kept(
        due, jobs, first=lambda day: (day, day + timedelta(days=14)), second=lambda day: (day + later, day + later)
    )


def _kept(exits: Mapping[int, date], jobs: Iterable[Job], *, first: Period, second: Period) -> Share:
    of_person: dict[int, list[Job]] = defaultdict(list)
    for job in jobs:
        of_person[job.person].append(job)
    base = kept = 0
    for person, day in exits.items():
        begun = {job.place for job in of_person[person] if job.overlaps(*first(day))}
        there = {job.place for job in of_person[person] if job.overlaps(*second(day))}
        base += bool(begun)
        kept += bool(begun & there)
    return Share(kept, base)


@dataclass(frozen=True)
class Cohort:
    """The relationships that were begun in a month, and how many of them reached each stage since."""

    month: date
    begun: int
    reached: Mapping[str, int]


def furthest(moves: Iterable[tuple[int, str]], stages: Sequence[str]) -> dict[int, int]:
    """How far each relationship came: the place in ``stages`` of the furthest one that it entered.

    ``moves``: relationship and stage entered. One that is none of ``stages`` (resting) leads nowhere.
    """
    best: dict[int, int] = {}
    for relationship_id, stage in moves:
        if stage in stages:
            best[relationship_id] = max(best.get(relationship_id, 0), stages.index(stage))
    return best


def cohorts(best: Mapping[int, int], begun: Mapping[int, date], stages: Sequence[str]) -> list[Cohort]:
    """conversion: reached stage B / were in stage A, by the month of entry, the first month first.

    ``best``: see ``furthest``. Who reached a later stage has reached those before it.
    """
    by_month: dict[date, list[int]] = defaultdict(list)
    for relationship_id, day in begun.items():
        by_month[day.replace(day=1)].append(relationship_id)
    return [
        Cohort(month, len(ids), {stage: _came_to(at, ids, best) for at, stage in enumerate(stages)})
        for month, ids in sorted(by_month.items())
    ]


def _came_to(place: int, ids: Iterable[int], best: Mapping[int, int]) -> int:
    return sum(best.get(each, -1) >= place for each in ids)


@dataclass(frozen=True)
class Stay:
    """How long a relationship stood in a stage that it has left."""

    relationship_id: int
    stage: str
    since: datetime
    until: datetime

    @property
    def days(self) -> float:
        """With their fraction."""
        return (self.until - self.since) / timedelta(days=1)


def ended_stays(moves: Iterable[tuple[int, datetime, str]]) -> list[Stay]:
    """The stays that have ended. ``moves``: relationship, time and stage entered, in the order in which they happened.

    Moves within stages that mean the same are one stay: how long a unit's own list is changes no figure.
    """
    found: list[Stay] = []
    now: dict[int, tuple[str, datetime]] = {}
    for relationship_id, at, stage in moves:
        before = now.get(relationship_id)
        if before is not None and before[0] == stage:
            continue
        if before is not None:
            found.append(Stay(relationship_id, before[0], before[1], at))
        now[relationship_id] = (stage, at)
    return found


def time_in_stages(stays: Iterable[Stay]) -> dict[str, Middle]:
    """time_in_stage: the median days of stays that have ended, by stage."""
    found: dict[str, list[float]] = defaultdict(list)
    for stay in stays:
        found[stay.stage].append(stay.days)
    return {stage: middle(values) for stage, values in found.items()}


def years_before(day: date, years: int) -> date:
    """The same day so many years before; 1 March where there was no 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def asks(purposes: Mapping[str | None, int], asking: Collection[str]) -> Share:
    """The share of contacts that ask the employer for something, of those whose purpose is stated."""
    stated = {purpose: count for purpose, count in purposes.items() if purpose}
    return Share(sum(stated.get(purpose, 0) for purpose in asking), sum(stated.values()))


def enough(share: Share) -> Share | None:
    """A share about persons, or None where they are too few to be told about."""
    return share if share.base >= FEWEST_PERSONS else None
