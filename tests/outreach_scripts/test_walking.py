"""A call goes through a script, back and on again, can be kept half-way, and writes exactly what lies along its way."""

import json
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.scripts.definition import Creation, Script
from outreach.scripts.effects import (
    AddTask,
    BookVisit,
    Field,
    FillField,
    SetDoNotCall,
    SetDoNotContact,
    SetOutcome,
    TaskKind,
    kind_of,
    slot_of,
)
from outreach.scripts.graph import graph_of, shortest_way
from outreach.scripts.keeping import script_of, walk_from_json, walk_to_json
from outreach.scripts.messages import sentence
from outreach.scripts.problems import WalkError
from outreach.scripts.results import result
from outreach.scripts.walking import MAX_STEPS, Walk, answer, back, begin, is_ended, note_down, said_by_answer
from tests.outreach_scripts.builders import answer as made_answer
from tests.outreach_scripts.builders import end, fields_at_random, script, sound_scripts, step, unhurried

MOST_MOVES = 8


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    """A call on its way, with random answers; at the end of it or not."""
    walk = begin(draw(sound_scripts()))
    for _move in range(draw(st.integers(0, MOST_MOVES))):
        if is_ended(walk):
            break
        chosen = draw(st.sampled_from(walk.node.answers))
        note = draw(st.none() | st.just("Called back twice"))
        walk = answer(walk, chosen.key, fields_at_random(draw, walk.node, chosen), note=note)
    return walk


def to_the_end(walk: Walk, draw: st.DrawFn) -> Walk:
    """On by the shortest way."""
    graph = graph_of(walk.script)
    ends = [node.key for node in walk.script.nodes if node.is_end]
    way = shortest_way(graph, walk.here, ends)
    assert way is not None
    for goal in way[1:]:
        chosen = next(each for each in walk.node.answers if each.goto == goal)
        walk = answer(walk, chosen.key, fields_at_random(draw, walk.node, chosen))
    return walk


@unhurried
@given(walks(), st.data())
def test_from_wherever_a_call_has_come_it_can_come_to_an_end_with_an_outcome(walk: Walk, data: st.DataObject) -> None:
    finished = to_the_end(walk, data.draw)
    assert is_ended(finished)
    assert result(finished).is_ended
    assert result(finished).outcome


@unhurried
@given(walks())
def test_what_a_call_writes_is_exactly_what_lies_along_its_way(walk: Walk) -> None:
    found = result(walk)
    expected = {slot_of(each): each for each in written_along(walk)}
    if slot_of(SetDoNotContact()) in expected:
        gone = {("add_task", "callback_task"), ("add_task", "visit_task"), ("book_visit", ""), ("send_material", "")}
    else:
        gone = {("add_task", "callback_task")} if slot_of(SetDoNotCall()) in expected else set()
    assert [slot_of(each) for each in found.effects] == [slot for slot in expected if slot not in gone]
    for effect in found.effects:
        if not hasattr(effect, "at") and kind_of(effect) != "make_referral":
            assert effect == expected[slot_of(effect)]
    outcomes = [each.outcome for each in written_along(walk) if isinstance(each, SetOutcome)]
    assert found.outcome == (outcomes[-1] if outcomes else None)
    assert found.fields == {each.field: each.value for each in found.effects if isinstance(each, FillField)}
    assert [node for node, _answer in found.path] == [*(each.node for each in walk.steps), walk.here]


def written_along(walk: Walk) -> list:
    """Every effect of the way in its order, with repetitions and without times: told by the definition alone."""
    found: list = []
    for each in walk.steps:
        node = walk.script.node(each.node)
        chosen = node.answer(each.answer)
        noted = {**said_by_answer(node, chosen), **each.fields}
        found += [FillField(Field(name), value) for name, value in noted.items()]
        found += [*node.writes.effects, *chosen.writes.effects]
    found += [FillField(name, value) for name, value in walk.fields.items()]
    return found + (list(walk.node.writes.effects) if is_ended(walk) else [])


@unhurried
@given(walks())
def test_every_agreed_time_that_a_task_got_was_noted_on_the_way(walk: Walk) -> None:
    noted = {each.fields[Field.DATE_TIME] for each in walk.steps if Field.DATE_TIME in each.fields}
    times = [each.at for each in result(walk).effects if isinstance(each, AddTask | BookVisit) and each.at]
    assert {f"{each:%Y}".zfill(4) + f"{each:-%m-%dT%H:%M}" for each in times} <= noted


@unhurried
@given(walks())
def test_going_back_undoes_a_step_and_keeps_what_was_noted_at_it(walk: Walk) -> None:
    before = back(walk)
    if not walk.steps:
        assert before == walk
        return
    last = walk.steps[-1]
    assert (before.here, before.steps, before.fields) == (last.node, walk.steps[:-1], last.fields)
    again = answer(before, last.answer)
    assert (again.here, again.steps) == (walk.here, walk.steps)
    assert result(again).effects == result(replace(walk, fields={}, note="")).effects


@unhurried
@given(walks())
def test_a_call_that_was_kept_goes_on_where_it_was(walk: Walk) -> None:
    kept = json.loads(json.dumps(walk_to_json(walk)))
    assert script_of(kept) == (walk.script.key, walk.script.version)
    assert walk_from_json(walk.script, kept) == walk


def two_steps(**more: object) -> Script:
    dated = step("when", made_answer("done", "end", required=(Field.DATE_TIME,)), log=(Field.DATE_TIME,))
    return script(step("ask", made_answer("later", "when"), made_answer("no", "end")), dated, end(), **more)


def code_of(error: pytest.ExceptionInfo[WalkError]) -> str:
    assert "%(" not in sentence(error.value.problem)
    return error.value.problem.code


def test_an_answer_that_the_step_does_not_have_is_refused_in_words() -> None:
    with pytest.raises(WalkError) as error:
        answer(begin(two_steps()), "perhaps")
    assert code_of(error) == "no_such_answer"


def test_nothing_follows_an_end() -> None:
    with pytest.raises(WalkError) as error:
        answer(answer(begin(two_steps()), "no"), "no")
    assert code_of(error) == "ended"


def test_what_an_answer_requires_must_be_noted_first() -> None:
    walk = answer(begin(two_steps()), "later")
    with pytest.raises(WalkError) as error:
        answer(walk, "done")
    assert sentence(error.value.problem) == "Fill in “Day and time” first."
    assert is_ended(answer(walk, "done", {"date_time": "2026-11-24T10:00"}))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"date_time": "tomorrow"}, "no_time"),
        ({"date_time": "2026-13-24T10:00"}, "no_time"),
        ({"date_time": "2026-11-24T10:00+01:00"}, "no_time"),
        ({"needs_text": "More hands"}, "field_not_noted"),
        ({"shoe_size": "44"}, "field_not_noted"),
        ({"date_time": "2" * 3000}, "value_too_long"),
    ],
)
def test_a_value_that_a_field_cannot_have_is_refused(fields: dict[str, str], code: str) -> None:
    with pytest.raises(WalkError) as error:
        note_down(answer(begin(two_steps()), "later"), fields)
    assert code_of(error) == code


def test_an_empty_value_takes_a_field_back() -> None:
    walk = note_down(answer(begin(two_steps()), "later"), {"date_time": "2026-11-24T10:00"}, note="in the morning")
    assert result(walk).fields == {Field.DATE_TIME: "2026-11-24T10:00"}
    assert result(walk).notes == (("when", "in the morning"),)
    assert result(note_down(walk, {"date_time": " "}, note="")).fields == {}


def test_an_answer_named_like_a_value_fills_the_only_field_of_its_step() -> None:
    asked = step("ask", made_answer("bad", "end"), made_answer("fine", "end"), log=(Field.PRIOR_EXPERIENCE,))
    assert result(answer(begin(script(asked, end())), "bad")).fields == {Field.PRIOR_EXPERIENCE: "bad"}
    assert result(answer(begin(script(asked, end())), "fine")).fields == {}
    typed = answer(begin(script(asked, end())), "bad", {"prior_experience": "mixed"})
    assert result(typed).fields == {Field.PRIOR_EXPERIENCE: "mixed"}
    changed = answer(back(answer(begin(script(asked, end())), "bad")), "fine")
    assert result(changed).fields == {}


def test_an_agreed_time_goes_to_the_tasks_of_its_step_and_not_to_later_ones() -> None:
    dated = (Field.DATE_TIME,)
    made = (Creation.VISIT_TASK, Creation.VISIT, Creation.REPAIR_TASK)
    visit = step("visit", made_answer("ok", "call"), log=dated, creates=made)
    call = step("call", made_answer("ok", "end"), log=dated)
    whole = script(visit, call, end(creates=(Creation.CALLBACK_TASK,)))
    walk = answer(begin(whole), "ok", {"date_time": "2026-11-24T10:00"})
    first = datetime(2026, 11, 24, 10)
    without = result(answer(walk, "ok"))
    assert AddTask(TaskKind.VISIT, first) in without.effects
    assert BookVisit(first) in without.effects
    assert AddTask(TaskKind.REPAIR) in without.effects
    assert AddTask(TaskKind.CALLBACK) in without.effects
    with_time = result(answer(walk, "ok", {"date_time": "2026-11-30T09:30"}))
    assert AddTask(TaskKind.CALLBACK, datetime(2026, 11, 30, 9, 30)) in with_time.effects
    assert AddTask(TaskKind.VISIT, first) in with_time.effects


def test_a_step_that_waits_for_its_answer_writes_nothing_yet() -> None:
    asked = step("ask", made_answer("ok", "end"), creates=(Creation.VISIT_TASK,))
    assert result(begin(script(asked, end()))).effects == ()


def test_whoever_asks_not_to_be_called_is_not_called_back() -> None:
    first = step("ask", made_answer("later", "more", creates=(Creation.CALLBACK_TASK,)))
    more = step("more", made_answer("never", "end"))
    found = result(answer(answer(begin(script(first, more, end(do_not_call=True))), "later"), "never"))
    assert [kind_of(each) for each in found.effects] == ["set_do_not_call", "set_outcome"]


def test_a_call_that_goes_round_for_ever_is_stopped() -> None:
    walk = begin(script(step("a", made_answer("again", "a"), made_answer("out", "end")), end()))
    for _turn in range(MAX_STEPS):
        walk = answer(walk, "again")
    with pytest.raises(WalkError) as error:
        answer(walk, "again")
    assert code_of(error) == "too_many_steps"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 2}, "other_script"),
        ({"script": "another"}, "other_script"),
        ({"version": "1"}, "damaged_walk"),
        ({"version": True}, "damaged_walk"),
        ({"steps": None}, "damaged_walk"),
        ({"steps": [{"node": "ask"}]}, "damaged_walk"),
        ({"steps": ["ask"]}, "damaged_walk"),
        ({"steps": [{"node": "when", "answer": "done", "fields": {}, "note": ""}]}, "does_not_fit"),
        ({"steps": [{"node": "ask", "answer": "maybe", "fields": {}, "note": ""}]}, "no_such_answer"),
        ({"steps": []}, "does_not_fit"),
        ({"here": {"node": "when", "fields": {"date_time": "soon"}, "note": ""}}, "no_time"),
        ({"here": {"node": "when", "fields": {"date_time": 5}, "note": ""}}, "damaged_walk"),
        ({"here": None}, "damaged_walk"),
    ],
)
def test_a_kept_call_that_does_not_fit_is_an_error_in_words(change: dict[str, object], code: str) -> None:
    kept = walk_to_json(answer(begin(two_steps()), "later")) | change
    with pytest.raises(WalkError) as error:
        walk_from_json(two_steps(), kept)
    assert code_of(error) == code


@pytest.mark.parametrize("document", [None, [], "walk", 3, {}])
def test_what_is_no_kept_call_is_an_error_in_words(document: object) -> None:
    with pytest.raises(WalkError) as error:
        walk_from_json(two_steps(), document)
    assert code_of(error) == "damaged_walk"


def test_a_script_without_its_first_step_cannot_be_begun() -> None:
    with pytest.raises(WalkError) as error:
        begin(script(end(), start="nowhere"))
    assert code_of(error) == "no_such_step"
