"""Questionnaires: read, refused with the place of the fault, and written so that they read back equal."""

from typing import Any

import pytest

from crm.errors import DomainError
from surveys.definition import DefinitionError, Visibility, definition_to_json
from surveys.definition_reading import definition_from_json
from surveys.definition_texts import compare_versions, missing_texts, surplus_texts, text_paths
from tests.surveys_pure.builders import document, follow_up, options, question

YES5 = [{"key": "yes5", "options": options("1", "2", "3", "4", "5", "9", declines="9")}]
GOAL = {"key": "good", "target": 95, "counts_as_yes": ["4", "5"], "excluded_from_base": ["9"]}


def graded(**goal: Any) -> dict[str, Any]:
    return document(question("good", "scale", scale="yes5", goal=GOAL | goal), scales=YES5)


def test_a_definition_reads_back_equal_from_its_own_json() -> None:
    assert definition_from_json(definition_to_json(follow_up())) == follow_up()
    goals = definition_from_json(graded())
    assert definition_from_json(definition_to_json(goals)) == goals


def test_a_question_of_a_scale_has_the_answers_of_the_scale() -> None:
    read = definition_from_json(graded())
    assert read.question("good").codes == ("1", "2", "3", "4", "5", "9")
    assert read.goals[0].counts_as_yes == ("4", "5")


def test_visibility_is_read_and_must_be_stated() -> None:
    read = definition_from_json(document(question("wish", visibility="history")))
    assert read.question("wish").visibility is Visibility.HISTORY
    with pytest.raises(DefinitionError, match=r"questions\[0\].visibility: expected one of 'history', 'aggr"):
        definition_from_json(document({"key": "a", "type": "text"}))


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ([], ""),
        (document(), "questions"),
        (document(question("a"), colour="red"), ""),
        (document(question("a"), version=0), "version"),
        (document(question("a"), version=True), "version"),
        (document(question("a"), minutes="2"), "minutes"),
        (document(question("a"), key="Exit"), "key"),
        (document(question("a"), question("a")), "questions[1].key"),
        (document(question("not")), "questions[0].key"),
        (document(question("a", "slider")), "questions[0].type"),
        (document(question("a", hint="x")), "questions[0]"),
        (document() | {"questions": ["a"]}, "questions[0]"),
        (document(question("a", options=options("yes"))), "questions[0].options"),
        (document(question("a", options=options("x", "x"))), "questions[0].options[1].code"),
        (document(question("a", options=[{"code": True}, {"code": "b"}])), "questions[0].options[0].code"),
        (document(question("a", options=[{"code": "x y"}, {"code": "b"}])), "questions[0].options[0].code"),
        (document(question("a", "text", options=options("x", "y"))), "questions[0].options"),
        (document(question("a", "text", max_length=0)), "questions[0].max_length"),
        (document(question("a", max_length=5)), "questions[0].max_length"),
        (document(question("a", "scale", scale="none")), "questions[0].scale"),
        (document(question("a", scale="yes5"), scales=YES5), "questions[0].scale"),
        (document(question("a"), scales=YES5 * 2), "scales[1].key"),
        (document(question("a", required="yes")), "questions[0].required"),
        (document(question("a", creates_task_on=["perhaps"])), "questions[0].creates_task_on"),
        (document(question("a", show_if="b == yes"), question("b")), "questions[0].show_if"),
        (document(question("a"), question("b", show_if="a == perhaps")), "questions[1].show_if"),
        (document(question("a"), question("b", show_if=["a"])), "questions[1].show_if"),
        (graded(target=101), "questions[0].goal.target"),
        (graded(counts_as_yes=["6"]), "questions[0].goal.counts_as_yes"),
        (graded(counts_as_yes=[]), "questions[0].goal.counts_as_yes"),
        (graded(excluded_from_base=["5"]), "questions[0].goal"),
        (document(question("a", "multi", goal=GOAL | {"counts_as_yes": ["yes"]})), "questions[0].goal"),
    ],
)
def test_a_wrong_document_is_refused_with_the_place_of_the_fault(wrong: object, place: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        definition_from_json(wrong)
    assert caught.value.path == place
    assert isinstance(caught.value, DomainError)


def test_a_translation_is_complete_when_every_path_has_text() -> None:
    read = definition_from_json(graded())
    texts = dict.fromkeys(text_paths(read), "text")
    assert "q.good" in texts
    assert "scale.yes5.9" in texts
    assert missing_texts(read, texts) == []
    assert missing_texts(read, texts | {"intro": "  "}) == ["intro"]
    assert missing_texts(read, {}) == list(text_paths(read))
    assert surplus_texts(read, texts | {"q.gone": "x"}) == ["q.gone"]


def test_options_of_a_single_question_have_paths_of_their_own() -> None:
    assert "q.status.o.work" in text_paths(follow_up())


def test_versions_are_compared_by_stable_question_keys() -> None:
    old = definition_from_json(document(question("same"), question("other"), question("gone")))
    new = definition_from_json(
        document(
            question("added"),
            question("other", options=options("yes", "no", "perhaps")),
            question("same", options=options("no", "yes"), show_if="added == yes"),
            version=2,
        )
    )
    difference = compare_versions(old, new)
    assert difference.comparable == ("same",)
    assert difference.changed == ("other",)
    assert difference.added == ("added",)
    assert difference.removed == ("gone",)


def test_a_changed_cut_off_makes_a_goal_incomparable_and_a_changed_target_does_not() -> None:
    old = definition_from_json(graded())
    assert compare_versions(old, definition_from_json(graded(target=80))).comparable == ("good",)
    assert compare_versions(old, definition_from_json(graded(counts_as_yes=["5"]))).changed == ("good",)
