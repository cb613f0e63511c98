"""Which regions of a target are covered: there is at least one employer, or participant, of the wanted kind there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from crm.coverage.models import CoverageRegion, CoverageTarget
from crm.coverage.regions import COUNTY, RegionBook, one_code

PLACEMENT, AGREEMENT, CONTACT, PARTICIPANTS = "placement", "agreement", "contact", "participants"
COUNTED = (PLACEMENT, AGREEMENT, CONTACT, PARTICIPANTS)


@dataclass(frozen=True)
class Where:
    """Something that is counted (an employer or a participant, by its id) and where it is."""

    id: int
    country: str
    municipality_code: str | None
    municipality: str | None


@dataclass(frozen=True)
class RegionCount:
    """A region with how many there are."""

    region: CoverageRegion
    count: int


@dataclass(frozen=True)
class Coverage:
    """A target as it stands on a day. ``state``: reached, under_way, or not_reached when the deadline is there.

    ``nowhere`` counts what is in no region of the target, or where nobody knows where it is.
    """

    target: CoverageTarget
    on: date
    rows: Sequence[RegionCount]
    nowhere: int

    @property
    def total(self) -> int:
        """How many regions there are."""
        return len(self.rows)

    @property
    def covered(self) -> int:
        """How many of them have at least one."""
        return sum(1 for row in self.rows if row.count)

    @property
    def share(self) -> float | None:
        """Covered of all, between 0 and 1; None without regions."""
        return self.covered / self.total if self.total else None

    @property
    def uncovered(self) -> list[CoverageRegion]:
        """Where there is none yet."""
        return [row.region for row in self.rows if not row.count]

    @property
    def state(self) -> str:
        """reached, under_way or not_reached."""
        if self.total and self.covered == self.total:
            return "reached"
        return "not_reached" if self.on >= self.target.deadline else "under_way"


def coverage(target: CoverageTarget, found: Iterable[Where], *, on: date, book: RegionBook) -> Coverage:
    """Count what was found into the regions of the target; each thing once in each region."""
    wanted = {each.code for each in target.regions}
    inside: dict[str, set[int]] = {code: set() for code in wanted}
    nowhere: set[int] = set()
    for each in found:
        code = _code(each, target, book)
        if code in wanted and code is not None:
            inside[code].add(each.id)
        else:
            nowhere.add(each.id)
    rows = [RegionCount(region, len(inside[region.code])) for region in target.regions]
    placed = set().union(*inside.values())
    return Coverage(target=target, on=on, rows=rows, nowhere=len(nowhere - placed))


def _code(where: Where, target: CoverageTarget, book: RegionBook) -> str | None:
    if where.country != target.country:
        return None
    if where.municipality_code:
        code: str | None = one_code(where.country, where.municipality_code)
    else:
        code = book.code_by_name(where.country, where.municipality) if where.municipality else None
    if code is None:
        return _county_by_name(where, target)
    return book.county_of(where.country, code) if target.level == COUNTY else code


def _county_by_name(where: Where, target: CoverageTarget) -> str | None:
    """Where only a name is known that is no municipality's: it may be the county's own (Oslo, Gotland)."""
    name = (where.municipality or "").casefold()
    return next((each.code for each in target.regions if each.name.casefold() == name), None)
