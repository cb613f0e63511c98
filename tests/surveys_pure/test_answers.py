"""Raw form values become answers, or a named problem."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.answers import (
    SKIPPED,
    AnswerProblem,
    AnswerValue,
    answer_from_rows,
    answer_rows,
    is_substantive,
    validate_answer,
)
from surveys.definition import Question
from tests.surveys_pure.builders import follow_up

STATUS = follow_up().question("status")
NEED = follow_up().question("need")
MORE = follow_up().question("more")


def test_one_chosen_option_is_an_answer() -> None:
    assert validate_answer(STATUS, ["work"]) == AnswerValue(codes=("work",))


def test_several_options_stand_in_the_order_of_the_form_and_once() -> None:
    assert validate_answer(NEED, ["rights", "talk", "rights"]) == AnswerValue(codes=("talk", "rights"))


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ([], AnswerProblem.NOTHING_CHOSEN),
        (["holiday"], AnswerProblem.UNKNOWN_OPTION),
        (["talk", "holiday"], AnswerProblem.UNKNOWN_OPTION),
        (["nothing", "talk"], AnswerProblem.EXCLUSIVE_COMBINED),
    ],
)
def test_a_wrong_choice_of_several_is_named(raw: list[str], problem: AnswerProblem) -> None:
    assert validate_answer(NEED, raw) is problem


def test_two_answers_to_a_single_question_are_refused() -> None:
    assert validate_answer(STATUS, ["work", "study"]) is AnswerProblem.SEVERAL_CHOSEN


def test_blank_text_is_a_skipped_question() -> None:
    assert validate_answer(MORE, [" \n "]) == SKIPPED
    assert validate_answer(MORE, []) == SKIPPED


def test_a_line_end_counts_once_as_browsers_count_it() -> None:
    assert validate_answer(MORE, ["1234\r\n6789"]) == AnswerValue(text="1234\n6789")
    assert validate_answer(MORE, ["x" * 10]) == AnswerValue(text="x" * 10)
    assert validate_answer(MORE, ["x" * 11]) is AnswerProblem.TOO_LONG


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ud800b"])
def test_text_that_cannot_be_stored_is_refused(text: str) -> None:
    assert validate_answer(MORE, [text]) is AnswerProblem.NOT_PLAIN_TEXT


def test_arabic_and_emoji_are_plain_text() -> None:
    assert validate_answer(MORE, ["شكرًا 🙂"]) == AnswerValue(text="شكرًا 🙂")


def test_not_wanting_to_answer_is_no_substantive_answer() -> None:
    assert is_substantive(STATUS, AnswerValue(codes=("work",)))
    assert not is_substantive(STATUS, AnswerValue(codes=("none",)))
    assert not is_substantive(STATUS, SKIPPED)
    assert not is_substantive(STATUS, None)
    assert is_substantive(MORE, AnswerValue(text="good"))


@given(st.lists(st.text(max_size=12), max_size=3), st.sampled_from([STATUS, NEED, MORE]))
def test_whatever_is_sent_is_an_answer_of_the_question_or_a_problem(raw: list[str], question: Question) -> None:
    answer = validate_answer(question, raw)
    if isinstance(answer, AnswerValue):
        assert set(answer.codes) <= set(question.codes)
        assert len(answer.text) <= 10


@pytest.mark.parametrize(
    "answer", [SKIPPED, AnswerValue(text="hello"), AnswerValue(codes=("a",)), AnswerValue(codes=("a", "b"))]
)
def test_an_answer_survives_being_stored_as_rows_in_any_order(answer: AnswerValue) -> None:
    assert answer_from_rows(reversed(answer_rows(answer))) == answer
