"""Response rates after AAPOR, over everybody who was due and not over the messages sent.

Source: AAPOR, Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys,
formulas RR1 and RR2.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from crm.reports.percentages import percent_half_up
from surveys.dispositions import Disposition, DueState, StopReason, disposition_of


@dataclass(frozen=True, slots=True)
class DispositionCounts:
    """How many persons ended in which disposition (I, P, R, NC, O, U), and how many are out of the base."""

    complete: int = 0
    partial: int = 0
    refused: int = 0
    no_contact: int = 0
    other: int = 0
    unknown: int = 0
    not_eligible: int = 0

    def __post_init__(self) -> None:
        if min(self.complete, self.partial, self.refused, self.no_contact, self.other, self.unknown) < 0:
            raise ValueError("a count cannot be negative")

    @property
    def due(self) -> int:
        """The base: everybody who was due and could belong to the survey."""
        return self.complete + self.partial + self.refused + self.no_contact + self.other + self.unknown

    @property
    def contactable(self) -> int:
        """Those who were due and had a working address."""
        return self.due - self.unknown

    @property
    def answered(self) -> int:
        """Complete and partial responses together, the count of RR2."""
        return self.complete + self.partial


def count_dispositions(rows: Iterable[tuple[DueState, StopReason | None]]) -> DispositionCounts:
    """Count due rows by disposition. Rows that are not yet due are left out."""
    return count_weighted_dispositions((state, reason, 1) for state, reason in rows)


def count_weighted_dispositions(
    rows: Iterable[tuple[DueState, StopReason | None, int]],
) -> DispositionCounts:
    """Like ``count_dispositions`` for rows that were counted before: state, reason and how many there are."""
    counts: Counter[Disposition | None] = Counter()
    for state, reason, number in rows:
        counts[disposition_of(state, reason)] += number
    return DispositionCounts(
        complete=counts[Disposition.COMPLETE],
        partial=counts[Disposition.PARTIAL],
        refused=counts[Disposition.REFUSED],
        no_contact=counts[Disposition.NO_CONTACT],
        other=counts[Disposition.OTHER],
        unknown=counts[Disposition.UNKNOWN],
        not_eligible=counts[Disposition.NOT_ELIGIBLE],
    )


def response_rate_1(counts: DispositionCounts, *, digits: int = 0) -> Decimal | None:
    """RR1 = I / ((I + P) + (R + NC + O) + U), in percent.

    The lowest of AAPOR's rates. None when nobody was due.
    """
    return percent_half_up(counts.complete, counts.due, digits=digits)


def response_rate_2(counts: DispositionCounts, *, digits: int = 0) -> Decimal | None:
    """RR2 = (I + P) / the same base, in percent. None when nobody was due."""
    return percent_half_up(counts.answered, counts.due, digits=digits)


def coverage(counts: DispositionCounts, *, digits: int = 0) -> Decimal | None:
    """Contactable / due, in percent: how many could be asked at all. None when nobody was due."""
    return percent_half_up(counts.contactable, counts.due, digits=digits)
