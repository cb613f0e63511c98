"""Quality goals: target against result, said plainly."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from crm.reports.percentages import Words, shown_percent, words
from surveys.answers import AnswerValue
from surveys.definition import Goal
from surveys.statistics.intervals import Interval, wilson_interval
from surveys.statistics.suppression import MINIMUM_ANSWERS, is_too_few


class GoalStatus(StrEnum):
    """Whether a goal was reached, or whether there are too few answers to say."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class GoalResult:
    """The result of one goal. With too few answers everything but ``base`` is None.

    ``short_by``: how many more of the same people would have had to say yes; 0 when reached.
    ``is_certain``: the 95 % interval lies wholly on one side of the target, so that chance alone does not
    explain the result.
    """

    goal: Goal
    status: GoalStatus
    base: int
    count: int | None = None
    percent: Decimal | None = None
    interval: Interval | None = None
    words: Words | None = None
    short_by: int | None = None
    is_certain: bool | None = None


@dataclass(frozen=True, slots=True)
class GoalSummary:
    """How many goals were reached ("``reached`` of ``total``"); ``too_few`` of them cannot be judged yet."""

    reached: int
    total: int
    too_few: int


def goal_result(goal: Goal, answers: Iterable[AnswerValue], *, minimum: int = MINIMUM_ANSWERS) -> GoalResult:
    """Count how many of ``answers`` meet the goal.

    Skipped answers and those the goal leaves out are not in the base.
    """
    codes = [answer.codes[0] for answer in answers if answer.codes]
    base = sum(1 for code in codes if code not in goal.excluded_from_base)
    return goal_result_from_counts(
        goal, count=sum(1 for code in codes if code in goal.counts_as_yes), base=base, minimum=minimum
    )


def goal_result_from_counts(goal: Goal, *, count: int, base: int, minimum: int = MINIMUM_ANSWERS) -> GoalResult:
    """The result of ``goal`` when ``count`` of ``base`` valid answers count as yes.

    The printed percentage decides, so that "95 %, target 95 %" is never called missed; because 100 % is
    printed only when all said yes, a target of 100 % means everybody.
    """
    if is_too_few(base, minimum=minimum):
        return GoalResult(goal=goal, status=GoalStatus.TOO_FEW, base=base)
    short_by = answers_short(count, base, target=goal.target)
    interval = wilson_interval(count, base)
    return GoalResult(
        goal=goal,
        status=GoalStatus.NOT_REACHED if short_by else GoalStatus.REACHED,
        base=base,
        count=count,
        percent=shown_percent(count, base),
        interval=interval,
        words=words(count, base),
        short_by=short_by,
        is_certain=interval is not None and not interval.contains(goal.target / 100),
    )


def answers_short(count: int, base: int, *, target: int) -> int:
    """How many more yes of the same ``base`` the target needed: 54 of 55 against 100 % is short by one."""
    return next(more for more in range(base - count + 1) if _meets(count + more, base, target))


def goals_reached(results: Iterable[GoalResult]) -> GoalSummary:
    """Summarise as "3 of 5 goals reached"."""
    statuses = [result.status for result in results]
    return GoalSummary(
        reached=statuses.count(GoalStatus.REACHED),
        total=len(statuses),
        too_few=statuses.count(GoalStatus.TOO_FEW),
    )


def _meets(count: int, base: int, target: int) -> bool:
    percent = shown_percent(count, base)
    return percent is not None and percent >= target
