"""Nothing that is hidden can be computed from what is shown."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.statistics.suppression import hidden_cells, hidden_groups, is_computable, is_too_few

tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 12), min_size=width, max_size=width), min_size=1, max_size=4)
)


def determined_by_algebra(rows: int, columns: int, hidden: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The hidden cells that the printed totals determine, by Gaussian elimination."""
    unknowns = sorted(hidden)
    equations = [
        [Fraction(cell[0] == row) * (-1 if cell[1] == columns else 1) for cell in unknowns] for row in range(rows + 1)
    ]
    equations += [
        [Fraction(cell[1] == column) * (-1 if cell[0] == rows else 1) for cell in unknowns]
        for column in range(columns + 1)
    ]
    reduced: list[list[Fraction]] = []
    for place in range(len(unknowns)):
        pivot = next((line for line in equations if line[place] != 0), None)
        if pivot is None:
            continue
        equations.remove(pivot)
        pivot = [value / pivot[place] for value in pivot]
        equations = [[a - line[place] * b for a, b in zip(line, pivot, strict=True)] for line in equations]
        reduced = [[a - line[place] * b for a, b in zip(line, pivot, strict=True)] for line in reduced]
        reduced.append(pivot)
    return {
        unknowns[next(place for place, value in enumerate(line) if value != 0)]
        for line in reduced
        if sum(1 for value in line if value != 0) == 1
    }


def test_fewer_than_five_answers_are_too_few() -> None:
    assert is_too_few(4)
    assert not is_too_few(5)


def test_a_single_small_group_takes_the_next_smallest_with_it() -> None:
    assert hidden_groups({"north": 3, "south": 20, "east": 8}) == {"north", "east"}


def test_two_small_groups_that_are_few_together_take_a_third_with_them() -> None:
    assert hidden_groups({"north": 1, "south": 2, "east": 8, "west": 30}) == {"north", "south", "east"}


def test_two_small_groups_that_are_enough_together_hide_each_other() -> None:
    assert hidden_groups({"north": 3, "south": 4, "east": 8}) == {"north", "south"}


def test_groups_without_answers_or_with_enough_hide_nothing() -> None:
    assert hidden_groups({"north": 0, "south": 5}) == frozenset()


@given(st.dictionaries(st.integers(0, 8), st.integers(0, 15)))
def test_hidden_groups_can_never_be_told_from_the_total(bases: dict[int, int]) -> None:
    hidden = hidden_groups(bases)
    together = sum(bases[group] for group in hidden)
    assert all(base >= 5 or base == 0 or group in hidden for group, base in bases.items())
    everything = hidden == {group for group, base in bases.items() if base}
    assert not hidden or everything or (len(hidden) >= 2 and together >= 5)


def test_a_small_cell_takes_a_rectangle_of_cells_with_it() -> None:
    hidden = hidden_cells([[2, 10, 9], [11, 8, 7], [12, 13, 14]])
    assert (0, 0) in hidden
    assert len(hidden) == 4


def test_a_table_of_large_numbers_and_zeros_hides_nothing() -> None:
    assert hidden_cells([[5, 0], [9, 30]]) == frozenset()
    assert hidden_cells([]) == frozenset()


def test_rows_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        hidden_cells([[1, 2], [3]])


def test_a_cell_alone_in_its_row_is_computable_and_one_on_a_cycle_is_not() -> None:
    assert is_computable((0, 0), {(0, 0), (1, 0)})
    assert not is_computable((0, 0), {(0, 0), (0, 1), (1, 0), (1, 1)})


@settings(deadline=None)
@given(tables)
def test_no_hidden_cell_is_determined_by_the_printed_ones(table: list[list[int]]) -> None:
    hidden = set(hidden_cells(table))
    small = {(r, c) for r, row in enumerate(table) for c, count in enumerate(row) if 0 < count < 5}
    assert small <= hidden
    assert determined_by_algebra(len(table), len(table[0]), hidden) == set()


@settings(deadline=None)
@given(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=9))
def test_the_graph_rule_agrees_with_algebra(hidden: set[tuple[int, int]]) -> None:
    by_graph = {cell for cell in hidden if is_computable(cell, hidden)}
    assert by_graph == determined_by_algebra(3, 3, hidden)
