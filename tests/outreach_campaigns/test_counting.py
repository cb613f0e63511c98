"""Sums over calls, from rows alone."""

from datetime import date

from outreach.campaigns.counting import Came, Figures, Group, Kind, change, is_within, per_month, summed, weeks_of
from outreach.lists.models import Wanted

GROUPS = [
    Group(1, Wanted.VISIT_BOOKED, 1, 7, "visit_booked", 3),
    Group(1, Wanted.VISIT_BOOKED, 2, 8, "no_answer", 4),
    Group(2, Wanted.REACHED, None, 8, "declined", 5),
]


def came(list_id: int, version: int, source_id: int) -> Came:
    return Came(Kind.AGREEMENT, date(2026, 6, 1), 1, list_id, version, 7, "Alm", "a", source_id)


def test_figures_add_up_by_version_and_in_all() -> None:
    total = summed(GROUPS, [], lambda each: None)[None]
    assert (total.called, total.reached, total.achieved, total.visits_booked) == (12, 8, 8, 3)
    parts = summed(GROUPS, [], lambda each: each.version)
    assert sum(each.called for each in parts.values()) == total.called
    assert parts[2].reached_share == 0
    assert Figures().reached_share is None


def test_an_agreement_to_which_two_lists_led_counts_once_in_the_sum() -> None:
    rows = [came(1, 1, 99), came(2, 1, 99)]
    assert summed([], rows, lambda each: None)[None].agreements == 1
    assert [each.agreements for each in summed([], rows, lambda each: each.list_id).values()] == [1, 1]


def test_what_is_made_from_the_day_of_the_call_to_180_days_after_it_came_of_it() -> None:
    call = date(2026, 1, 1)
    days = [date(2025, 12, 31), call, date(2026, 6, 30), date(2026, 7, 1)]
    assert [is_within(call, day) for day in days] == [False, True, True, False]


def test_weeks_without_calls_stand_between_those_with_some() -> None:
    weeks = weeks_of([(date(2026, 6, 1), "declined"), (date(2026, 6, 17), "no_answer")], Wanted.REACHED)
    assert [(week.called, week.reached) for week in weeks] == [(1, 1), (0, 0), (1, 0)]
    assert weeks_of([], Wanted.REACHED) == []


def test_18_in_three_months_are_6_a_month_and_82_to_40_is_a_half_less() -> None:
    assert per_month(18, date(2026, 1, 1), date(2026, 4, 1)) == 6
    assert round(change(82, 40) or 0, 3) == -0.512
    assert change(0, 0) is None
