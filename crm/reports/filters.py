"""What a report is about: units, programme and period. Read from the address, so that a view can be sent as a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.queries import unit_tree_ids, units_for
from crm.actors import Actor
from crm.programmes.models import Programme
from crm.programmes.queries import programmes_for

EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
"""Days outside are slips of the pen; counting weeks and years from them would leave the calendar."""


@dataclass(frozen=True)
class FollowUpFilters:
    """The rows that a report counts: ``unit_ids`` never exceed what the actor may see; days are inclusive."""

    actor: Actor
    unit_ids: frozenset[int]
    since: date
    until: date
    unit: Unit | None = None
    programme: Programme | None = None
    problem: str | None = None
    """``dates`` when the address held dates that could not be read or stood the wrong way round."""

    units: tuple[Unit, ...] = ()
    programmes: tuple[Programme, ...] = ()
    """What the reader may choose among."""

    @property
    def programme_id(self) -> int | None:
        return self.programme.id if self.programme else None


def read_filters(actor: Actor, values: Mapping[str, str]) -> FollowUpFilters:
    """Filters from an address: unit, programme, since, until.

    Without dates the last twelve months are shown, or the whole period of the programme that is named. What is
    not visible to ``actor`` is treated as not said.
    """
    units, programmes = tuple(units_for(actor)), tuple(programmes_for(actor))
    unit = {each.public_id: each for each in units}.get(values.get("unit", ""))
    programme = {each.public_id: each for each in programmes}.get(values.get("programme", ""))
    since, until, problem = _period(values, programme)
    unit_ids = unit_tree_ids(unit.id) & actor.unit_ids if unit else actor.unit_ids
    return FollowUpFilters(
        actor, unit_ids, since, until, unit=unit, programme=programme, problem=problem, units=units,
        programmes=programmes,
    )  # fmt: skip


def _period(values: Mapping[str, str], programme: Programme | None) -> tuple[date, date, str | None]:
    today = clock.today()
    since, until = twelve_months_before(today), today
    if programme is not None:
        since, until = programme.starts_on, min(programme.ends_on or today, today)
    try:
        since = date.fromisoformat(values["since"]) if values.get("since") else since
        until = date.fromisoformat(values["until"]) if values.get("until") else until
    except ValueError:
        return since, until, "dates"
    if not (EARLIEST <= since <= LATEST and EARLIEST <= until <= LATEST):
        return twelve_months_before(today), today, "dates"
    return (since, until, None) if since <= until else (until, since, "dates")


def twelve_months_before(day: date) -> date:
    """The same day of the year before, or 1 March where that year has no 29 February."""
    year = day.year - 1
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)
