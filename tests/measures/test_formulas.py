"""The formulas, each with a worked example (standards.md sections 1, 3, 4 and 15)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.measures.formulas import (
    Job,
    Middle,
    Place,
    Share,
    asks,
    cohorts,
    contacts_per_week,
    distinct_places,
    enough,
    middle,
    penetration,
    quarter_after,
    repeat_employers,
    retention_after_days,
    retention_in_quarters,
    stays,
    whole_weeks,
)

MONDAY = date(2026, 3, 2)
NEXT = MONDAY + timedelta(days=7)
TODAY = date(2026, 11, 22)
HERE, THERE = (1, None), (2, 7)


def test_only_whole_weeks_count() -> None:
    assert whole_weeks(date(2026, 3, 3), date(2026, 3, 20)) == [date(2026, 3, 9)]
    assert whole_weeks(MONDAY, MONDAY + timedelta(days=6)) == [MONDAY]
    assert whole_weeks(MONDAY, MONDAY + timedelta(days=5)) == []


def test_contacts_a_week_are_averaged_over_coordinators_and_weeks() -> None:
    days = {(1, MONDAY): 4, (1, MONDAY + timedelta(days=4)): 2, (1, NEXT): 5, (2, MONDAY): 1}
    busy = {(1, MONDAY), (1, NEXT), (2, MONDAY), (2, NEXT)}
    found = contacts_per_week(days, busy, {(1, MONDAY), (3, MONDAY)}, weeks={MONDAY, NEXT})
    assert (found.contacts, found.pairs, found.reached, found.reviewed) == (12, 4, 1, 1)
    assert found.mean == 3.0


def test_a_coordinator_without_anybody_who_seeks_work_is_left_out() -> None:
    assert contacts_per_week({}, (), weeks={MONDAY}).mean is None
    assert contacts_per_week({(1, MONDAY): 2}, (), weeks={MONDAY}).pairs == 1
    assert contacts_per_week({(1, NEXT): 2}, {(1, NEXT)}, weeks={MONDAY}).pairs == 0


def test_one_ask_in_four_contacts_is_a_quarter() -> None:
    found = asks({"request_place": 1, "needs": 2, "thanks": 1, None: 9}, {"request_place"})
    assert (found, found.value) == (Share(1, 4), 0.25)


def test_a_workplace_counts_once_however_many_cooperate_with_it() -> None:
    twice = [Place(1, 10, "1273"), Place(1, 10, "1273"), Place(1, 11, "1273"), Place(2, None, "1273")]
    assert penetration(twice, {"1273": 60}) == Share(3, 60)


def test_a_placement_that_names_only_the_employer_is_at_the_workplace_that_is_known() -> None:
    assert penetration([Place(1, None, "1273"), Place(1, 10, "1273")], {"1273": 60}) == Share(1, 60)
    assert penetration([Place(1, None, "1273"), Place(1, 10, "0301")], {"1273": 60, "0301": 40}) == Share(2, 100)


def test_where_the_number_of_workplaces_is_not_known_nothing_is_in_either() -> None:
    assert penetration([Place(1, 1, "1273"), Place(2, 2, "9999")], {"1273": 50}) == Share(1, 50)
    assert penetration([Place(1, 1, "1273")], {}).value is None


@given(
    st.lists(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=6), max_size=3),
)
def test_the_total_is_at_most_the_sum_of_the_units(units: list[list[tuple[int, int]]]) -> None:
    own = [[Place(employer, workplace, "1273") for employer, workplace in rows] for rows in units]
    total = len(distinct_places(place for rows in own for place in rows).get("1273", ()))
    alone = [len(distinct_places(rows).get("1273", ())) for rows in own]
    assert max(alone, default=0) <= total <= sum(alone)


def test_repeat_employers_are_those_of_the_three_years_before() -> None:
    assert repeat_employers([1, 2, 3, 4, 4], [3, 4, 5]) == Share(2, 4)


@pytest.mark.parametrize(
    ("day", "second", "fourth"),
    [
        (date(2017, 6, 1), (date(2017, 10, 1), date(2017, 12, 31)), (date(2018, 4, 1), date(2018, 6, 30))),
        (date(2025, 12, 31), (date(2026, 4, 1), date(2026, 6, 30)), (date(2026, 10, 1), date(2026, 12, 31))),
        (date(2024, 1, 1), (date(2024, 7, 1), date(2024, 9, 30)), (date(2025, 1, 1), date(2025, 3, 31))),
    ],
)
def test_quarters_after_an_exit(day: date, second: tuple[date, date], fourth: tuple[date, date]) -> None:
    assert (quarter_after(day, 2), quarter_after(day, 4)) == (second, fourth)


def test_same_employer_in_the_second_and_fourth_quarter() -> None:
    exits = {person: date(2024, 6, 1) for person in range(1, 6)} | {6: date(2026, 6, 1)}
    jobs = [
        Job(1, HERE, date(2024, 5, 1), None),
        Job(2, HERE, date(2024, 10, 5), date(2024, 12, 1)),
        Job(2, THERE, date(2025, 4, 1), None),
        Job(3, HERE, date(2024, 10, 5), date(2024, 12, 1)),
        Job(3, HERE, date(2025, 6, 30), None),
        Job(4, HERE, date(2025, 4, 1), None),
        Job(6, HERE, date(2026, 6, 1), None),
    ]
    assert retention_in_quarters(exits, jobs, today=TODAY) == Share(2, 3)


def test_same_place_after_90_days() -> None:
    exits = {1: date(2026, 3, 1), 2: date(2026, 3, 1), 3: date(2026, 3, 1), 4: date(2026, 11, 1)}
    jobs = [
        Job(1, HERE, date(2026, 3, 14), None),
        Job(2, HERE, date(2026, 1, 1), date(2026, 5, 29)),
        Job(3, HERE, date(2026, 3, 16), None),
        Job(4, HERE, date(2026, 11, 1), None),
    ]
    assert retention_after_days(exits, jobs, days=90, today=TODAY) == Share(1, 2)
    assert retention_after_days(exits, [*jobs, Job(2, HERE, date(2026, 5, 30), None)], days=90, today=TODAY).count == 2


def test_conversion_goes_by_the_month_of_entry() -> None:
    begun = {1: date(2026, 1, 5), 2: date(2026, 1, 30), 3: date(2026, 2, 1)}
    moves = [(1, date(2026, 1, 5), "a"), (1, date(2026, 3, 1), "c"), (2, date(2026, 1, 30), "a"), (3, MONDAY, "rest")]
    january, february = cohorts(moves, begun, ("a", "b", "c"))
    assert (january.month, january.begun, january.reached) == (date(2026, 1, 1), 2, {"a": 2, "b": 1, "c": 1})
    assert (february.begun, february.reached["a"]) == (1, 0)


def test_the_time_in_a_stage_is_the_median_of_stays_that_have_ended() -> None:
    assert stays([("new", 1), ("new", 3), ("new", 20), ("contact", 2), (None, 4), ("new", None)]) == {
        "new": Middle(3.0, 3),
        "contact": Middle(2.0, 1),
    }
    assert middle([]) == Middle(None, 0)


def test_under_five_persons_nothing_is_told() -> None:
    assert enough(Share(4, 4)) is None
    assert enough(Share(0, 5)) == Share(0, 5)
