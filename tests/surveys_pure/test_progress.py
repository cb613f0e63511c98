"""Which question is asked next, and how complete a response is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.answers import SKIPPED, AnswerValue
from surveys.definition_reading import definition_from_json
from surveys.progress import (
    Position,
    ResponseState,
    is_complete,
    is_finished,
    is_partial,
    next_question,
    position_of,
    previous_question,
    response_state,
    resume_question,
    visible_answers,
    visible_questions,
)
from tests.surveys_pure.builders import document, follow_up, given_codes, question

SURVEY = follow_up()


def visible_keys(**codes: str) -> list[str]:
    return [shown.key for shown in visible_questions(SURVEY, given_codes(**codes))]


def test_a_conditional_question_is_asked_only_after_the_answer_that_calls_for_it() -> None:
    assert visible_keys() == ["status", "need", "more"]
    assert visible_keys(status="work") == ["status", "hours", "need", "more"]
    assert visible_keys(status="work", hours="few") == ["status", "hours", "enough", "need", "more"]


def test_an_answer_to_a_question_that_is_hidden_now_decides_nothing() -> None:
    assert visible_keys(status="study", hours="few", enough="yes") == ["status", "need", "more"]
    kept = visible_answers(SURVEY, given_codes(status="study", hours="few"))
    assert list(kept) == ["status"]


def test_the_way_forward_and_back_passes_hidden_questions() -> None:
    answers = given_codes(status="study")
    following = next_question(SURVEY, answers, after="status")
    assert following is not None
    assert following.key == "need"
    assert next_question(SURVEY, answers, after="more") is None
    earlier = previous_question(SURVEY, answers, before="need")
    assert earlier is not None
    assert earlier.key == "status"
    assert previous_question(SURVEY, answers, before="status") is None


def test_a_person_resumes_at_the_first_question_not_passed() -> None:
    first = resume_question(SURVEY, {})
    assert first is not None
    assert first.key == "status"
    middle = resume_question(SURVEY, given_codes(status="work", need="talk"))
    assert middle is not None
    assert middle.key == "hours"
    assert resume_question(SURVEY, given_codes(status="study", need="talk", more="")) is None


def test_the_total_shrinks_when_questions_fall_away_and_never_grows() -> None:
    assert position_of(SURVEY, {}, key="status") == Position(1, 5)
    assert position_of(SURVEY, given_codes(status="work"), key="hours") == Position(2, 5)
    assert position_of(SURVEY, given_codes(status="work", hours="many"), key="need") == Position(3, 4)
    assert position_of(SURVEY, given_codes(status="study"), key="need") == Position(2, 3)


def test_an_unknown_key_has_no_position() -> None:
    with pytest.raises(KeyError):
        position_of(SURVEY, {}, key="weather")


@given(st.data())
def test_walking_through_meets_every_visible_question_once_and_ends(data: st.DataObject) -> None:
    answers: dict[str, AnswerValue] = {}
    totals: list[int] = []
    numbers: list[int] = []
    while (current := resume_question(SURVEY, answers)) is not None:
        place = position_of(SURVEY, answers, key=current.key)
        totals.append(place.total)
        numbers.append(place.number)
        code = data.draw(st.sampled_from(["", *current.codes]))
        answers[current.key] = AnswerValue(codes=(code,)) if code else SKIPPED
    assert is_finished(SURVEY, answers)
    assert numbers == list(range(1, len(visible_questions(SURVEY, answers)) + 1))
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] == numbers[-1]


def test_reaching_the_end_with_one_answer_is_complete() -> None:
    assert is_complete(SURVEY, given_codes(status="study", need="", more=""))


def test_passing_every_question_without_an_answer_is_not_complete() -> None:
    assert response_state(SURVEY, given_codes(status="none", need="", more="")) is (ResponseState.NOTHING_ANSWERED)


def test_half_of_the_required_questions_make_a_partial_response_and_fewer_a_break_off() -> None:
    survey = definition_from_json(
        document(*[question(key, required=True) for key in "abcd"], question("e"), question("f"))
    )
    assert response_state(survey, {}) is ResponseState.NOT_STARTED
    assert response_state(survey, given_codes(a="yes")) is ResponseState.BROKEN_OFF
    assert is_partial(survey, given_codes(a="yes", b="no"))
    assert not is_partial(survey, given_codes(a="yes", b="", c="", d=""))
    assert not is_partial(survey, given_codes(a="yes", e="yes", f="yes"))
    assert is_partial(survey, given_codes(a="yes", b="yes", c="yes", d="yes"))


def test_without_required_questions_all_visible_ones_are_the_base() -> None:
    survey = definition_from_json(document(question("a"), question("b"), question("c")))
    assert response_state(survey, given_codes(a="yes")) is ResponseState.BROKEN_OFF
    assert response_state(survey, given_codes(a="yes", b="no")) is ResponseState.PARTIAL
