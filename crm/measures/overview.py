"""Everything the page of measures shows, put together once for the page, the paper and the workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crm.accounts.models import Unit
from crm.actors import Actor, Role
from crm.inquiries.report_queries import FirstResponse
from crm.measures import contact_queries as contacts
from crm.measures import cooperation_queries as cooperation
from crm.measures import pipeline_queries as pipeline
from crm.measures.contact_queries import BusyWeek, ContactFigures, DayOfContacts
from crm.measures.cooperation_queries import Penetration, Retention
from crm.measures.formulas import Cohort, Middle, Share, asks, enough, iso_week, monday_of, whole_weeks
from crm.measures.heard_queries import Heard, Said, heard, promising_units, said, talking_units
from crm.measures.queries import units_that_agreed
from crm.pipeline.queries import BoardFilter
from crm.pipeline.stalled import count_stalled
from crm.reports.few import is_hidden
from crm.reports.filters import FollowUpFilters
from crm.reports.kept import kept

RECENT_WEEKS = 4


@dataclass(frozen=True)
class Week:
    """A whole ISO week: contacts in person, and coordinators who had somebody that seeks work or met somebody."""

    monday: date
    contacts: int
    coordinators: int

    @property
    def name(self) -> str:
        """As in the calendar: "2026-W53"."""
        return iso_week(self.monday)

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    @property
    def mean(self) -> float | None:
        """Contacts per coordinator; None where there was none."""
        return self.contacts / self.coordinators if self.coordinators else None


@dataclass(frozen=True)
class WeekOf:
    """A coordinator's whole week: in-person contacts, and whether it was reviewed."""

    monday: date
    contacts: int
    reviewed: bool


@dataclass(frozen=True)
class Coordinator:
    """The figures of one coordinator, with the last whole weeks. ``visits`` by month, as in ``Overview.months``."""

    staff_id: int
    name: str
    figures: ContactFigures
    weeks: Sequence[WeekOf]
    visits: Mapping[date, int]


@dataclass(frozen=True)
class Overview:
    """All measures of a report. Shares about persons are None where the persons are fewer than five."""

    figures: ContactFigures
    by_unit: Sequence[tuple[Unit, ContactFigures, int | None]]
    """Unit, its contacts, and the workplaces it cooperates with; None where they are too few to be told about."""
    alone: Sequence[str]
    """To whoever leads: units whose figures are those of one coordinator, although staff have agreed to none."""
    by_week: Sequence[Week]
    months: Sequence[date]
    coordinators: Sequence[Coordinator]
    own: Coordinator | None
    purposes: Mapping[str | None, int]
    asks: Share
    met: Share
    """Employers who were spoken with, and those of them where somebody worked in the period."""
    attempts: int
    """Contacts at which nobody was reached: they are in no figure."""
    penetration: Penetration
    repeat: Share
    retention_90: Share | None
    retention_6: Share | None
    retention_q: Share | None
    first_contact: Middle
    early: Share | None
    cohorts: Sequence[Cohort]
    stays: Mapping[str, Middle]
    stalled: int | None
    """None where the reader sees no relationships."""
    inbound: Share
    """Inquiries that employers started, of those about an employer."""
    inquiries: int
    """All inquiries, also those about no employer."""
    response: FirstResponse
    promises: pipeline.Promises
    heard: Heard | None
    """None where no unit has talks and press."""
    said: Said | None
    """None where no unit has testimonials."""


def overview(filters: FollowUpFilters, *, today: date) -> Overview:
    """Count everything: some twenty grouped statements, however many rows there are."""
    days = kept("measures days", filters, contacts.contact_days)
    busy = kept("measures busy", filters, contacts.busy_weeks)
    reviewed = contacts.reviewed_weeks(filters)
    found_purposes = kept("measures purposes", filters, contacts.purposes)
    retention: Retention = kept(
        "measures retention", filters, lambda asked: cooperation.retention(asked, today=today), also=today
    )
    median_days, early = kept("measures first contact", filters, cooperation.first_contact)
    penetration = kept("measures penetration", filters, cooperation.employer_penetration)
    people = _coordinators(filters, days, busy, reviewed)
    inbound, inquiries = kept("measures inbound", filters, pipeline.inbound_share)
    actor, talking, promising = filters.actor, talking_units(filters), promising_units(filters)
    return Overview(
        figures=contacts.contact_figures(days, busy, reviewed, filters),
        by_unit=_by_unit(filters, days, busy, reviewed, penetration),
        alone=_alone(filters, days, busy),
        by_week=_by_week(filters, days, busy),
        months=_months(filters),
        coordinators=[each for each in people if each.staff_id != actor.staff_id],
        own=next((each for each in people if each.staff_id == actor.staff_id and _says_something(each, actor)), None),
        purposes=found_purposes,
        asks=asks(found_purposes, contacts.ASKING),
        met=kept("measures met", filters, _met),
        attempts=kept("measures attempts", filters, contacts.attempts),
        penetration=penetration,
        repeat=kept("measures repeat", filters, cooperation.repeat_of),
        retention_90=enough(retention.after_90_days),
        retention_6=enough(retention.after_6_months),
        retention_q=enough(retention.q2_to_q4),
        first_contact=median_days if early.base >= 5 else Middle(None, median_days.base),
        early=enough(early),
        cohorts=kept("measures cohorts", filters, pipeline.conversion),
        stays=kept("measures stays", filters, pipeline.time_in_stage),
        stalled=_stalled(filters),
        inbound=inbound,
        inquiries=inquiries,
        response=kept("measures response", filters, lambda asked: pipeline.response_time(asked, today=today)),
        promises=kept("measures promises", filters, pipeline.promises),
        heard=kept("measures heard", filters, heard, also=talking) if talking else None,
        said=kept("measures said", filters, said, also=promising) if promising else None,
    )


def _met(filters: FollowUpFilters) -> Share:
    return cooperation.met_and_at_work(filters, contacts.employers_met(filters))


def _says_something(own: Coordinator, actor: Actor) -> bool:
    """A coordinator always sees their own figures, a manager only when they meet employers themselves."""
    return actor.has_role(Role.COORDINATOR) or bool(own.figures.contacts or own.figures.weeks.pairs)


def may_see_coordinators(actor: Actor, unit_ids: frozenset[int]) -> frozenset[int]:
    """The units of whose single coordinators the reader may see figures. One's own are always there."""
    return units_that_agreed(unit_ids) if actor.has_role(Role.MANAGER) else frozenset()


def _stalled(filters: FollowUpFilters) -> int | None:
    actor = filters.actor
    if not actor.has_role(Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR):
        return None
    return count_stalled(actor, BoardFilter(unit_ids=filters.unit_ids if filters.unit else None))


_Busy = frozenset[BusyWeek]
_Reviewed = set[tuple[int, date]]


def _by_unit(
    filters: FollowUpFilters,
    days: Sequence[DayOfContacts],
    busy: _Busy,
    reviewed: _Reviewed,
    penetration: Penetration,
) -> list[tuple[Unit, ContactFigures, int | None]]:
    found: list[tuple[Unit, ContactFigures, int | None]] = []
    for unit in filters.units:
        if unit.id in filters.unit_ids:
            own = [row for row in days if row.unit_id == unit.id]
            weeks = [week for week in busy if week[2] == unit.id]
            figures = contacts.contact_figures(own, weeks, reviewed, filters)
            places = penetration.by_unit.get(unit.id, 0)
            found.append((unit, figures, None if is_hidden(filters.actor, places) else places))
    return found


def _alone(filters: FollowUpFilters, days: Sequence[DayOfContacts], busy: _Busy) -> list[str]:
    """The figures of a unit are the unit's, also where one person alone works there; its manager is told as much."""
    if not filters.actor.has_role(Role.MANAGER):
        return []
    who: dict[int, set[int | None]] = {}
    for unit_id, staff_id in [*((row.unit_id, row.staff_id) for row in days), *((week[2], week[0]) for week in busy)]:
        who.setdefault(unit_id, set()).add(staff_id)
    agreed = units_that_agreed(filters.unit_ids)
    single = {unit_id for unit_id, staff in who.items() if len(staff - {None, filters.actor.staff_id}) == 1}
    return [unit.name for unit in filters.units if unit.id in (single & filters.unit_ids) - agreed]


def _by_week(filters: FollowUpFilters, days: Sequence[DayOfContacts], busy: _Busy) -> list[Week]:
    met: dict[date, int] = {}
    who: dict[date, set[int]] = {}
    for staff_id, monday, _unit in busy:
        who.setdefault(monday, set()).add(staff_id)
    for row in days:
        if row.in_person and row.staff_id is not None:
            monday = monday_of(row.day)
            met[monday] = met.get(monday, 0) + row.in_person
            who.setdefault(monday, set()).add(row.staff_id)
    weeks = whole_weeks(filters.since, filters.until)
    return [Week(monday, met.get(monday, 0), len(who.get(monday, ()))) for monday in weeks]


def _months(filters: FollowUpFilters) -> list[date]:
    found: list[date] = []
    month = filters.since.replace(day=1)
    while month <= filters.until and len(found) < 36:
        found.append(month)
        month = _next_month(month)
    return found


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _coordinators(
    filters: FollowUpFilters, days: Sequence[DayOfContacts], busy: _Busy, reviewed: _Reviewed
) -> list[Coordinator]:
    actor = filters.actor
    shown = may_see_coordinators(actor, filters.unit_ids)
    ids = {row.staff_id for row in days if row.unit_id in shown} | {
        staff_id for staff_id, _monday, unit_id in busy if unit_id in shown
    }
    if actor.staff_id is not None and actor.has_role(Role.COORDINATOR, Role.MANAGER):
        ids.add(actor.staff_id)
    wanted = {staff_id for staff_id in ids if staff_id is not None}
    names = contacts.names_of_staff(wanted)
    recent = whole_weeks(filters.since, filters.until)[-RECENT_WEEKS:]
    found = []
    for staff_id, name in sorted(names.items(), key=lambda item: item[1].casefold()):
        allowed = shown if staff_id != actor.staff_id else filters.unit_ids
        own = [row for row in days if row.staff_id == staff_id and row.unit_id in allowed]
        weeks = [week for week in busy if week[0] == staff_id and week[2] in allowed]
        met = {monday: sum(row.in_person for row in own if monday_of(row.day) == monday) for monday in recent}
        figures = contacts.contact_figures(own, weeks, reviewed, filters)
        lately = [WeekOf(monday, met[monday], (staff_id, monday) in reviewed) for monday in recent]
        found.append(Coordinator(staff_id, name, figures, lately, contacts.visits_by_month(own)))
    return found
