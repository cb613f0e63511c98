"""Distributions, goals, outcomes and response rates, with the numbers of the projects they come from."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reports.percentages import WordsKind
from surveys.answers import SKIPPED, AnswerValue
from surveys.definition import Goal
from surveys.dispositions import DueState, StopReason
from surveys.statistics.distributions import distribution
from surveys.statistics.goals import (
    GoalStatus,
    GoalSummary,
    answers_short,
    goal_result,
    goal_result_from_counts,
    goals_reached,
)
from surveys.statistics.outcomes import OutcomeCounts, outcome_range
from surveys.statistics.response_rates import (
    DispositionCounts,
    count_dispositions,
    coverage,
    response_rate_1,
    response_rate_2,
)
from tests.surveys_pure.builders import follow_up

STATUS = follow_up().question("status")
NEED = follow_up().question("need")
MORE = follow_up().question("more")


def goal(target: int) -> Goal:
    return Goal(key="good", target=target, counts_as_yes=("4", "5"), excluded_from_base=("9",))


def grades(text: str) -> list[AnswerValue]:
    return [AnswerValue(codes=(code,)) for code in text]


def test_options_that_nobody_chose_are_rows_with_zero() -> None:
    table = distribution(STATUS, [AnswerValue(codes=("work",))] * 5)
    assert [(row.code, row.count) for row in table.rows] == [("work", 5), ("study", 0), ("none", 0)]


def test_those_who_do_not_want_to_answer_are_counted_but_not_in_the_base() -> None:
    answers = [AnswerValue(codes=("work",))] * 6 + [AnswerValue(codes=("study",))] * 2
    table = distribution(STATUS, [*answers, AnswerValue(codes=("none",)), SKIPPED])
    assert (table.base, table.declined) == (8, 2)
    assert [row.percent for row in table.rows] == [Decimal(75), Decimal(25), None]
    assert table.rows[2].count == 1


def test_the_base_of_several_choices_is_persons_and_percentages_may_pass_100() -> None:
    answers = [AnswerValue(codes=("talk", "rights"))] * 6 + [AnswerValue(codes=("talk",))] * 2 + [SKIPPED] * 3
    table = distribution(NEED, answers)
    assert table.base == 8
    assert [row.percent for row in table.rows] == [Decimal(0), Decimal(100), Decimal(75)]


def test_fewer_than_five_answers_show_no_count_and_no_percent() -> None:
    table = distribution(STATUS, [AnswerValue(codes=("work",))] * 4)
    assert table.hidden
    assert table.base == 4
    assert all(row.count is None and row.percent is None for row in table.rows)


def test_free_text_has_no_distribution() -> None:
    with pytest.raises(ValueError, match="free text"):
        distribution(MORE, [])


def test_three_of_the_five_published_goals_are_reached() -> None:
    published = [(54, 100), (52, 95), (55, 80), (51, 95), (53, 80)]
    results = [goal_result_from_counts(goal(target), count=count, base=55) for count, target in published]
    assert [result.percent for result in results] == [98, 95, 100, 93, 96]
    assert [result.status is GoalStatus.REACHED for result in results] == [False, True, True, False, True]
    assert goals_reached(results) == GoalSummary(reached=3, total=5, too_few=0)


def test_98_percent_against_100_is_one_of_55() -> None:
    result = goal_result_from_counts(goal(100), count=54, base=55)
    assert result.short_by == 1
    assert result.words is not None
    assert (result.words.kind, result.words.others, result.words.base) == (WordsKind.ALL_BUT, 1, 55)
    assert result.interval is not None
    assert result.interval.low == pytest.approx(0.904, abs=0.001)


def test_a_target_of_everybody_is_missed_by_one_of_two_hundred() -> None:
    result = goal_result_from_counts(goal(100), count=199, base=200)
    assert result.status is GoalStatus.NOT_REACHED
    assert result.percent == Decimal("99.5")


def test_four_and_five_count_as_yes_and_nine_leaves_the_base() -> None:
    result = goal_result(goal(80), [*grades("5544319"), SKIPPED])
    assert (result.count, result.base, result.percent) == (4, 6, Decimal(67))


def test_with_four_answers_a_goal_is_not_judged() -> None:
    result = goal_result(goal(80), grades("55559"))
    assert result.status is GoalStatus.TOO_FEW
    assert result.base == 4
    assert (result.count, result.percent, result.interval, result.words) == (None, None, None, None)
    assert goals_reached([result]) == GoalSummary(reached=0, total=1, too_few=1)


def test_a_result_far_from_its_target_is_certain_and_a_near_one_is_not() -> None:
    assert goal_result_from_counts(goal(80), count=55, base=55).is_certain
    assert not goal_result_from_counts(goal(95), count=51, base=55).is_certain


@given(st.integers(5, 300), st.integers(1, 100), st.data())
def test_short_by_is_the_smallest_number_that_reaches_the_target(base: int, target: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, base))
    short = answers_short(count, base, target=target)
    enough = goal_result_from_counts(goal(target), count=count + short, base=base)
    assert enough.status is GoalStatus.REACHED
    if short:
        less = goal_result_from_counts(goal(target), count=count + short - 1, base=base)
        assert less.status is GoalStatus.NOT_REACHED


def test_persons_and_starts_give_different_headlines() -> None:
    persons = OutcomeCounts(reported_reached=20, staff_reached=17, staff_not_reached=43)
    starts = OutcomeCounts(reported_reached=20, staff_reached=17, staff_not_reached=49)
    assert persons.base == 80
    assert outcome_range(persons).of_known == Decimal(46)
    assert outcome_range(starts, digits=1).of_known == Decimal("43.0")


def test_the_unknown_spread_the_result_between_worst_and_best_case() -> None:
    counts = OutcomeCounts(reported_reached=20, reported_not_reached=10, staff_not_reached=10, unknown=10)
    result = outcome_range(counts)
    assert (result.of_known, result.worst, result.best) == (Decimal(50), Decimal(40), Decimal(60))


def test_no_exits_have_no_outcome() -> None:
    result = outcome_range(OutcomeCounts())
    assert (result.of_known, result.worst, result.best) == (None, None, None)


def test_response_rates_follow_aapor_over_everybody_who_was_due() -> None:
    counts = DispositionCounts(complete=31, partial=3, refused=4, no_contact=6, other=1, unknown=3, not_eligible=2)
    assert counts.due == 48
    assert response_rate_1(counts) == Decimal(65)
    assert response_rate_2(counts, digits=1) == Decimal("70.8")
    assert coverage(counts, digits=2) == Decimal("93.75")


def test_with_nobody_due_there_is_no_rate() -> None:
    assert response_rate_1(DispositionCounts(not_eligible=3)) is None


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        DispositionCounts(complete=-1)


def test_due_rows_are_counted_by_disposition_and_those_not_yet_due_are_left_out() -> None:
    counts = count_dispositions(
        [
            (DueState.NOT_YET_DUE, None),
            (DueState.DUE, None),
            (DueState.IN_DOUBT, None),
            (DueState.ANSWERED, StopReason.COMPLETED),
            (DueState.NOT_POSSIBLE, StopReason.BOUNCED),
            (DueState.NOT_POSSIBLE, StopReason.DECEASED),
            (DueState.CLOSED_WITHOUT_ANSWER, StopReason.BROKEN_OFF),
        ]
    )
    assert counts == DispositionCounts(complete=1, refused=1, no_contact=2, unknown=1, not_eligible=1)
    assert counts.due == 5


@given(st.builds(DispositionCounts, *[st.integers(0, 500)] * 7))
def test_rr1_is_never_above_rr2_and_both_stay_in_range(counts: DispositionCounts) -> None:
    low, high, reach = response_rate_1(counts), response_rate_2(counts), coverage(counts)
    if counts.due:
        assert low is not None
        assert high is not None
        assert reach is not None
        assert 0 <= low <= high <= 100
        assert high <= reach
