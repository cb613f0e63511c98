"""Percent and counts in words.

Every percentage of the product is made here, with its count and base at hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

# Three decimals tell one answer of a hundred thousand from none; more help nobody.
_MOST_DIGITS = 3


def percent_half_up(count: int, base: int, *, digits: int = 0) -> Decimal | None:
    """``count`` of ``base`` in percent, rounded half up to ``digits`` decimals. None when there is no base.

    Half up and not Python's half to even, because published tables are rounded so: 12.5 % is 13 %. Decimal
    and not float, because 0.145 has no exact float and would be rounded down. Raises ValueError unless 0 <=
    count <= base.
    """
    if count < 0 or base < count:
        raise ValueError(f"{count} of {base} is no share")
    if base == 0:
        return None
    # Rounded once, on integers: a quotient rounded to the context's precision first could be rounded twice.
    doubled, divisor = 2 * count * 100 * 10**digits + base, 2 * base
    return Decimal(doubled // divisor).scaleb(-digits)


def shown_percent(count: int, base: int) -> Decimal | None:
    """The percentage to print: whole, unless rounding would claim "all" or "none" where that is not so.

    199 of 200 is 99.5 % and not 100 %; 1 of 300 is 0.3 % and not 0 %. Truly tiny shares keep three decimals
    at most.
    """
    for digits in range(_MOST_DIGITS + 1):
        percent = percent_half_up(count, base, digits=digits)
        if percent is None or count in (0, base) or percent not in (0, 100):
            return percent
    return percent


def smallest_base_for(percents: Sequence[int], *, limit: int = 10_000) -> int | None:
    """The smallest base that can give all of ``percents``, whole and rounded half up; None up to ``limit``.

    A plausibility check for published results that do not print their base: 98, 95, 100, 93 and 96 %
    together need at least 55 answers.
    """
    for base in range(1, limit + 1):
        if all(count_for_percent(percent, base) is not None for percent in percents):
            return base
    return None


def count_for_percent(percent: int, base: int) -> int | None:
    """The smallest count that rounds to ``percent`` of ``base``; None when no count does."""
    # The smallest count of at least (percent - 0.5) %, in whole numbers; only that one can be the answer.
    count = max(0, -(-(2 * percent - 1) * base // 200))
    return count if count <= base and percent_half_up(count, base) == percent else None


class WordsKind(StrEnum):
    """Which sentence says a share best. The template holds the sentence, in the reader's language."""

    NO_ANSWERS = "no_answers"
    NONE_OF = "none_of"
    ALL_OF = "all_of"
    ALL_BUT = "all_but"
    COUNT_OF = "count_of"


@dataclass(frozen=True, slots=True)
class Words:
    """A share in words: ``count`` of ``base``; ``others`` is the rest, the number in "all but one of 55"."""

    kind: WordsKind
    count: int
    base: int
    others: int


# Up to three people are said one by one; "all but four" is harder to picture than a count.
_ALL_BUT_AT_MOST = 3


def words(count: int, base: int) -> Words:
    """Say ``count`` of ``base`` in words. Raises ValueError unless 0 <= count <= base."""
    if count < 0 or base < count:
        raise ValueError(f"{count} of {base} is no share")
    return Words(kind=_kind(count, base), count=count, base=base, others=base - count)


def _kind(count: int, base: int) -> WordsKind:
    if base == 0:
        return WordsKind.NO_ANSWERS
    if count == base:
        return WordsKind.ALL_OF
    if count == 0:
        return WordsKind.NONE_OF
    others = base - count
    return WordsKind.ALL_BUT if others <= _ALL_BUT_AT_MOST and others * 5 <= base else WordsKind.COUNT_OF
