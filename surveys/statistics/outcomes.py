"""Work or studies at exit and at 90 days: what is known, and what the unknown could change."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from crm.reports.percentages import percent_half_up


class OutcomeBase(StrEnum):
    """What was counted.

    It is printed with every outcome: 37 of 80 persons is 46 %, 37 of 86 starts is 43 %.
    """

    PERSONS = "persons"
    STARTS = "starts"


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """Reached (work or studies) and not reached, by who said so, and those of whom nothing is known."""

    reported_reached: int = 0
    reported_not_reached: int = 0
    staff_reached: int = 0
    staff_not_reached: int = 0
    unknown: int = 0

    @property
    def reached(self) -> int:
        """Reached, whoever said so."""
        return self.reported_reached + self.staff_reached

    @property
    def known(self) -> int:
        """All of whom something is known."""
        return self.reached + self.reported_not_reached + self.staff_not_reached

    @property
    def base(self) -> int:
        """Everybody concerned, known or not."""
        return self.known + self.unknown


@dataclass(frozen=True, slots=True)
class OutcomeRange:
    """Percent of those known, and the bounds over everybody. All None without a base.

    ``worst``: none of the unknown reached it; ``best``: all of them did.
    """

    of_known: Decimal | None
    worst: Decimal | None
    best: Decimal | None


def outcome_range(counts: OutcomeCounts, *, digits: int = 0) -> OutcomeRange:
    """The share who reached work or studies, with best and worst case.

    The bounds assume nothing about those who did not answer (C. F. Manski, Partial Identification of
    Probability Distributions, 2003, chapter 1); their distance is the share of the unknown.
    """
    return OutcomeRange(
        of_known=percent_half_up(counts.reached, counts.known, digits=digits),
        worst=percent_half_up(counts.reached, counts.base, digits=digits),
        best=percent_half_up(counts.reached + counts.unknown, counts.base, digits=digits),
    )
