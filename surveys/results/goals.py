"""The quality goals of a report: targets against results, with the notes on what is done about missed ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.definition import Goal, Question
from surveys.results.improvement import Note
from surveys.results.versions import Version
from surveys.statistics.goals import GoalResult, GoalStatus, GoalSummary, goal_result_from_counts, goals_reached

Counts = Mapping[tuple[int, str], Mapping[str, int]]


@dataclass(frozen=True)
class GoalLine:
    """One goal. ``version`` is the newest that asks for it: its target holds and its wording is shown."""

    version: Version
    question: Question
    result: GoalResult
    notes: tuple[Note, ...] = ()

    @property
    def key(self) -> str:
        """The stable key of the goal."""
        return self.result.goal.key

    @property
    def wording(self) -> str:
        """The question as it is asked."""
        return self.version.wording(self.question)

    @property
    def yes_labels(self) -> list[str]:
        """The answers that count as yes."""
        return [self.version.label(self.question, code) for code in self.result.goal.counts_as_yes]

    @property
    def is_missed(self) -> bool:
        """Whether the target was not reached."""
        return self.result.status is GoalStatus.NOT_REACHED

    @property
    def is_reached(self) -> bool:
        """Whether the target was reached."""
        return self.result.status is GoalStatus.REACHED

    @property
    def has_too_few(self) -> bool:
        """Whether there are too few answers to say anything."""
        return self.result.status is GoalStatus.TOO_FEW


def goal_questions(versions: Sequence[Version]) -> dict[str, tuple[Version, Question, Goal]]:
    """The goals by key, as the newest version of their questionnaire has them."""
    found: dict[str, tuple[Version, Question, Goal]] = {}
    newest: dict[str, Version] = {}
    for version in versions:
        if newest.setdefault(version.questionnaire, version) is not version:
            continue
        for question in version.definition.questions:
            if question.goal is not None:
                found.setdefault(question.goal.key, (version, question, question.goal))
    return found


def goal_lines(versions: Sequence[Version], counts: Counts, notes: Mapping[str, tuple[Note, ...]]) -> list[GoalLine]:
    """The result of every goal. Answers of older versions count by their own rule under the same key."""
    lines = []
    for key, (version, question, goal) in goal_questions(versions).items():
        yes, base = _yes_and_base(key, versions, counts)
        result = goal_result_from_counts(goal, count=yes, base=base)
        lines.append(GoalLine(version, question, result, notes.get(key, ())))
    return lines


def summary_of(lines: Sequence[GoalLine]) -> GoalSummary:
    """How many of the goals were reached."""
    return goals_reached(line.result for line in lines)


def _yes_and_base(key: str, versions: Sequence[Version], counts: Counts) -> tuple[int, int]:
    yes = base = 0
    for version in versions:
        for question in version.definition.questions:
            if question.goal is None or question.goal.key != key:
                continue
            chosen = counts.get((version.id, question.key), {})
            valid = {
                code: number for code, number in chosen.items() if code and code not in question.goal.excluded_from_base
            }
            base += sum(valid.values())
            yes += sum(number for code, number in valid.items() if code in question.goal.counts_as_yes)
    return yes, base
