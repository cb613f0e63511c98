"""The second half of a drawing: where everything stands. Steps never overlap, whatever the script looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from outreach.scripts.graph import Graph
from outreach.scripts.layering import Item, Layering, layered, neighbours, step_item

MARGIN = 16.0
GAP_X = 28.0
GAP_Y = 64.0
BEND_WIDTH = 10.0
LANE = 12.0
MOST_LANES = 30
_ROUNDS = 6

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """Where a step stands."""

    key: str
    x: float
    y: float
    width: float
    height: float
    row: int

    @property
    def middle(self) -> float:
        """The middle of its upper and lower edge."""
        return round(self.x + self.width / 2, 1)

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return round(self.y + self.height, 1)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way from step to step. ``points`` are where it passes the rows between; ``is_aside``: round the side."""

    source: str
    target: str
    points: tuple[Point, ...]
    is_aside: bool


@dataclass(frozen=True)
class Layout:
    """A whole drawing: its size, boxes by key, arrows, and the upper and lower edge of each row."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    arrows: tuple[Arrow, ...]
    rows: tuple[tuple[float, float], ...]


def lay_out(graph: Graph, start: str, sizes: Mapping[str, tuple[float, float]]) -> Layout:
    """Where each step of ``graph`` stands; ``sizes`` gives the width and height of each. Deterministic."""
    layering = layered(graph, start)
    middles = _middles(layering, sizes)
    rows = _row_edges(layering, sizes)
    boxes = {key: _box(key, middles, rows, layering, sizes) for key in graph}
    edge = max((box.x + box.width for box in boxes.values()), default=0.0)
    edge = max([edge, *(middle + BEND_WIDTH for middle in middles.values())])
    lanes = min(len(layering.aside), MOST_LANES)
    down = [Arrow(*arrow, _bends(layering, arrow, middles, rows), False) for arrow in layering.forward]
    aside = [_aside(arrow, number, boxes, rows, edge) for number, arrow in enumerate(layering.aside)]
    bottom = (rows[-1][1] if rows else 0.0) + (GAP_Y if aside else 0.0)
    width = edge + (lanes + 1) * LANE * bool(lanes) + MARGIN
    return Layout(round(width, 1), round(bottom + MARGIN, 1), boxes, (*down, *aside), rows)


def _box(
    key: str,
    middles: Mapping[Item, float],
    rows: Sequence[tuple[float, float]],
    layering: Layering,
    sizes: Mapping[str, tuple[float, float]],
) -> Box:
    width, height = sizes[key]
    row = layering.row_of[key]
    return Box(key, round(middles[step_item(key)] - width / 2, 1), rows[row][0], width, height, row)


def _row_edges(layering: Layering, sizes: Mapping[str, tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    heights = [max((sizes[key][1] for key, other, _row in row if not other), default=0.0) for row in layering.rows]
    # The first row leaves room above it for arrows that come back to it.
    tops = accumulate(heights, lambda top, height: top + height + GAP_Y, initial=MARGIN + GAP_Y * bool(layering.aside))
    return tuple((round(top, 1), round(top + height, 1)) for top, height in zip(tops, heights, strict=False))


def _middles(layering: Layering, sizes: Mapping[str, tuple[float, float]]) -> dict[Item, float]:
    """The middle of each item: near its neighbours, as far as those beside it allow."""
    above, below = neighbours(layering.row_of, layering.forward)
    middles: dict[Item, float] = {}
    for row in layering.rows:
        middles |= _beside_each_other(row, dict.fromkeys(row, 0.0), sizes)
    for turn in range(_ROUNDS):
        near = above if turn % 2 == 0 else below
        for row in layering.rows if turn % 2 == 0 else reversed(layering.rows):
            wishes = {item: _mean([middles[each] for each in near.get(item, ())], middles[item]) for item in row}
            middles |= _beside_each_other(row, wishes, sizes)
    left = min((middle - _width(item, sizes) / 2 for item, middle in middles.items()), default=0.0)
    return {item: round(middle - left + MARGIN, 1) for item, middle in middles.items()}


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _width(item: Item, sizes: Mapping[str, tuple[float, float]]) -> float:
    return BEND_WIDTH if item[1] else sizes[item[0]][0]


def _beside_each_other(
    row: Sequence[Item], wishes: Mapping[Item, float], sizes: Mapping[str, tuple[float, float]]
) -> dict[Item, float]:
    """As near to ``wishes`` as can be (least squares) in the order of ``row`` and without overlapping.

    Pool adjacent violators, on the wishes less the room that the items before take up.
    """
    widths = [_width(item, sizes) for item in row]
    steps = [(left + right) / 2 + GAP_X for left, right in pairwise(widths)]
    offsets = list(accumulate(steps, initial=0.0))
    pools: list[tuple[float, int]] = []
    for item, offset in zip(row, offsets, strict=False):
        pool = (wishes[item] - offset, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, count = pools.pop()
            pool = ((mean * count + pool[0] * pool[1]) / (count + pool[1]), count + pool[1])
        pools.append(pool)
    spread = [mean for mean, count in pools for _each in range(count)]
    return {item: mean + offset for item, mean, offset in zip(row, spread, offsets, strict=False)}


def _bends(
    layering: Layering,
    arrow: tuple[str, str],
    middles: Mapping[Item, float],
    rows: Sequence[tuple[float, float]],
) -> tuple[Point, ...]:
    """The upper and lower point of an arrow in each row that it passes."""
    bends = layering.chain(*arrow)[1:-1]
    return tuple((middles[bend], edge) for bend in bends for edge in rows[bend[2]])


def _aside(
    arrow: tuple[str, str],
    number: int,
    boxes: Mapping[str, Box],
    rows: Sequence[tuple[float, float]],
    edge: float,
) -> Arrow:
    """Below the step it leaves, out to a lane at the side, along it, and in above the step it leads to."""
    source, target = boxes[arrow[0]], boxes[arrow[1]]
    shift = 3.0 * (number % 7)
    lane = round(edge + LANE * (1 + number % MOST_LANES), 1)
    out, back = round(rows[source.row][1] + 14 + shift, 1), round(rows[target.row][0] - 14 - shift, 1)
    return Arrow(*arrow, ((lane, out), (lane, back), (target.middle, back)), True)
