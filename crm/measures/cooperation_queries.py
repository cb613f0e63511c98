"""Cooperation: who has, or had, people of ours at work, counted from placements."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import Employer, Workplace
from crm.inquiries.models import Inquiry, InquiryPerson
from crm.measures.area_queries import area_of
from crm.measures.formulas import (
    Job,
    Middle,
    Place,
    Share,
    distinct_places,
    middle,
    penetration,
    repeat_employers,
    retention_after_days,
    retention_in_quarters,
    years_before,
)
from crm.measures.models import WorkplaceCount
from crm.participants.models import Enrolment, EnrolmentExit
from crm.placements.models import Placement
from crm.reports.filters import FollowUpFilters
from crm.reports.outcomes import exits_in

UNSUBSIDISED = frozenset({"ordinary_work", "no_apprentice", "dk_hours"})
"""Kinds of placement that are employment without subsidy, apprenticeships among them (standards 3)."""
EARLY_DAYS = 30
NOT_BEGUN = frozenset({"planned", "clarified", "approved", "cancelled"})
_COUNTS = "counts only, units of the actor"


@dataclass(frozen=True)
class Penetration:
    """Penetration over the municipalities whose number is known; ``unknown``: workplaces where it is not.

    ``by_unit`` counts a workplace for every unit that cooperates with it, so its sum may exceed the total. ``area``
    names the regions of the units, where they have any; ``outside``: workplaces that lie in none of them.
    """

    share: Share
    unknown: int
    by_unit: Mapping[int, int]
    area: Sequence[str] = ()
    outside: int = 0

    @property
    def everywhere(self) -> int:
        """All workplaces with cooperation, each once, wherever they are: what ``by_unit`` counts for each unit."""
        return self.share.count + self.unknown + self.outside


@dataclass(frozen=True)
class Known:
    """Municipalities under their ``area``: how many workplaces they have, and which of those in use count at all."""

    workplaces: Mapping[str, int]
    inside: frozenset[str]
    names: Sequence[str]


@dataclass(frozen=True)
class Retention:
    """same_employer_retention at its three times."""

    after_90_days: Share
    after_6_months: Share
    q2_to_q4: Share


def cooperation_in(since: date, until: date) -> list[ColumnElement[bool]]:
    """Placements that were going on at some time of a period."""
    return [
        Placement.starts_on <= until,
        or_(Placement.ends_on.is_(None), Placement.ends_on >= since),
        Placement.status.not_in(sorted(NOT_BEGUN)),
        Placement.cancelled.is_(False),
    ]


@dataclass(frozen=True)
class PlaceRow:
    """Where a unit had people at work in the period, and how many placements."""

    unit_id: int
    place: Place
    placements: int


def area(country: str, code: str) -> str:
    """A municipality among those of all countries, whose codes are used twice: "SE 1860". Empty where it is unknown."""
    return f"{country} {code}" if code else ""


def cooperation_places(filters: FollowUpFilters) -> list[PlaceRow]:
    """Every place with cooperation in the period, by unit. One statement."""
    code = func.coalesce(Workplace.municipality_code, Employer.municipality_code, Employer.municipality, "")
    statement = (
        select(Placement.unit_id, Placement.employer_id, Placement.workplace_id, Employer.country, code, func.count())
        .join(Employer, Employer.id == Placement.employer_id)
        .outerjoin(Workplace, Workplace.id == Placement.workplace_id)
        .where(*cooperation_in(filters.since, filters.until), Placement.unit_id.in_(filters.unit_ids))
        .group_by(Placement.unit_id, Placement.employer_id, Placement.workplace_id, Employer.country, code)
    )
    rows = current_session().execute(_of_programme(statement, filters))
    return [
        PlaceRow(unit, Place(employer, workplace, area(country, where)), count)
        for unit, employer, workplace, country, where, count in rows
    ]


def employer_penetration(filters: FollowUpFilters) -> Penetration:
    """Distinct workplaces with cooperation / workplaces in the municipalities of the units' area. Five statements."""
    rows = cooperation_places(filters)
    places = [row.place for row in rows]
    by_unit: dict[int, list[Place]] = defaultdict(list)
    for row in rows:
        by_unit[row.unit_id].append(row.place)
    known = known_workplaces(filters, places)
    everywhere = distinct_places(places)
    return Penetration(
        share=penetration(places, known.workplaces),
        unknown=sum(len(everywhere[where]) for where in known.inside if where not in known.workplaces),
        by_unit={unit_id: sum(map(len, distinct_places(own).values())) for unit_id, own in by_unit.items()},
        area=known.names,
        outside=sum(len(found) for where, found in everywhere.items() if where not in known.inside),
    )


def known_workplaces(filters: FollowUpFilters, places: Collection[Place]) -> Known:
    """The numbers of workplaces that a report counts with, and which municipalities of ``places`` are in its area.

    That is every municipality that is entered, or those of the units' targets for coverage.
    """
    numbers, used = workplaces_by_municipality(filters.until.year), {place.municipality for place in places}
    own = area_of(filters)
    if own is None:
        return Known(numbers, frozenset(used), ())
    inside = own.within({*numbers, *used})
    return Known({key: number for key, number in numbers.items() if key in inside}, inside & used, own.names)


def workplaces_by_municipality(year: int) -> dict[str, int]:
    """The newest number of every municipality up to a year, under its ``area``."""
    statement = select(WorkplaceCount).where(WorkplaceCount.year <= year).order_by(WorkplaceCount.year)
    return {area(row.country, row.municipality_code): row.workplaces for row in current_session().scalars(statement)}


def names_of_municipalities() -> dict[str, str]:
    """What the municipalities are called whose number of workplaces is entered, under their ``area``."""
    rows = current_session().scalars(select(WorkplaceCount).order_by(WorkplaceCount.year))
    return {area(row.country, row.municipality_code): row.municipality for row in rows}


def employers_before_and_now(filters: FollowUpFilters) -> tuple[set[int], set[int]]:
    """Employers with people of these units in the three years before the period, and in it. Two statements."""
    before = _employers(filters, years_before(filters.since, 3), filters.since - timedelta(days=1))
    return before, employers_now(filters)


def met_and_at_work(filters: FollowUpFilters, met: Collection[int]) -> Share:
    """Of the employers who were met, those where somebody of the units worked in the period. One statement."""
    return Share(len(employers_now(filters) & set(met)), len(met))


def employers_now(filters: FollowUpFilters) -> set[int]:
    """Employers where somebody of the units worked in the period. One statement."""
    return _employers(filters, filters.since, filters.until)


def repeat_of(filters: FollowUpFilters) -> Share:
    """Employers of the period who had people of these units in the three years before as well. Two statements."""
    before, now = employers_before_and_now(filters)
    return repeat_employers(now, before)


def retention(filters: FollowUpFilters, *, today: date) -> Retention:
    """Who is still where they began after the exit. The last exit of a person counts. Two statements."""
    exits = (
        select(Enrolment.participant_id, func.max(EnrolmentExit.exit_on))
        .join(Enrolment, EnrolmentExit.enrolment_id == Enrolment.id)
        .where(*exits_in(filters))
        .group_by(Enrolment.participant_id)
    )
    days = dict(current_session().execute(trusted(exits, because=_COUNTS)).all())
    jobs = _jobs(filters)
    return Retention(
        retention_after_days(days, jobs, days=90, today=today),
        retention_after_days(days, jobs, days=182, today=today),
        retention_in_quarters(days, jobs, today=today),
    )


def first_contact(filters: FollowUpFilters) -> tuple[Middle, Share]:
    """Days from the start of an enrolment to the first contact with an employer for that person: the median,
    and the share within 30 days of all who started. One statement.

    A placement that begins, or an inquiry about the person that names an employer, is such a contact.
    """
    placed = select(func.min(Placement.starts_on)).where(
        Placement.participant_id == Enrolment.participant_id,
        Placement.starts_on >= Enrolment.starts_on,
        Placement.status.not_in(sorted(NOT_BEGUN)),
        Placement.cancelled.is_(False),
    )
    asked = (
        select(func.min(Inquiry.received_on))
        .join(InquiryPerson, InquiryPerson.inquiry_id == Inquiry.id)
        .where(
            InquiryPerson.participant_id == Enrolment.participant_id,
            Inquiry.employer_id.is_not(None),
            Inquiry.archived_at.is_(None),
            Inquiry.received_on >= Enrolment.starts_on,
        )
    )
    statement = select(
        Enrolment.starts_on, placed.correlate(Enrolment).scalar_subquery(), asked.correlate(Enrolment).scalar_subquery()
    ).where(Enrolment.unit_id.in_(filters.unit_ids), Enrolment.starts_on.between(filters.since, filters.until))
    if filters.programme_id is not None:
        statement = statement.where(Enrolment.programme_id == filters.programme_id)
    rows = current_session().execute(trusted(statement, because=_COUNTS)).all()
    days = [float((min(filter(None, found)) - start).days) for start, *found in rows if any(found)]
    return middle(days), Share(sum(day <= EARLY_DAYS for day in days), len(rows))


def _employers(filters: FollowUpFilters, since: date, until: date) -> set[int]:
    statement = select(Placement.employer_id).where(
        *cooperation_in(since, until), Placement.unit_id.in_(filters.unit_ids)
    )
    return set(current_session().scalars(_of_programme(statement, filters)))


def _jobs(filters: FollowUpFilters) -> list[Job]:
    statement = select(
        Placement.participant_id, Placement.employer_id, Placement.workplace_id, Placement.starts_on, Placement.ends_on
    ).where(
        Placement.unit_id.in_(filters.unit_ids),
        Placement.kind.in_(sorted(UNSUBSIDISED)),
        Placement.status.not_in(sorted(NOT_BEGUN)),
        Placement.cancelled.is_(False),
    )
    rows = current_session().execute(trusted(statement, because=_COUNTS))
    return [Job(person, (employer, place), since, until) for person, employer, place, since, until in rows]


def _of_programme(statement: Any, filters: FollowUpFilters) -> Any:
    if filters.programme_id is not None:
        statement = statement.join(Enrolment, Enrolment.id == Placement.enrolment_id)
        statement = statement.where(Enrolment.programme_id == filters.programme_id)
    return trusted(statement, because=_COUNTS)
