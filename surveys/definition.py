"""What a questionnaire is: its structure, without any wording.

Texts are kept apart, as a mapping from path to text for each language (see ``surveys.definition_texts``),
so that a translation can be approved or withdrawn without touching the structure. Question keys are stable
across versions: results of two versions are compared through them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm.errors import DomainError
from surveys.show_if import Condition, format_condition

DEFAULT_MAX_LENGTH = 1000


class DefinitionError(DomainError):
    """The document is not a questionnaire. ``path`` says where, as in ``questions[3].show_if``."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


class QuestionType(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    SINGLE = "single"
    MULTI = "multi"
    TEXT = "text"


class Visibility(StrEnum):
    """Who may read one person's answer: those who see the person, or nobody (it is counted only)."""

    HISTORY = "history"
    AGGREGATE = "aggregate"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose.

    ``exclusive``: not together with others. ``declines``: "I do not know or do not want to".
    """

    code: str
    exclusive: bool = False
    declines: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """Graded answers that several questions share."""

    key: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """A quality goal.

    ``target`` is in whole percent; the cut-off belongs to the version, so that it can be printed.
    """

    key: str
    target: int
    counts_as_yes: tuple[str, ...]
    excluded_from_base: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``options`` are those of the scale for a scale question and empty for free text.

    ``required`` never forces an answer; it says which questions decide whether a response counts as
    partial. ``creates_task_on`` are the answers that give staff a task, ``counts_as_result`` those that
    count as work or studies.
    """

    key: str
    type: QuestionType
    visibility: Visibility
    options: tuple[Option, ...] = ()
    scale: str | None = None
    goal: Goal | None = None
    show_if: Condition | None = None
    required: bool = False
    max_length: int | None = None
    creates_task_on: tuple[str, ...] = ()
    counts_as_result: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the options, in the order in which they are shown."""
        return tuple(option.code for option in self.options)

    def option(self, code: str) -> Option | None:
        """The option with ``code``, or None."""
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a questionnaire. A published version never changes."""

    key: str
    version: int
    minutes: int
    questions: tuple[Question, ...]
    scales: tuple[Scale, ...] = ()

    def question(self, key: str) -> Question:
        """The question with ``key``; raises KeyError."""
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(key)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The quality goals, in the order of their questions."""
        return tuple(question.goal for question in self.questions if question.goal is not None)


def definition_to_json(definition: Definition) -> dict[str, Any]:
    """The structure as plain JSON values.

    ``definition_reading.definition_from_json`` reads it back to an equal object.
    """
    return {
        "key": definition.key,
        "version": definition.version,
        "minutes": definition.minutes,
        "scales": [{"key": scale.key, "options": _options_to_json(scale.options)} for scale in definition.scales],
        "questions": [_question_to_json(question) for question in definition.questions],
    }


def _question_to_json(question: Question) -> dict[str, Any]:
    optional = {
        "scale": question.scale,
        "options": _options_to_json(question.options) if question.scale is None else [],
        "goal": _goal_to_json(question.goal) if question.goal else None,
        "show_if": format_condition(question.show_if) if question.show_if else None,
        "required": question.required,
        "max_length": question.max_length,
        "creates_task_on": list(question.creates_task_on),
        "counts_as_result": list(question.counts_as_result),
    }
    fixed = {"key": question.key, "type": question.type.value, "visibility": question.visibility.value}
    return fixed | {name: value for name, value in optional.items() if value}


def _options_to_json(options: tuple[Option, ...]) -> list[Mapping[str, Any]]:
    # A list and not an object: PostgreSQL's jsonb does not keep the order of keys, and the order of answers
    # matters.
    return [
        {"code": option.code}
        | ({"exclusive": True} if option.exclusive else {})
        | ({"declines": True} if option.declines else {})
        for option in options
    ]


def _goal_to_json(goal: Goal) -> dict[str, Any]:
    return {
        "key": goal.key,
        "target": goal.target,
        "counts_as_yes": list(goal.counts_as_yes),
        "excluded_from_base": list(goal.excluded_from_base),
    }
