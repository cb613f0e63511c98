"""Where mentors, promises and figures stand, on plain values."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.measures.formulas import Share
from outreach.matching.figure_routes import share_in_words
from outreach.matching.figures import Capacity, Matches, percent_of
from outreach.matching.states import (
    MatchState,
    MentorState,
    Rhythm,
    match_state,
    mentor_state,
    months_in,
    standing_of,
)

DAY = date(2026, 6, 30)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
MAYBE = st.none() | DAYS


def test_fifteen_days_after_the_last_meeting_it_is_overdue_and_after_fourteen_it_is_due() -> None:
    rhythm = Rhythm(date(2026, 1, 1), every_days=14)
    late = standing_of(rhythm, [DAY - timedelta(days=15)], on=DAY)
    assert late.is_overdue
    assert late.days_late == 1
    due = standing_of(rhythm, [DAY - timedelta(days=14)], on=DAY)
    assert not due.is_overdue
    assert due.next_on == DAY


def test_before_the_first_time_the_interval_counts_from_the_day_of_the_promise() -> None:
    assert standing_of(Rhythm(DAY, every_days=14), [], on=DAY).next_on == DAY + timedelta(days=14)


def test_two_training_days_are_complete_after_two() -> None:
    rhythm = Rhythm(date(2026, 1, 1), times=2, due_on=date(2026, 6, 1))
    assert standing_of(rhythm, [date(2026, 2, 1)], on=DAY).days_late == 29
    both = standing_of(rhythm, [date(2026, 2, 1), date(2026, 3, 1)], on=DAY)
    assert both.complete
    assert both.next_on is None


@given(every=st.integers(1, 400), start=DAYS, done=st.lists(DAYS, max_size=6), on=DAYS)
def test_doing_it_today_is_never_late_and_a_pause_is_silent(
    every: int, start: date, done: list[date], on: date
) -> None:
    rhythm = Rhythm(start, every_days=every)
    standing = standing_of(rhythm, done, on=on)
    assert standing.days_late == 0 or standing.next_on is not None
    assert standing.is_overdue == (standing.next_on is not None and standing.next_on < on)
    assert not standing_of(rhythm, [*done, on], on=on).is_overdue
    assert standing_of(rhythm, done, on=on, silent=True).next_on is None


@given(paused=MAYBE, until=MAYBE, stopped=MAYBE, matches=st.integers(0, 3), on=DAYS)
def test_a_mentor_is_in_exactly_one_state_and_a_pause_ends_by_itself(
    paused: date | None, until: date | None, stopped: date | None, matches: int, on: date
) -> None:
    state = mentor_state(paused_on=paused, pause_until=until, stopped_on=stopped, matches=matches, on=on)
    if stopped is not None and stopped <= on:
        assert state is MentorState.STOPPED
    elif paused is not None and paused <= on and (until is None or on <= until):
        assert state is MentorState.PAUSED
    else:
        assert state is (MentorState.ACTIVE if matches else MentorState.IDLE)
    after = until + timedelta(days=1) if until else None
    if after is not None and stopped is None:
        later = mentor_state(paused_on=paused, pause_until=until, stopped_on=None, matches=matches, on=after)
        assert later is not MentorState.PAUSED


def test_a_match_is_made_runs_and_ends() -> None:
    assert match_state(begun_on=None, ended_on=None) is MatchState.MADE
    assert match_state(begun_on=DAY, ended_on=None) is MatchState.RUNNING
    assert match_state(begun_on=None, ended_on=DAY) is MatchState.ENDED


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2026, 4, 1), date(2026, 6, 30), 3),
        (date(2026, 5, 1), date(2026, 6, 30), 2),
        (date(2025, 11, 15), date(2026, 11, 14), 12),
        (date(2026, 1, 31), date(2026, 2, 28), 1 + 1 / 28),
        (DAY, DAY, 1),
    ],
)
def test_months_are_counted_as_they_lie_in_the_calendar(since: date, until: date, months: float) -> None:
    assert months_in(since, until) == pytest.approx(months)


@given(since=DAYS, days=st.integers(0, 900))
def test_a_longer_period_has_no_fewer_months(since: date, days: int) -> None:
    until = since + timedelta(days=days)
    assert months_in(since, until) <= months_in(since, until + timedelta(days=1)) + 1e-9
    assert abs(months_in(since, until) - max(1, (days + 1) / 30.44)) < 0.2


def test_eighteen_matches_in_two_or_three_months_are_nine_or_six_a_month() -> None:
    assert Matches(18, 17, [], {"moved_on": 1}, months=3).for_each_month == 6
    assert Matches(18, 17, [], {"moved_on": 1}, months=2).for_each_month == 9


def test_the_shares_are_those_of_the_source() -> None:
    """17 of 18 hold; 25 of 32 do not pause; 10 of 12 moved on; 214 in 8 municipalities."""
    assert str(percent_of(Matches(18, 17, [], {}, months=3).retention)) == "94.4"
    states = {"active": 15, "idle": 10, "paused": 7, "stopped": 0}
    places = [(f"Place {number}", 27 if number < 6 else 26) for number in range(8)]
    capacity = Capacity(states, {}, places, 0)
    assert str(percent_of(capacity.active)) == "78.1"
    assert capacity.active == Share(25, 32)
    assert sum(count for _name, count in places) == 214
    assert capacity.for_each_municipality == 26.75


@pytest.mark.usefixtures("context")
def test_few_are_said_as_counts_with_the_per_cent_behind() -> None:
    assert share_in_words(Share(10, 12)).replace("\xa0", " ") == "10 of 12 (83 %)"
    assert share_in_words(Share(17, 18)).replace("\xa0", " ") == "17 of 18 (94.4 %)"
    assert share_in_words(Share(0, 0)) == "–"
