"""The interval around a share that rests on few answers."""

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.96


@dataclass(frozen=True, slots=True)
class Interval:
    """Lower and upper bound of a share, both from 0 to 1."""

    low: float
    high: float

    def contains(self, share: float) -> bool:
        """Whether ``share`` (0 to 1) lies in the interval, bounds included."""
        return self.low <= share <= self.high


def wilson_interval(count: int, base: int, *, z: float = Z_95) -> Interval | None:
    """Wilson's score interval for ``count`` of ``base``; None without a base. ``z`` 1.96 gives 95 %.

    Source: E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22
    (1927) 209-212. It holds for few answers and for shares near 0 and 1, where the textbook interval leaves
    the range or collapses. Raises ValueError unless 0 <= count <= base.
    """
    if count < 0 or base < count:
        raise ValueError(f"{count} of {base} is no share")
    if base == 0:
        return None
    share, square = count / base, z * z
    centre = (share + square / (2 * base)) / (1 + square / base)
    margin = z / (1 + square / base) * sqrt(share * (1 - share) / base + square / (4 * base * base))
    # At 0 and 1 the bound is exact by the formula; floating point may miss it in the last digit.
    low = 0.0 if count == 0 else max(0.0, centre - margin)
    high = 1.0 if count == base else min(1.0, centre + margin)
    return Interval(low, high)
