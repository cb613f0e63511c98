"""Contacts of a period, counted by day, purpose, unit and coordinator."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from crm.accounts.models import Staff
from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import Contact
from crm.employers.stages import NOT_REACHED
from crm.measures.formulas import Share, Weeks, contacts_per_week, monday_of, whole_weeks
from crm.measures.models import WeekReview
from crm.participants.models import Enrolment
from crm.reports.filters import FollowUpFilters

IN_PERSON = frozenset({"visit", "meeting_office"})
ASKING = frozenset({"request_place"})
_COUNTS = "counts only, units of the actor"
BusyWeek = tuple[int, date, int]
"""Coordinator, Monday, unit."""


@dataclass(frozen=True)
class DayOfContacts:
    """What one coordinator of one unit did on one day. ``quality`` is the sum of the levels of ``rated`` contacts."""

    unit_id: int
    staff_id: int | None
    day: date
    contacts: int
    in_person: int
    visits: int
    quality: int
    rated: int


@dataclass(frozen=True)
class ContactFigures:
    """Contacts of some units or of one coordinator."""

    contacts: int
    in_person: int
    visits: int
    quality: Share
    weeks: Weeks

    @property
    def quality_mean(self) -> float | None:
        """contact_quality_mean: the mean of the levels 1 to 5 that were given."""
        return self.quality.value


def contacts_in(filters: FollowUpFilters) -> list[ColumnElement[bool]]:
    """The contacts of a report. Attempts at which nobody was reached are no contacts with an employer."""
    return [
        Contact.unit_id.in_(filters.unit_ids),
        Contact.on_date.between(filters.since, filters.until),
        Contact.archived_at.is_(None),
        Contact.outcome.not_in(sorted(NOT_REACHED)),
    ]


def attempts(filters: FollowUpFilters) -> int:
    """How many contacts are left out because nobody was reached. One statement."""
    statement = select(func.count()).where(
        Contact.unit_id.in_(filters.unit_ids), Contact.on_date.between(filters.since, filters.until),
        Contact.archived_at.is_(None), Contact.outcome.in_(sorted(NOT_REACHED)),
    )  # fmt: skip
    return current_session().scalar(trusted(statement, because=_COUNTS)) or 0


def contact_days(filters: FollowUpFilters) -> list[DayOfContacts]:
    """Contacts by unit, coordinator and day. One statement."""
    in_person = Contact.channel.in_(sorted(IN_PERSON))
    statement = (
        select(
            Contact.unit_id, Contact.staff_id, Contact.on_date, func.count(), func.count().filter(in_person),
            func.count().filter(Contact.channel == "visit"), func.coalesce(func.sum(Contact.quality_level), 0),
            func.count(Contact.quality_level),
        )
        .where(*contacts_in(filters))
        .group_by(Contact.unit_id, Contact.staff_id, Contact.on_date)
    )  # fmt: skip
    rows: Any = current_session().execute(trusted(statement, because=_COUNTS))
    return [DayOfContacts(*row) for row in rows]


def employers_met(filters: FollowUpFilters) -> dict[int, int]:
    """The employers with whom somebody was spoken, with the number of contacts. One statement."""
    statement = select(Contact.employer_id, func.count()).where(*contacts_in(filters)).group_by(Contact.employer_id)
    rows = current_session().execute(trusted(statement, because=_COUNTS))
    return dict(rows.all())


def purposes(filters: FollowUpFilters) -> dict[str | None, int]:
    """Contacts by purpose; None where it was not stated. One statement."""
    statement = (
        select(Contact.purpose, func.count())
        .where(*contacts_in(filters))
        .group_by(Contact.purpose)
        .order_by(func.count().desc())
    )
    rows = current_session().execute(trusted(statement, because=_COUNTS))
    return dict(rows.all())


def busy_weeks(filters: FollowUpFilters) -> frozenset[BusyWeek]:
    """Coordinator, Monday and unit of every whole week in which they had somebody who seeks work there. One statement.

    Who changes the unit within a week is in both: each has had them.
    """
    statement = select(Enrolment.coordinator_id, Enrolment.unit_id, Enrolment.starts_on, Enrolment.exited_on).where(
        Enrolment.unit_id.in_(filters.unit_ids),
        Enrolment.coordinator_id.is_not(None),
        Enrolment.starts_on <= filters.until,
        or_(Enrolment.exited_on.is_(None), Enrolment.exited_on >= filters.since),
    )
    weeks = whole_weeks(filters.since, filters.until)
    rows: Any = current_session().execute(trusted(statement, because=_COUNTS))
    spans = {(staff_id, unit_id, since, until or filters.until) for staff_id, unit_id, since, until in rows}
    return frozenset(
        (staff_id, monday, unit_id)
        for staff_id, unit_id, since, until in spans
        for monday in weeks[bisect_left(weeks, monday_of(since)) : bisect_right(weeks, until)]
    )


def reviewed_weeks(filters: FollowUpFilters) -> set[tuple[int, date]]:
    """Coordinator and Monday of the weeks of a report that somebody has reviewed. One statement."""
    statement = select(WeekReview.staff_id, WeekReview.monday).where(
        WeekReview.monday.between(monday_of(filters.since), filters.until)
    )
    return {(staff_id, monday) for staff_id, monday in current_session().execute(statement)}


def contact_figures(
    days: Iterable[DayOfContacts],
    busy: Iterable[BusyWeek],
    reviewed: Collection[tuple[int, date]],
    filters: FollowUpFilters,
) -> ContactFigures:
    """The figures of these days, over the whole weeks of the report. A coordinator's week counts once."""
    rows = list(days)
    pairs = {(staff_id, monday) for staff_id, monday, _unit in busy}
    in_person: dict[tuple[int, date], int] = defaultdict(int)
    for row in rows:
        if row.staff_id is not None:
            in_person[row.staff_id, row.day] += row.in_person
    return ContactFigures(
        contacts=sum(row.contacts for row in rows),
        in_person=sum(row.in_person for row in rows),
        visits=sum(row.visits for row in rows),
        quality=Share(sum(row.quality for row in rows), sum(row.rated for row in rows)),
        weeks=contacts_per_week(in_person, pairs, reviewed, weeks=set(whole_weeks(filters.since, filters.until))),
    )


def visits_by_month(days: Iterable[DayOfContacts]) -> dict[date, int]:
    """Visits by month."""
    found: dict[date, int] = defaultdict(int)
    for row in days:
        found[row.day.replace(day=1)] += row.visits
    return found


def names_of_staff(staff_ids: Collection[int]) -> Mapping[int, str]:
    """The names of colleagues, which everybody knows."""
    rows = current_session().execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids)))
    return dict(rows.all())
