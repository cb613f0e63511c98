"""Counties and municipalities of the Nordic countries by code, each with the days between which the code holds.

``regions.csv`` holds what statistics offices publish (SCB for Sweden, SSB for Norway, Danmarks Statistik,
Tilastokeskus), written down and compared with other published lists on 2026-11-22. An empty day: as far back, or as
far ahead, as is known. Complete: Swedish counties and municipalities, Norwegian counties since 1998, Danish regions and
municipalities since 2007, Finnish counties (maakunnat) since 2011. Missing: Norwegian and Finnish municipalities; an
administrator brings them in as a file (crm.coverage.code_services).
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files

from crm.folding import fold

COUNTRIES = ("SE", "NO", "DK", "FI")
COUNTY, MUNICIPALITY = "county", "municipality"


@dataclass(frozen=True, slots=True)
class Region:
    """A county or a municipality. ``parent`` is the code of the county of a municipality."""

    country: str
    level: str
    code: str
    name: str
    parent: str
    valid_from: date
    valid_to: date

    def holds(self, on: date) -> bool:
        """Whether the code is in use on a day."""
        return self.valid_from <= on <= self.valid_to


class RegionBook:
    """Regions in which one can look up."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self.regions: Sequence[Region] = tuple(regions)

    def of(self, country: str, level: str, *, on: date, parent: str | None = None) -> list[Region]:
        """The regions of a country on a day, by code; with ``parent`` only those of one county."""
        return [
            each
            for each in self.regions
            if each.country == country and each.level == level and each.holds(on) and parent in (None, each.parent)
        ]

    def has_municipalities(self, country: str) -> bool:
        """Whether the municipalities of a country are known."""
        return any(each.country == country and each.level == MUNICIPALITY for each in self.regions)

    def county_of(self, country: str, municipality_code: str) -> str | None:
        """The code of the county in which a municipality lies.

        In Sweden and Norway a municipality's code begins with its county's; elsewhere the list says it.
        """
        if country in ("SE", "NO"):
            return municipality_code[:2] if len(municipality_code) == 4 else None
        return self._parents.get((country, municipality_code)) or None

    def code_by_name(self, country: str, name: str) -> str | None:
        """The code of a municipality by its name, however it is accented. None where no or more than one has it."""
        found = self._names.get((country, fold(name).removesuffix(" kommun").removesuffix(" kommune").strip()))
        return next(iter(found)) if found and len(found) == 1 else None

    def name_of(self, country: str, municipality_code: str) -> str | None:
        """What a municipality is called, last where that has changed. None where the list does not know it."""
        return self._by_code.get((country, one_code(country, municipality_code)))

    @cached_property
    def _by_code(self) -> Mapping[tuple[str, str], str]:
        known = sorted((each for each in self.regions if each.level == MUNICIPALITY), key=lambda each: each.valid_from)
        return {(each.country, each.code): each.name for each in known}

    @cached_property
    def _parents(self) -> Mapping[tuple[str, str], str]:
        return {(each.country, each.code): each.parent for each in self.regions if each.level == MUNICIPALITY}

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in self.regions:
            if each.level == MUNICIPALITY:
                found[each.country, fold(each.name)].add(each.code)
        return found


def one_code(country: str, code: str) -> str:
    """A municipality's code as it stands in the lists: Danish registers write 0151 for what is 151."""
    return code.lstrip("0") if country == "DK" else code


@cache
def shipped() -> RegionBook:
    """The regions that come with the product."""
    with files(__package__).joinpath("regions.csv").open(encoding="utf-8") as lines:
        return RegionBook(_region(row) for row in csv.DictReader(lines))


def _region(row: Mapping[str, str]) -> Region:
    return Region(
        country=row["country"],
        level=row["level"],
        code=row["code"],
        name=row["name"],
        parent=row["parent"],
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max,
    )
