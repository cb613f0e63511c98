"""Answers of one person: how a raw form value becomes an answer, or a reason why it does not."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from surveys.definition import Question, QuestionType


@dataclass(frozen=True, slots=True)
class AnswerValue:
    """What was answered to one question.

    Codes in the order of the form, or text. ``skipped``: passed without answering.
    """

    codes: tuple[str, ...] = ()
    text: str = ""
    skipped: bool = False


SKIPPED = AnswerValue(skipped=True)

Answers = Mapping[str, AnswerValue]
StoredRow = tuple[str, str | None]


class AnswerProblem(StrEnum):
    """Why a raw value is not an answer. The page turns it into a sentence."""

    NOTHING_CHOSEN = "nothing_chosen"
    UNKNOWN_OPTION = "unknown_option"
    SEVERAL_CHOSEN = "several_chosen"
    EXCLUSIVE_COMBINED = "exclusive_combined"
    TOO_LONG = "too_long"
    NOT_PLAIN_TEXT = "not_plain_text"


def validate_answer(question: Question, raw: Sequence[str]) -> AnswerValue | AnswerProblem:
    """The answer that the form values ``raw`` mean, or the problem. Blank free text is a skipped question."""
    if question.type is QuestionType.TEXT:
        return _text_answer(question, raw)
    codes = frozenset(raw)
    if not codes:
        return AnswerProblem.NOTHING_CHOSEN
    if not codes.issubset(question.codes):
        return AnswerProblem.UNKNOWN_OPTION
    chosen = tuple(option for option in question.options if option.code in codes)
    if len(chosen) > 1:
        if question.type is not QuestionType.MULTI:
            return AnswerProblem.SEVERAL_CHOSEN
        if any(option.exclusive or option.declines for option in chosen):
            return AnswerProblem.EXCLUSIVE_COMBINED
    return AnswerValue(codes=tuple(option.code for option in chosen))


def is_substantive(question: Question, answer: AnswerValue | None) -> bool:
    """Whether ``answer`` says something.

    Not absent, not skipped, not "I do not know or do not want to answer".
    """
    if answer is None or answer.skipped:
        return False
    if question.type is QuestionType.TEXT:
        return bool(answer.text)
    declining = {option.code for option in question.options if option.declines}
    return any(code not in declining for code in answer.codes)


def answer_rows(answer: AnswerValue) -> list[StoredRow]:
    """``answer`` as rows of (choice, text).

    One for each code, one for a text, one empty one for a skipped question.
    """
    if answer.codes:
        return [(code, None) for code in answer.codes]
    return [("", None if answer.skipped else answer.text)]


def answer_from_rows(rows: Iterable[StoredRow]) -> AnswerValue:
    """The answer that ``answer_rows`` took apart, whatever the order of the rows.

    Raises ValueError without a row.
    """
    stored = sorted(rows)
    if not stored:
        raise ValueError("an answer has at least one row")
    codes = tuple(choice for choice, _ in stored if choice)
    text = stored[0][1]
    return AnswerValue(codes=codes, text=text or "") if codes or text is not None else SKIPPED


def _text_answer(question: Question, raw: Sequence[str]) -> AnswerValue | AnswerProblem:
    if len(raw) > 1:
        return AnswerProblem.SEVERAL_CHOSEN
    # Browsers send line ends as CR LF; counted as two characters they would refuse what the page said still
    # fits.
    text = "".join(raw).replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(_is_control(character) for character in text):
        return AnswerProblem.NOT_PLAIN_TEXT
    text = unicodedata.normalize("NFC", text)
    if question.max_length is not None and len(text) > question.max_length:
        return AnswerProblem.TOO_LONG
    return AnswerValue(text=text) if text else SKIPPED


def _is_control(character: str) -> bool:
    """NUL breaks PostgreSQL, the other control characters break XLSX and XML, lone surrogates break UTF-8."""
    return character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs")
