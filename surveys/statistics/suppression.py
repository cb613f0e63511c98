"""Small numbers are hidden, and so is whatever would let a reader compute them.

Source of the exact rule: D. Gusfield, A Graph Theoretic Approach to Statistical Data Security, SIAM Journal
on Computing 17 (1988) 552-571. Rows and columns are the nodes and hidden cells the edges of a graph; where
totals are printed, a hidden cell can be computed exactly when its edge is on no cycle.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import TypeVar

MINIMUM_ANSWERS = 5

Cell = tuple[int, int]
_Node = tuple[str, int]
_Group = TypeVar("_Group", bound=Hashable)


def is_too_few(base: int, *, minimum: int = MINIMUM_ANSWERS) -> bool:
    """Whether ``base`` answers are too few to show a distribution, a percentage or free text."""
    return base < minimum


def hidden_groups(bases: Mapping[_Group, int], *, minimum: int = MINIMUM_ANSWERS) -> frozenset[_Group]:
    """The groups whose results must be hidden when results are broken down and the total is shown as well.

    Groups with 1 to ``minimum`` - 1 answers, and as many more (the smallest first) as it takes for the
    hidden ones together to reach the minimum and to be at least two; otherwise total minus shown groups
    would reveal them. Groups without answers have nothing to hide.
    """
    hidden = {group for group, base in bases.items() if 0 < base < minimum}
    rest = sorted((group for group, base in bases.items() if base >= minimum), key=lambda group: bases[group])
    while hidden and rest and (len(hidden) < 2 or sum(bases[group] for group in hidden) < minimum):
        hidden.add(rest.pop(0))
    return frozenset(hidden)


def hidden_cells(table: Sequence[Sequence[int]], *, minimum: int = MINIMUM_ANSWERS) -> frozenset[Cell]:
    """The cells of a table of counts that must be hidden when it is printed with row and column totals.

    Cells are (row, column); the totals are row ``len(table)`` and column ``len(table[0])`` and can be
    hidden as well. Cells with 1 to ``minimum`` - 1 are hidden, then further ones, the smallest first, until
    nothing hidden can be computed from what is shown. Raises ValueError when the rows differ in length.
    """
    if len({len(row) for row in table}) > 1:
        raise ValueError("the rows of a table have the same length")
    if not table or not table[0]:
        return frozenset()
    counts = _with_totals(table)
    hidden = {cell for cell, count in counts.items() if 0 < count < minimum}
    prices = _prices(counts)
    while exposed := next((cell for cell in sorted(hidden) if is_computable(cell, hidden)), None):
        hidden |= _cheapest_cycle(exposed, prices, hidden)
    return frozenset(hidden)


def is_computable(cell: Cell, hidden: Iterable[Cell]) -> bool:
    """Whether the hidden ``cell`` follows from the shown ones.

    It does when no other path of hidden cells joins its row and its column.
    """
    free = dict.fromkeys(hidden, 0)
    free.pop(cell, None)
    return _cheapest_path(("row", cell[0]), ("column", cell[1]), free) is None


def _with_totals(table: Sequence[Sequence[int]]) -> dict[Cell, int]:
    rows = [[*row, sum(row)] for row in table]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    return {(r, c): count for r, row in enumerate(rows) for c, count in enumerate(row)}


def _prices(counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """What it costs to hide a cell.

    Its count; zeros after all counts (they hide little), totals after everything.
    """
    last, everything = max(counts), sum(counts.values()) + 1
    prices = {cell: count + 1 if count else everything for cell, count in counts.items()}
    totals = [cell for cell in counts if cell[0] == last[0] or cell[1] == last[1]]
    return prices | {cell: prices[cell] + everything * len(counts) for cell in totals}


def _cheapest_cycle(exposed: Cell, prices: Mapping[Cell, int], hidden: set[Cell]) -> set[Cell]:
    """The cells to hide so that ``exposed`` lies on a cycle; hidden ones are free to use."""
    costs = {cell: 0 if cell in hidden else price for cell, price in prices.items() if cell != exposed}
    path = _cheapest_path(("row", exposed[0]), ("column", exposed[1]), costs)
    # Totals included, a table has two rows and two columns at least, so a way round always exists.
    return set(path or ())


def _cheapest_path(start: _Node, end: _Node, costs: Mapping[Cell, int]) -> list[Cell] | None:
    """Dijkstra's shortest path over the lines of a table; ``costs`` holds the cells that may be used."""
    done: set[_Node] = set()
    waiting: list[tuple[int, _Node, list[Cell]]] = [(0, start, [])]
    while waiting:
        spent, node, path = heappop(waiting)
        if node == end:
            return path
        if node in done:
            continue
        done.add(node)
        for cell, cost in costs.items():
            other = _other_line(cell, node)
            if other is not None and other not in done:
                heappush(waiting, (spent + cost, other, [*path, cell]))
    return None


def _other_line(cell: Cell, node: _Node) -> _Node | None:
    """The line that ``cell`` joins to ``node``; None when the cell is not on ``node``."""
    row, column = ("row", cell[0]), ("column", cell[1])
    if node == row:
        return column
    return row if node == column else None
