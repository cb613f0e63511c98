"""One question as its page shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveys.answers import AnswerProblem, Answers
from surveys.definition import Definition, Question, QuestionType, Visibility
from surveys.definition_texts import option_path, question_path
from surveys.progress import position_of

SKIP = "_skip"
"""What the row "I do not know or do not want to answer" sends where the question has no such answer of its own."""


@dataclass(frozen=True)
class OptionView:
    """One row to choose. ``apart``: stands at a distance, because it is no answer to the question."""

    code: str
    label: str
    checked: bool
    apart: bool = False


@dataclass(frozen=True)
class QuestionView:
    """A question with its answers, what was chosen before, and what is wrong with what was just sent."""

    key: str
    number: int
    total: int
    heading: str
    kind: str
    """radio, checkbox or text"""
    options: tuple[OptionView, ...]
    text: str
    max_length: int
    for_history: bool
    problem: AnswerProblem | None = None


@dataclass(frozen=True)
class Sent:
    """What a form sent for a question, so that a page with a problem shows it again."""

    values: Sequence[str]
    problem: AnswerProblem | None


def question_view(
    definition: Definition,
    question: Question,
    *,
    texts: Mapping[str, str],
    answers: Answers,
    skip_label: str,
    sent: Sent | None = None,
) -> QuestionView:
    """The view of a question, with ``sent`` in place of the stored answer when it was refused."""
    stored = answers.get(question.key)
    chosen = set(sent.values) if sent else set(stored.codes) if stored else set()
    if stored is not None and stored.skipped and sent is None:
        chosen = {SKIP}
    position = position_of(definition, answers, key=question.key)
    text = "\n".join(sent.values) if sent else stored.text if stored else ""
    return QuestionView(
        key=question.key,
        number=position.number,
        total=position.total,
        heading=texts.get(question_path(question), question.key),
        kind=_kind(question),
        options=_options(question, texts, chosen, skip_label),
        text=text,
        max_length=question.max_length or 0,
        for_history=question.visibility is Visibility.HISTORY,
        problem=sent.problem if sent else None,
    )


def _kind(question: Question) -> str:
    if question.type is QuestionType.TEXT:
        return "text"
    return "checkbox" if question.type is QuestionType.MULTI else "radio"


def _options(question: Question, texts: Mapping[str, str], chosen: set[str], skip_label: str) -> tuple[OptionView, ...]:
    if question.type is QuestionType.TEXT:
        return ()
    own = [
        OptionView(
            option.code,
            texts.get(option_path(question, option.code), option.code),
            option.code in chosen,
            apart=option.declines,
        )
        for option in question.options
    ]
    if not any(option.declines for option in question.options):
        own.append(OptionView(SKIP, skip_label, SKIP in chosen, apart=True))
    return tuple(own)
