"""Percent, words and the smallest base behind published percentages."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reports.percentages import (
    WordsKind,
    count_for_percent,
    percent_half_up,
    shown_percent,
    smallest_base_for,
    words,
)

shares = st.integers(1, 5_000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))


@pytest.mark.parametrize(
    ("count", "base", "digits", "percent"),
    [
        (37, 80, 0, "46"),
        (37, 86, 1, "43.0"),
        (17, 18, 1, "94.4"),
        (31, 48, 0, "65"),
        (6, 53, 1, "11.3"),
        (24, 53, 1, "45.3"),
        (25, 32, 1, "78.1"),
        (15, 16, 2, "93.75"),
        (1, 8, 0, "13"),
        (3, 8, 0, "38"),
        (29, 200, 0, "15"),
        (0, 7, 0, "0"),
        (7, 7, 0, "100"),
    ],
)
def test_percent_is_rounded_half_up(count: int, base: int, digits: int, percent: str) -> None:
    assert percent_half_up(count, base, digits=digits) == Decimal(percent)


def test_without_a_base_there_is_no_percent() -> None:
    assert percent_half_up(0, 0) is None
    assert shown_percent(0, 0) is None


@pytest.mark.parametrize(("count", "base"), [(-1, 5), (6, 5), (1, 0)])
def test_more_than_all_is_refused(count: int, base: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        percent_half_up(count, base)
    with pytest.raises(ValueError, match="is no share"):
        words(count, base)


@given(shares, st.integers(0, 3))
def test_the_rounded_percent_is_at_most_half_a_step_away(share: tuple[int, int], digits: int) -> None:
    count, base = share
    percent = percent_half_up(count, base, digits=digits)
    assert percent is not None
    difference = Fraction(percent) - Fraction(100 * count, base)
    half = Fraction(1, 2 * 10**digits)
    assert -half < difference <= half


@given(shares)
def test_one_more_yes_never_lowers_the_percent(share: tuple[int, int]) -> None:
    count, base = share
    before, after = percent_half_up(count, base), percent_half_up(min(count + 1, base), base)
    assert before is not None
    assert after is not None
    assert before <= after


@given(shares)
def test_all_and_none_are_printed_only_where_they_are_true(share: tuple[int, int]) -> None:
    count, base = share
    percent = shown_percent(count, base)
    assert (percent == 100) == (count == base)
    assert (percent == 0) == (count == 0)


def test_a_share_just_under_all_keeps_a_decimal() -> None:
    assert shown_percent(199, 200) == Decimal("99.5")
    assert shown_percent(1, 300) == Decimal("0.3")
    assert shown_percent(54, 55) == Decimal(98)


def test_the_smallest_base_behind_the_five_published_goals_is_55() -> None:
    published = (98, 95, 100, 93, 96)
    assert smallest_base_for(published) == 55
    assert tuple(count_for_percent(percent, 55) for percent in published) == (54, 52, 55, 51, 53)


def test_some_percents_have_no_base_within_the_limit() -> None:
    assert smallest_base_for((98,), limit=39) is None


@given(shares)
def test_the_count_for_a_percent_is_the_smallest_that_rounds_to_it(share: tuple[int, int]) -> None:
    count, base = share
    percent = percent_half_up(count, base)
    assert percent is not None
    found = count_for_percent(int(percent), base)
    assert found is not None
    assert found <= count
    assert percent_half_up(found, base) == percent
    assert found == 0 or percent_half_up(found - 1, base) != percent


@pytest.mark.parametrize(
    ("count", "base", "kind", "others"),
    [
        (0, 0, WordsKind.NO_ANSWERS, 0),
        (0, 9, WordsKind.NONE_OF, 9),
        (9, 9, WordsKind.ALL_OF, 0),
        (54, 55, WordsKind.ALL_BUT, 1),
        (52, 55, WordsKind.ALL_BUT, 3),
        (51, 55, WordsKind.COUNT_OF, 4),
        (3, 5, WordsKind.COUNT_OF, 2),
        (31, 48, WordsKind.COUNT_OF, 17),
    ],
)
def test_a_share_is_said_in_the_words_that_are_easiest_to_picture(
    count: int, base: int, kind: WordsKind, others: int
) -> None:
    said = words(count, base)
    assert (said.kind, said.others) == (kind, others)
