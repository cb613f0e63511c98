"""What is known of each kind of placement from a day on: its step in a chain, how long it may last, what it needs.

The facts stand in schemes.csv with the day from which they hold and where they come from, because amounts and
durations change. For every kind the newest row that holds on the day counts.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

PRACTICE, SUBSIDY, JOB, OTHER = "practice", "subsidy", "job", "other"
STEPS = (PRACTICE, SUBSIDY, JOB)


@dataclass(frozen=True)
class Scheme:
    """A kind of placement as it is from ``valid_from`` on. ``max_days``: None where no limit is configured."""

    kind: str
    valid_from: date
    step: str = OTHER
    max_days: int | None = None
    needs_instruction: bool = False
    counts_in_ratio: bool = False
    source: str = ""


def scheme_of(kind: str, on: date) -> Scheme:
    """What holds for a kind of placement that starts on a day."""
    holding = [each for each in _schemes() if each.kind == kind and each.valid_from <= on]
    return max(holding, key=lambda each: each.valid_from) if holding else Scheme(kind, on)


def kinds_that(flag: str) -> frozenset[str]:
    """The kinds that have a flag, or are of a step, in any of their rows."""
    return frozenset(each.kind for each in _schemes() if each.step == flag or getattr(each, flag, False) is True)


def most_in_ratio(ordinary_employees: int) -> int:
    """How many may be in practice or on wage subsidy at one Danish workplace at the same time (forholdskrav).

    One for each five ordinary employees up to 50, always one, then one for each ten more.
    Source: bekendtgørelse om en aktiv beskæftigelsesindsats, by P-number.
    """
    if ordinary_employees <= 50:
        return max(1, ordinary_employees // 5)
    return 10 + (ordinary_employees - 50) // 10


@cache
def _schemes() -> tuple[Scheme, ...]:
    text = (files("crm.placements") / "schemes.csv").read_text("utf-8")
    return tuple(_scheme(row) for row in csv.DictReader(text.splitlines()))


def _scheme(row: dict[str, str]) -> Scheme:
    return Scheme(
        kind=row["kind"],
        valid_from=date.fromisoformat(row["valid_from"]),
        step=row["step"],
        max_days=int(row["max_days"]) if row["max_days"] else None,
        needs_instruction=row["needs_instruction"] == "yes",
        counts_in_ratio=row["counts_in_ratio"] == "yes",
        source=row["source"],
    )
