"""The area of the units of a report: the regions of their targets for coverage, where they have any."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.coverage.models import CoverageRegion, CoverageTarget
from crm.coverage.queries import region_book
from crm.coverage.regions import COUNTY, RegionBook, one_code
from crm.db import current_session
from crm.reports.filters import FollowUpFilters

_TARGETS = "names of regions, no persons, of the units of the actor and those above them"


@dataclass(frozen=True)
class Part:
    """A county or municipality of an area."""

    country: str
    level: str
    code: str
    name: str


@dataclass(frozen=True)
class Area:
    """Regions within which workplaces are counted."""

    parts: frozenset[Part]
    book: RegionBook

    @property
    def names(self) -> tuple[str, ...]:
        """What the regions are called, by name."""
        return tuple(sorted({part.name for part in self.parts}))

    def within(self, keys: Collection[str]) -> frozenset[str]:
        """Those of these municipalities, written as ``cooperation_queries.area`` does, that lie in the area."""
        return frozenset(key for key in keys if self._holds(key))

    def _holds(self, key: str) -> bool:
        country, _blank, where = key.partition(" ")
        code = one_code(country, where) if where.isdigit() else self.book.code_by_name(country, where)
        county = self.book.county_of(country, code) if code else None
        return any(
            part.country == country
            and (part.code == (county if part.level == COUNTY else code) or part.name.casefold() == where.casefold())
            for part in self.parts
        )


def area_of(filters: FollowUpFilters) -> Area | None:
    """The regions of a report's units, or None where one of them has none: then all that is entered counts.

    A unit's are those of its targets that run in the period; without any, those of the units below it if each has
    some, else those of the next unit above. Three statements.
    """
    rows = current_session().execute(trusted(select(Unit.id, Unit.parent_id), because="ids of units, no persons"))
    parents = dict(rows.all())
    own = _parts_by_unit(filters)
    if not own:
        return None
    found: set[Part] = set()
    for unit_id in filters.unit_ids:
        if parents.get(unit_id) not in filters.unit_ids:
            parts = _own_or_below(unit_id, own, _children(parents, filters.unit_ids)) or _above(unit_id, own, parents)
            if not parts:
                return None
            found |= parts
    return Area(frozenset(found), region_book()) if found else None


def _parts_by_unit(filters: FollowUpFilters) -> dict[int, set[Part]]:
    statement = (
        select(
            CoverageTarget.unit_id, CoverageTarget.country, CoverageTarget.level, CoverageRegion.code,
            CoverageRegion.name,
        )
        .join(CoverageRegion, CoverageRegion.target_id == CoverageTarget.id)
        .where(
            CoverageTarget.archived_at.is_(None), CoverageTarget.starts_on <= filters.until,
            CoverageTarget.deadline >= filters.since,
        )
    )  # fmt: skip
    found: dict[int, set[Part]] = defaultdict(set)
    for unit_id, *part in current_session().execute(trusted(statement, because=_TARGETS)):
        found[unit_id].add(Part(*part))
    return dict(found)


def _children(parents: Mapping[int, int | None], among: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for unit_id, parent_id in parents.items():
        if parent_id is not None and unit_id in among:
            found[parent_id].append(unit_id)
    return found


def _own_or_below(unit_id: int, own: Mapping[int, set[Part]], children: Mapping[int, list[int]]) -> set[Part]:
    if unit_id in own:
        return own[unit_id]
    below = [_own_or_below(child, own, children) for child in children.get(unit_id, ())]
    return set().union(*below) if below and all(below) else set()


def _above(unit_id: int, own: Mapping[int, set[Part]], parents: Mapping[int, int | None]) -> set[Part]:
    above = parents.get(unit_id)
    while above is not None:
        if above in own:
            return own[above]
        above = parents.get(above)
    return set()
