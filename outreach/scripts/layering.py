"""The first half of a drawing: which step stands in which row, and in what order, so that few arrows cross.

The layered method of Sugiyama, Tagawa and Toda, IEEE Trans. SMC 11 (1981): rows by the longest way from the start,
then rows are sorted by where their neighbours stand, up and down, and the best order is kept. Deterministic.
"""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from outreach.scripts.graph import Graph, reachable, turned

MOST_BENDS = 1500
"""How many places long arrows may take up in the rows that they pass; the longest go round the side instead."""
_SWEEPS = 8

Item = tuple[str, str, int]
"""What stands in a row: a step as (key, "", 0), or a bend of a long arrow as (from, to, row)."""


@dataclass(frozen=True)
class Layering:
    """Rows of items in their order; ``forward`` arrows go down, ``aside`` ones go back or too far."""

    rows: tuple[tuple[Item, ...], ...]
    row_of: Mapping[str, int]
    forward: tuple[tuple[str, str], ...]
    aside: tuple[tuple[str, str], ...]

    def chain(self, source: str, target: str) -> list[Item]:
        """What a forward arrow passes: its step, its bends, its other step."""
        between = range(self.row_of[source] + 1, self.row_of[target])
        return [step_item(source), *((source, target, row) for row in between), step_item(target)]


def step_item(key: str) -> Item:
    """A step as an item of a row."""
    return (key, "", 0)


def layered(graph: Graph, start: str) -> Layering:
    """The rows of ``graph``. What cannot be reached from ``start`` stands below all that can."""
    reached = reachable(graph, [start])
    row_of = _rows({key: graph[key] for key in graph if key in reached}, [start])
    rest = {key: [each for each in graph[key] if each not in reached] for key in graph if key not in reached}
    below = max(row_of.values(), default=-1) + 1
    row_of |= {key: row + below for key, row in _rows(rest, _roots(rest)).items()}
    forward, aside = _arrows(graph, row_of)
    rows = _filled(graph, row_of, forward)
    return Layering(_ordered(rows, row_of, forward), row_of, tuple(forward), tuple(aside))


def _roots(graph: Graph) -> list[str]:
    """Steps that nothing leads to, then all others: whatever is left by then lies in a loop."""
    before = turned(graph)
    return sorted(graph, key=lambda key: bool(before[key]))


def _rows(graph: Graph, roots: Iterable[str]) -> dict[str, int]:
    """The longest way to each step, leaving out the arrows that close a loop."""
    order, closing = _depth_first(graph, [root for root in roots if root in graph])
    row_of = dict.fromkeys(order, 0)
    for key in order:
        for following in graph[key]:
            if (key, following) not in closing:
                row_of[following] = max(row_of[following], row_of[key] + 1)
    return row_of


def _depth_first(graph: Graph, roots: Iterable[str]) -> tuple[list[str], set[tuple[str, str]]]:
    """The steps so that each stands before what it leads to, and the arrows that close loops and so cannot."""
    left: list[str] = []
    on_way: set[str] = set()
    seen: set[str] = set()
    closing: set[tuple[str, str]] = set()
    for root in roots:
        open_ways = [(root, iter(graph[root]))] if root not in seen else []
        on_way |= {key for key, _ways in open_ways}
        seen |= on_way
        while open_ways:
            key, ways = open_ways[-1]
            following = next(ways, None)
            if following is None:
                open_ways.pop()
                on_way.discard(key)
                left.append(key)
            elif following in on_way:
                closing.add((key, following))
            elif following not in seen:
                seen.add(following)
                on_way.add(following)
                open_ways.append((following, iter(graph[following])))
    return left[::-1], closing


def _arrows(graph: Graph, row_of: Mapping[str, int]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Arrows that are drawn downwards, and those that go round the side."""
    every = [(key, following) for key in graph for following in graph[key]]
    bends = {arrow: row_of[arrow[1]] - row_of[arrow[0]] - 1 for arrow in every}
    used, down = 0, set[tuple[str, str]]()
    for arrow in sorted(every, key=lambda each: bends[each]):
        if bends[arrow] >= 0 and used + bends[arrow] <= MOST_BENDS:
            used += bends[arrow]
            down.add(arrow)
    return [arrow for arrow in every if arrow in down], [arrow for arrow in every if arrow not in down]


def _filled(graph: Graph, row_of: Mapping[str, int], forward: Iterable[tuple[str, str]]) -> list[list[Item]]:
    rows: list[list[Item]] = [[] for _row in range(max(row_of.values(), default=-1) + 1)]
    for key in graph:
        rows[row_of[key]].append(step_item(key))
    for source, target in forward:
        for row in range(row_of[source] + 1, row_of[target]):
            rows[row].append((source, target, row))
    return rows


def neighbours(
    row_of: Mapping[str, int], forward: Iterable[tuple[str, str]]
) -> tuple[dict[Item, list[Item]], dict[Item, list[Item]]]:
    """What stands above and below each item, along the arrows."""
    above: dict[Item, list[Item]] = {}
    below: dict[Item, list[Item]] = {}
    for source, target in forward:
        bends = [(source, target, row) for row in range(row_of[source] + 1, row_of[target])]
        chain = [step_item(source), *bends, step_item(target)]
        for upper, lower in pairwise(chain):
            below.setdefault(upper, []).append(lower)
            above.setdefault(lower, []).append(upper)
    return above, below


def _ordered(
    rows: list[list[Item]], row_of: Mapping[str, int], forward: Sequence[tuple[str, str]]
) -> tuple[tuple[Item, ...], ...]:
    above, below = neighbours(row_of, forward)
    best, fewest = _copied(rows), _crossings(rows, below)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        for number in range(len(rows)) if downwards else reversed(range(len(rows))):
            beside = number - 1 if downwards else number + 1
            if 0 <= beside < len(rows):
                _sort_row(rows[number], rows[beside], above if downwards else below)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = _copied(rows), crossings
    return best


def _copied(rows: list[list[Item]]) -> tuple[tuple[Item, ...], ...]:
    return tuple(tuple(row) for row in rows)


def _sort_row(row: list[Item], beside: Sequence[Item], near: Mapping[Item, list[Item]]) -> None:
    """Sort by the mean place of the neighbours; an item without any stays about where it is."""
    places = {item: place for place, item in enumerate(beside)}
    scale = len(beside) / max(len(row), 1)

    def wish(placed: tuple[int, Item]) -> float:
        own, item = placed
        found = [places[each] for each in near.get(item, ()) if each in places]
        return sum(found) / len(found) if found else own * scale

    row[:] = [item for _place, item in sorted(enumerate(row), key=wish)]


def _crossings(rows: Sequence[Sequence[Item]], below: Mapping[Item, list[Item]]) -> int:
    """How many pairs of arrows cross between neighbouring rows."""
    total = 0
    for upper, lower in pairwise(rows):
        places = {item: place for place, item in enumerate(lower)}
        seen: list[int] = []
        for item in upper:
            ends = sorted(places[each] for each in below.get(item, ()))
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total
