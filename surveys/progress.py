"""Where one person stands in a questionnaire: which question comes next, and how complete the response is.

An entry in ``answers`` means that the person passed the question (a skipped question has one too).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from surveys.answers import Answers, is_substantive
from surveys.definition import Definition, Question
from surveys.show_if import evaluate, referenced_keys


class ResponseState(StrEnum):
    """How far a response came."""

    NOT_STARTED = "not_started"
    BROKEN_OFF = "broken_off"
    PARTIAL = "partial"
    COMPLETE = "complete"
    NOTHING_ANSWERED = "nothing_answered"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a question stands: "question ``number`` of ``total``".

    The total counts what may still be asked, so it can shrink but never grows.
    """

    number: int
    total: int


def visible_questions(definition: Definition, answers: Answers) -> list[Question]:
    """The questions to ask, given ``answers``. An answer to a question that is hidden now decides nothing."""
    shown: list[Question] = []
    chosen: dict[str, frozenset[str]] = {}
    for question in definition.questions:
        if question.show_if is not None and not evaluate(question.show_if, chosen):
            continue
        shown.append(question)
        if question.key in answers:
            chosen[question.key] = frozenset(answers[question.key].codes)
    return shown


def visible_answers(definition: Definition, answers: Answers) -> Answers:
    """The answers that count.

    Those to visible questions. The others stem from an answer that was changed later.
    """
    keys = [question.key for question in visible_questions(definition, answers)]
    return {key: answers[key] for key in keys if key in answers}


def next_question(definition: Definition, answers: Answers, *, after: str) -> Question | None:
    """The visible question that follows ``after``, or None at the end.

    ``after`` itself may be hidden by now.
    """
    place = _place(definition, after)
    shown = visible_questions(definition, answers)
    return next((question for question in shown if _place(definition, question.key) > place), None)


def previous_question(definition: Definition, answers: Answers, *, before: str) -> Question | None:
    """The visible question in front of ``before``, or None at the beginning."""
    place = _place(definition, before)
    shown = visible_questions(definition, answers)
    earlier = (question for question in reversed(shown) if _place(definition, question.key) < place)
    return next(earlier, None)


def resume_question(definition: Definition, answers: Answers) -> Question | None:
    """The first visible question that was not passed yet; None when the end is reached."""
    shown = visible_questions(definition, answers)
    return next((question for question in shown if question.key not in answers), None)


def position_of(definition: Definition, answers: Answers, *, key: str) -> Position:
    """The position of the question ``key``. Raises KeyError for an unknown key."""
    place = _place(definition, key)
    shown = visible_questions(definition, answers)
    number = 1 + sum(1 for other in shown if _place(definition, other.key) < place)
    possible = _possible_questions(definition, answers)
    ahead = sum(1 for other in possible if _place(definition, other.key) > place)
    return Position(number=number, total=number + ahead)


def is_finished(definition: Definition, answers: Answers) -> bool:
    """Whether every visible question was passed, answered or not."""
    return resume_question(definition, answers) is None


def is_complete(definition: Definition, answers: Answers) -> bool:
    """Whether the person reached the end and answered at least one question."""
    return response_state(definition, answers) is ResponseState.COMPLETE


def is_partial(definition: Definition, answers: Answers) -> bool:
    """Whether the person stopped on the way with at least half of the required visible questions answered."""
    return response_state(definition, answers) is ResponseState.PARTIAL


def response_state(definition: Definition, answers: Answers) -> ResponseState:
    """How far the response came.

    Partial means at least half of the required questions answered, the usual border between a partial
    interview and a break-off (AAPOR, Standard Definitions, section on partial interviews). "I do not want
    to answer" is no answer. A questionnaire without required questions takes all visible ones as the base.
    """
    shown = visible_questions(definition, answers)
    if not any(question.key in answers for question in shown):
        return ResponseState.NOT_STARTED
    answered = {question.key for question in shown if is_substantive(question, answers.get(question.key))}
    if is_finished(definition, answers):
        return ResponseState.COMPLETE if answered else ResponseState.NOTHING_ANSWERED
    required = [question for question in shown if question.required] or shown
    done = sum(1 for question in required if question.key in answered)
    return ResponseState.PARTIAL if 2 * done >= len(required) else ResponseState.BROKEN_OFF


def _possible_questions(definition: Definition, answers: Answers) -> Iterator[Question]:
    """Visible questions, and those whose condition looks at a question that may still be asked."""
    shown = {question.key for question in visible_questions(definition, answers)}
    open_keys: set[str] = set()
    for question in definition.questions:
        looks_at = referenced_keys(question.show_if) if question.show_if else frozenset()
        if question.key not in shown and open_keys.isdisjoint(looks_at):
            continue
        if question.key not in answers or question.key not in shown:
            open_keys.add(question.key)
        yield question


def _place(definition: Definition, key: str) -> int:
    for place, question in enumerate(definition.questions):
        if question.key == key:
            return place
    raise KeyError(key)
