"""Wilson's interval against published values and its own properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.statistics.intervals import wilson_interval

shares = st.integers(1, 5_000).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base)))


@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [
        # R. G. Newcombe, Two-sided confidence intervals for the single proportion: comparison of seven
        # methods, Statistics in Medicine 17 (1998).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_agrees_with_published_values(count: int, base: int, low: float, high: float) -> None:
    interval = wilson_interval(count, base)
    assert interval is not None
    assert interval.low == pytest.approx(low, abs=0.00005)
    assert interval.high == pytest.approx(high, abs=0.00005)


def test_without_a_base_there_is_no_interval() -> None:
    assert wilson_interval(0, 0) is None


def test_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson_interval(6, 5)


@given(shares)
def test_the_interval_contains_the_share_and_stays_between_none_and_all(share: tuple[int, int]) -> None:
    count, base = share
    interval = wilson_interval(count, base)
    assert interval is not None
    assert 0 <= interval.low < interval.high <= 1
    assert interval.contains(count / base)


@given(shares)
def test_ten_times_the_answers_give_a_narrower_interval(share: tuple[int, int]) -> None:
    count, base = share
    few, many = wilson_interval(count, base), wilson_interval(10 * count, 10 * base)
    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low


@given(shares)
def test_yes_and_no_have_mirrored_intervals(share: tuple[int, int]) -> None:
    count, base = share
    yes, no = wilson_interval(count, base), wilson_interval(base - count, base)
    assert yes is not None
    assert no is not None
    assert yes.low == pytest.approx(1 - no.high, abs=1e-9)
