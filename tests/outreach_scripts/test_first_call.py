"""The shipped scripts in use: what the requirements on a call say (S2-7 to S2-10), walked through."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.scripts.definition import FIELD_CHOICES, KNOWN_PLACEHOLDERS, LANGUAGES, Script
from outreach.scripts.effects import (
    AddTask,
    Field,
    MakeReferral,
    SendMaterial,
    SetDoNotCall,
    TaskKind,
)
from outreach.scripts.messages import sentence
from outreach.scripts.problems import WalkError
from outreach.scripts.results import close, missing_on_close, result
from outreach.scripts.shipped import shipped_scripts
from outreach.scripts.speaking import fill, spoken
from outreach.scripts.walking import Walk, answer, begin, is_ended, note_down

FIRST_CALL, MEETING = shipped_scripts()
AT = "2026-11-24T10:00"
TIME = datetime(2026, 11, 24, 10)


def walked(script: Script, *moves: str, **fields: str) -> Walk:
    """Through the script by these answers; ``fields`` are noted wherever a step asks for them."""
    walk = begin(script)
    for move in moves:
        asked = {name: value for name, value in fields.items() if name in walk.node.log}
        walk = answer(walk, move, asked)
    return walk


def test_yes_yes_yes_ends_with_a_visit_and_its_task() -> None:
    moves = ("go", "yes", "next", "next", "good", "next", "yes", "done", "yes", "done")
    walk = walked(FIRST_CALL, *moves, date_time=AT, contact_person="The manager", referral_company="Next door",
                  referral_may_mention="yes", needs_text="Summer staff")  # fmt: skip
    assert is_ended(walk)
    found = close(walk)
    assert found.outcome == "visit_booked"
    assert AddTask(TaskKind.VISIT, TIME) in found.effects
    assert MakeReferral("Next door", True) in found.effects
    assert found.fields[Field.PRIOR_EXPERIENCE] == "good"
    assert found.fields[Field.NEEDS_TEXT] == "Summer staff"


def test_no_no_no_ends_with_a_contact_too() -> None:
    moves = ("go", "yes", "next", "next", "none", "next", "no", "no", "done")
    walk = walked(FIRST_CALL, *moves, decline_reason="No room")
    assert is_ended(walk)
    assert missing_on_close(walk) == ("next_step",)
    found = close(walk, next_step="None: they said no")
    assert (found.outcome, found.next_step) == ("declined", "None: they said no")
    assert not any(isinstance(each, AddTask) for each in found.effects)


def test_a_call_cannot_be_closed_without_outcome_and_next_step() -> None:
    walk = walked(FIRST_CALL, "go", "yes", "next")
    assert missing_on_close(walk) == ("outcome", "next_step")
    with pytest.raises(WalkError) as error:
        close(walk)
    assert sentence(error.value.problem) == "The call cannot be closed yet. Still missing: Outcome, Next step."
    with pytest.raises(WalkError):
        close(walk, outcome="not_now")
    with pytest.raises(WalkError):
        close(walk, outcome="not_now", next_step="  ")


def test_a_call_that_broke_off_is_closed_with_what_the_caller_says() -> None:
    walk = note_down(walked(FIRST_CALL, "go", "yes", "next"), {"needs_text": "Two in the store"})
    found = close(walk, outcome="callback_requested", next_step="Call again tomorrow")
    assert not found.is_ended
    assert found.outcome == "callback_requested"
    assert found.fields == {Field.NEEDS_TEXT: "Two in the store"}


def test_an_outcome_that_does_not_exist_is_refused_while_closing() -> None:
    with pytest.raises(WalkError) as error:
        close(walked(FIRST_CALL, "go", "no_answer"), outcome="fine")
    assert error.value.problem.code == "unknown_outcome"


def test_the_callers_outcome_replaces_that_of_the_way_once() -> None:
    found = close(walked(FIRST_CALL, "go", "no_answer"), outcome="wrong_person")
    assert [each["outcome"] for each in found.to_json()["effects"] if each["kind"] == "set_outcome"] == ["wrong_person"]
    assert found.outcome == "wrong_person"


def test_interested_gives_one_mail_and_one_task_at_the_agreed_time() -> None:
    moves = ("go", "yes", "next", "next", "none", "next", "maybe", "agreed", "no", "done")
    found = close(walked(FIRST_CALL, *moves, date_time=AT, contact_person="The manager"))
    assert [each for each in found.effects if isinstance(each, SendMaterial)] == [SendMaterial()]
    assert [each for each in found.effects if isinstance(each, AddTask)] == [AddTask(TaskKind.CALLBACK, TIME)]
    assert found.outcome == "material_sent"


def test_send_and_do_not_call_leaves_no_task_behind() -> None:
    moves = ("go", "yes", "next", "next", "none", "next", "maybe", "no_call", "no", "done")
    effects = result(walked(FIRST_CALL, *moves)).effects
    assert SendMaterial() in effects
    assert not any(isinstance(each, AddTask) for each in effects)


def test_a_bad_experience_leaves_a_task_to_repair_it() -> None:
    moves = ("go", "yes", "next", "next", "bad", "not_now", "ok_later", "done")
    found = close(walked(FIRST_CALL, *moves, bad_experience_reason="not_reached"))
    assert {AddTask(TaskKind.REPAIR), AddTask(TaskKind.CALLBACK)} <= set(found.effects)
    assert found.fields[Field.PRIOR_EXPERIENCE] == "bad"
    assert found.outcome == "not_now"


def test_do_not_call_me_marks_the_person_and_plans_nothing() -> None:
    found = result(walked(FIRST_CALL, "go", "never"))
    assert SetDoNotCall() in found.effects
    assert not any(isinstance(each, AddTask) for each in found.effects)
    assert found.outcome == "do_not_contact"


@pytest.mark.parametrize("script", shipped_scripts(), ids=lambda script: script.key)
@given(data=st.data())
def test_any_call_through_a_shipped_script_ends_soon_and_with_an_outcome(script: Script, data: st.DataObject) -> None:
    walk = begin(script)
    for _step in script.nodes:
        if is_ended(walk):
            break
        chosen = data.draw(st.sampled_from(walk.node.answers))
        values = {Field.DATE_TIME: AT} | {field: choices[0] for field, choices in FIELD_CHOICES.items()}
        fields = {field: values.get(field, "something") for field in walk.node.log}
        walk = answer(walk, chosen.key, fields)
    assert is_ended(walk)
    assert close(walk, next_step="None").outcome


def test_the_invitation_asks_everybody_for_others_and_keeps_what_they_said_to_the_invitation() -> None:
    start = ("go", "yes", "next", "next", "next")
    fields = {"contact_person": "Me", "referral_company": "Next door", "referral_may_mention": "no", "date_time": AT}
    yes = walked(MEETING, *start, "yes", "noted", "yes", "noted", "yes", "agreed", "next", "done", **fields)
    found = close(yes)
    assert found.outcome == "interested"
    assert {SendMaterial(), AddTask(TaskKind.CALLBACK, TIME), MakeReferral("Next door", False)} <= set(found.effects)
    no = walked(MEETING, *start, "no", "noted", "no", "no", "next", "done")
    assert close(no, next_step="None").outcome == "declined"


def test_the_names_in_a_text_are_filled_in() -> None:
    greet = FIRST_CALL.node("greet")
    assert greet is not None
    said = spoken(greet.text, "sv", {"my_name": "Kim", "org": "Väg in", "person": "Lo"})
    assert said.text == "Hej, jag heter Kim och ringer från Väg in. Är det Lo? Har du tre minuter nu?"
    assert said.unfilled == ()


def test_a_name_that_nobody_knows_stays_visible_and_is_reported() -> None:
    said = fill("I call {person} at {date_time}, {person}. {not a name!} {}", {"person": "", "other": "x"})
    assert said.text == "I call {person} at {date_time}, {person}. {not a name!} {}"
    assert said.unfilled == ("person", "date_time")


def test_braces_in_a_value_are_not_filled_again() -> None:
    assert fill("{company}", {"company": "{org} & <b>", "org": "no"}).text == "{org} & <b>"


def test_a_language_without_a_text_falls_back_to_english_and_then_to_any() -> None:
    assert spoken({"en": "Hello", "sv": "Hej"}, "da", {}).text == "Hello"
    assert spoken({"sv": "Hej"}, "da", {}).text == "Hej"
    assert spoken({}, "da", {}).text == ""


def test_every_shipped_text_uses_names_that_the_call_mode_fills_in_every_language() -> None:
    for script in shipped_scripts():
        values = dict.fromkeys(KNOWN_PLACEHOLDERS, "x")
        for language in LANGUAGES:
            assert script.title[language]
            for node in script.nodes:
                assert spoken(node.text, language, values).unfilled == ()
