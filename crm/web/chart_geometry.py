"""Places and sizes in a chart: scales, round ticks, labels that do not overlap. No drawing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """Sizes of a drawing, and how values become places in it."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    low: float
    high: float
    periods: int

    def x(self, index: int) -> float:
        span = self.right - self.left
        return round(self.left + span * (index / (self.periods - 1) if self.periods > 1 else 0.5), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.bottom - (self.bottom - self.top) * share, 1)


def nice_ticks(low: float, high: float, *, about: int = 5) -> list[float]:
    """Round numbers that enclose ``low`` and ``high``, evenly spaced."""
    span = max(high - low, 1e-9)
    rough = span / max(about, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(number * step, 10) for number in range(first, max(last, first + 1) + 1)]


def unbroken_runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Unbroken stretches of a series."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def spread_apart(wanted: Sequence[float], *, gap: float, top: float, bottom: float) -> list[float]:
    """Places as near as possible to ``wanted`` (ascending) that stand at least ``gap`` apart."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + gap if places else top))
    over = places[-1] - bottom if places else 0
    for index in range(len(places) - 1, -1, -1):
        if over <= 0:
            break
        places[index] -= over
        over = gap - (places[index] - places[index - 1]) if index else 0
    return [round(place, 1) for place in places]
