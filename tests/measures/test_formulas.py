"""The formulas, each with a worked example (standards.md sections 1, 3, 4 and 15)."""

from datetime import UTC, date, datetime, timedelta

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
    ended_stays,
    enough,
    furthest,
    iso_week,
    middle,
    penetration,
    quarter_after,
    repeat_employers,
    retention_after_days,
    retention_in_quarters,
    time_in_stages,
    whole_weeks,
    years_before,
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
    best = furthest([(1, "a"), (1, "c"), (1, "b"), (2, "a"), (3, "rest")], ("a", "b", "c"))
    assert best == {1: 2, 2: 0}
    january, february = cohorts(best, begun, ("a", "b", "c"))
    assert (january.month, january.begun, january.reached) == (date(2026, 1, 1), 2, {"a": 2, "b": 1, "c": 1})
    assert (february.begun, february.reached["a"]) == (1, 0)


def at(day: int) -> datetime:
    return datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=day)


def test_the_time_in_a_stage_is_the_median_of_stays_that_have_ended() -> None:
    """Stays in "new": 1, 3 and 20 days, median 3. In "contact": 2 days; the one that goes on says nothing."""
    moves = [(1, 0, "new"), (2, 0, "new"), (3, 0, "new"), (1, 1, "contact"), (2, 3, "contact"), (1, 3, "rest"),
             (3, 20, "agreement")]  # fmt: skip
    stays = ended_stays((row, at(day), stage) for row, day, stage in moves)
    assert [(stay.relationship_id, stay.stage, stay.days) for stay in stays] == [
        (1, "new", 1.0), (2, "new", 3.0), (1, "contact", 2.0), (3, "new", 20.0),
    ]  # fmt: skip
    assert time_in_stages(stays) == {"new": Middle(3.0, 3), "contact": Middle(2.0, 1)}
    assert middle([]) == Middle(None, 0)


def test_moves_within_stages_that_mean_the_same_are_one_stay() -> None:
    """Contacted, visited, interested: 30 days in contact, and not three times ten."""
    moves = [(1, 0, "contact"), (1, 10, "contact"), (1, 20, "contact"), (1, 30, "agreement")]
    (stay,) = ended_stays((row, at(day), stage) for row, day, stage in moves)
    assert (stay.stage, stay.days) == ("contact", 30.0)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 12, 27), "2026-W52"),
        (date(2026, 12, 28), "2026-W53"),
        (date(2027, 1, 1), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2024, 12, 30), "2025-W01"),
    ],
)
def test_the_week_at_the_end_of_a_year_is_the_calendar_s(day: date, name: str) -> None:
    assert iso_week(day) == name


def test_a_week_over_the_turn_of_the_year_is_one_week() -> None:
    """2026-W53 runs from 28 December to 3 January: four contacts before New Year and three after are seven in it."""
    monday = date(2026, 12, 28)
    found = contacts_per_week({(1, monday): 4, (1, date(2027, 1, 2)): 3}, {(1, monday)}, weeks={monday})
    assert (found.contacts, found.pairs, found.reached, found.mean) == (7, 1, 1, 7.0)
    assert whole_weeks(date(2026, 12, 21), date(2027, 1, 10)) == [date(2026, 12, 21), monday, date(2027, 1, 4)]
    assert whole_weeks(date(2026, 12, 1), date(2026, 12, 31))[-1] == date(2026, 12, 21)


@pytest.mark.parametrize(
    ("day", "before"), [(date(2026, 3, 31), date(2023, 3, 31)), (date(2024, 2, 29), date(2021, 3, 1))]
)
def test_three_years_before_is_the_same_day(day: date, before: date) -> None:
    assert years_before(day, 3) == before


def test_under_five_persons_nothing_is_told() -> None:
    assert enough(Share(4, 4)) is None
    assert enough(Share(0, 5)) == Share(0, 5)
