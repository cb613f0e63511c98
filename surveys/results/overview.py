"""Everything that surveys say on the Follow-up page, put together once for a page."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from flask import g

from crm.reports.filters import FollowUpFilters
from crm.reports.kept import kept
from surveys.results.conditions import EXIT_WAVE
from surveys.results.goals import GoalLine, goal_lines, goal_questions, summary_of
from surveys.results.improvement import notes_by_goal
from surveys.results.later import SAME_EMPLOYER, Later, result_later
from surveys.results.versions import count_answers, published_versions
from surveys.results.waves import Wave, waves_of
from surveys.statistics.goals import GoalSummary

RESPONSE_RATE_TARGET = "response_rate"
_KEPT = "surveys_overview"


@dataclass(frozen=True)
class Overview:
    """The figures of one report."""

    filters: FollowUpFilters
    waves: list[Wave]
    goals: list[GoalLine]
    later: Later

    @property
    def exit_wave(self) -> Wave | None:
        """The survey at the exit."""
        return next((wave for wave in self.waves if wave.key == EXIT_WAVE), None)

    @property
    def goal_summary(self) -> GoalSummary:
        """How many goals were reached."""
        return summary_of(self.goals)

    @property
    def late(self) -> int:
        """Surveys that should have gone out before today, in all waves."""
        return sum(wave.late for wave in self.waves)

    @property
    def rate_target(self) -> Decimal | None:
        """The response rate that the programme aims at, in percent."""
        programme = self.filters.programme
        targets = programme.targets if programme else []
        return next((each.percent for each in targets if each.key == RESPONSE_RATE_TARGET), None)


def overview(filters: FollowUpFilters) -> Overview:
    """The figures of a report, from at most nine queries, whatever the number of participants."""
    versions = published_versions()
    asked = [question.key for _version, question, _goal in goal_questions(versions).values()]
    questions = frozenset({*asked, SAME_EMPLOYER})
    counts = kept("surveys.answers", filters, partial(count_answers, questions=questions), also=questions)
    return Overview(
        filters=filters,
        waves=waves_of(filters),
        goals=goal_lines(versions, counts, notes_by_goal(filters.unit_ids)),
        later=result_later(filters, versions, counts),
    )


def overview_of_page(filters: FollowUpFilters, make: Callable[[FollowUpFilters], Overview] = overview) -> Overview:
    """The same, made once for a page whose cards and details are rendered apart."""
    kept: tuple[FollowUpFilters, Overview] | None = g.get(_KEPT)
    if kept is None or kept[0] is not filters:
        kept = (filters, make(filters))
        setattr(g, _KEPT, kept)
    return kept[1]
