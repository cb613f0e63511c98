"""Pure figures of a list."""

from datetime import date

from outreach.lists.progress import Progress

TODAY = date(2026, 6, 30)


def test_12_of_20_are_60_per_cent_and_the_deadline_in_a_week_is_told() -> None:
    found = Progress(achieved=12, target=20, deadline=date(2026, 7, 7), today=TODAY, waiting=8, done=12)
    assert (found.share, found.is_soon, found.is_late, found.is_met) == (0.6, True, False, False)


def test_a_deadline_that_has_passed_is_told_unless_the_target_is_reached() -> None:
    late = Progress(achieved=12, target=20, deadline=date(2026, 6, 29), today=TODAY)
    assert late.is_late
    assert not Progress(achieved=20, target=20, deadline=date(2026, 6, 29), today=TODAY).is_late


def test_without_a_target_everybody_who_is_called_is_the_goal_and_nobody_is_no_share() -> None:
    assert Progress(achieved=1, target=None, deadline=None, today=TODAY, waiting=3, done=1, left_out=9).share == 0.25
    assert Progress(achieved=0, target=None, deadline=None, today=TODAY, left_out=9).share is None
