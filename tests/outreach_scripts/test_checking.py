"""What is wrong with a script is found, named, and agrees with a search that tries everything."""

import time
from itertools import pairwise

import pytest
from hypothesis import assume, given

from outreach.scripts.checking import MOST_LOOPS, CheckResult, check, check_text
from outreach.scripts.definition import LANGUAGES, NodeKind, Script
from outreach.scripts.effects import Field
from outreach.scripts.messages import sentence
from outreach.scripts.problems import Problem
from outreach.scripts.shipped import SCRIPTS, shipped_text
from tests.outreach_scripts.builders import answer, any_shapes, end, script, sound_scripts, step, texts, unhurried


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [each.code for each in problems]


def test_the_shipped_scripts_have_no_faults_and_no_warnings() -> None:
    for key in SCRIPTS:
        result = check_text(shipped_text(key))
        assert (result.errors, result.warnings, result.loops) == ((), (), ())
        assert (result.unreachable, result.dead_ends, result.missing_translations) == ((), (), {})


def test_the_first_call_has_nineteen_steps() -> None:
    assert check_text(shipped_text("employer_first_call")).steps == 19


@unhurried
@given(sound_scripts())
def test_a_sound_script_has_no_errors(any_script: Script) -> None:
    assert check(any_script).errors == ()


# A search that tries everything, written without any of the code that is tested.


def moves(any_script: Script) -> dict[str, list[str]]:
    keys = {node.key for node in any_script.nodes}
    return {
        node.key: [] if node.kind is NodeKind.END else [each.goto for each in node.answers if each.goto in keys]
        for node in any_script.nodes
    }


def ways_from(start: str, graph: dict[str, list[str]]) -> list[tuple[str, ...]]:
    """Every way from ``start`` that passes no step twice."""
    found, waiting = [], [(start,)] if start in graph else []
    while waiting:
        way = waiting.pop()
        found.append(way)
        waiting += [(*way, following) for following in graph[way[-1]] if following not in way]
    return found


@unhurried
@given(any_shapes())
def test_reachability_dead_ends_and_loops_agree_with_a_search_that_tries_everything(any_script: Script) -> None:
    graph, result = moves(any_script), check(any_script)
    reached = {way[-1] for way in ways_from(any_script.start, graph)}
    assert set(result.unreachable) == set(graph) - reached
    stuck = {
        node.key
        for node in any_script.nodes
        if node.kind is not NodeKind.END
        if not node.answers or any(each.goto not in graph for each in node.answers)
    }
    assert set(result.dead_ends) == stuck
    closed = {way for key in graph for way in ways_from(key, graph) if key in graph[way[-1]]}
    assert len(set(result.loops)) == len(result.loops)
    assert all(loop in closed for loop in result.loops)
    assert {turned_to_first(loop) for loop in result.loops} == {turned_to_first(way) for way in closed}


def turned_to_first(loop: tuple[str, ...]) -> tuple[str, ...]:
    first = loop.index(min(loop))
    return loop[first:] + loop[:first]


@unhurried
@given(any_shapes())
def test_a_script_without_errors_can_come_to_an_end_from_everywhere(any_script: Script) -> None:
    graph = moves(any_script)
    ends = {node.key for node in any_script.nodes if node.kind is NodeKind.END}
    caught = [key for key in graph if not any(way[-1] in ends for way in ways_from(key, graph))]
    assert not (caught and check(any_script).is_sound)


@unhurried
@given(any_shapes())
def test_an_end_without_an_outcome_is_found_exactly_when_there_is_such_a_way(any_script: Script) -> None:
    assume("outcome" in any_script.required_on_close)
    named = {
        each.values["node"]: str(each.values["way"]) for each in check(any_script).errors if each.code == "no_outcome"
    }
    silent = {}
    for node in any_script.nodes:
        quiet = not node.writes.outcome and node.kind is not NodeKind.END
        silent[node.key] = [each.goto for each in node.answers if quiet and not each.writes.outcome]
    known = {node.key: node for node in any_script.nodes}
    graph = {key: [each for each in following if each in known] for key, following in silent.items()}
    wanted = {
        way[-1]
        for way in ways_from(any_script.start, graph)
        if known[way[-1]].kind is NodeKind.END and not known[way[-1]].writes.outcome
    }
    assert set(named) == wanted
    for way in named.values():
        assert all(there in graph[here] for here, there in pairwise(way.split(" → ")))


# Faults one by one.


def test_an_answer_that_leads_nowhere_is_a_dead_end() -> None:
    result = check(script(step("a", answer("yes", "b"), answer("no", "end")), end()))
    assert result.dead_ends == ("a",)
    assert codes(result.errors) == ["leads_nowhere"]
    assert sentence(result.errors[0]) == "The answer “yes” of “a” leads to “b”, which does not exist."


def test_a_step_without_answers_is_a_dead_end() -> None:
    result = check(script(step("a", answer("yes", "b"), answer("no", "end")), step("b"), end()))
    assert result.dead_ends == ("b",)
    assert codes(result.errors) == ["dead_end"]


def test_a_loop_with_a_way_out_is_a_warning_and_one_without_an_error() -> None:
    out = check(script(step("a", answer("again", "b")), step("b", answer("back", "a"), answer("done", "end")), end()))
    assert (out.loops, codes(out.errors), codes(out.warnings)) == ((("a", "b"),), [], ["loop"])
    stuck = check(script(step("a", answer("in", "b"), answer("no", "end")), step("b", answer("again", "b")), end()))
    assert (stuck.loops, codes(stuck.errors)) == ((("b",),), ["loop_without_end"])
    assert sentence(stuck.errors[0]) == "This goes round without ever coming to an end: b → b."


def test_a_call_back_that_begins_anew_is_allowed_as_long_as_it_can_end() -> None:
    again = answer("done", "a", creates=())
    result = check(script(step("a", answer("later", "b"), answer("bye", "end")), step("b", again), end()))
    assert result.is_sound


def test_a_way_to_an_end_without_an_outcome_is_named() -> None:
    loud = answer("yes", "c", outcome="interested")
    steps = (step("a", loud, answer("no", "b")), step("b", answer("go", "c")), step("c", answer("go", "end")))
    result = check(script(*steps, end(outcome=None)))
    assert [sentence(each) for each in result.errors] == ["“end” can be come to without any outcome: a → b → c → end."]
    asks_nothing = script(step("a", answer("no", "end")), end(outcome=None), required_on_close=())
    assert check(asks_nothing).is_sound


@pytest.mark.parametrize(
    ("nodes", "code"),
    [
        ((step("a", answer("x", "end"), answer("x", "end")), end()), "repeated_answer"),
        ((step("a", answer("x", "end")), end(), end()), "repeated_step"),
        ((step("a", answer("x", "end")), end(), end("other")), "unreachable"),
        ((step("a", answer("x", "a")),), "no_end"),
        ((step("a", answer("x", "end", outcome="dance")), end()), "unknown_outcome"),
        ((step("a", answer("x", "end", fill={Field.PRIOR_EXPERIENCE: "awful"})), end()), "unknown_value"),
        ((step("a", answer("x", "end", fill={Field.DATE_TIME: "2026-11-24T10:00"})), end()), "fixed_time"),
        ((step("a", answer("x", "end", required=(Field.DATE_TIME,))), end()), "required_not_noted"),
    ],
)
def test_a_fault_has_its_name(nodes: tuple, code: str) -> None:
    result = check(script(*nodes))
    assert code in codes(result.errors)
    assert all("%(" not in sentence(each) for each in result.errors)


def test_an_end_that_has_answers_and_a_start_that_does_not_exist_are_errors() -> None:
    wrong_end = step("end", answer("x", "end"), kind=NodeKind.END, outcome="declined")
    assert "end_with_answers" in codes(check(script(step("a", answer("x", "end")), wrong_end)).errors)
    lost = check(script(step("a", answer("x", "end")), end(), start="nowhere"))
    assert "no_start" in codes(lost.errors)
    assert set(lost.unreachable) == {"a", "end"}


def test_a_name_in_braces_that_the_script_does_not_declare_is_an_error() -> None:
    found = check_text(shipped_text("employer_first_call").replace("{company} kanske", "{firm} kanske"))
    assert [sentence(each) for each in found.errors] == [
        "{firm} in “why_you” is not among the placeholders of the script."
    ]


def test_a_declared_name_that_nobody_fills_is_a_warning() -> None:
    found = check_text(shipped_text("employer_first_call").replace('"{company}"', '"{company}", "{shoe_size}"'))
    assert codes(found.warnings) == ["nobody_fills"]


def test_missing_translations_are_listed_by_language_and_place() -> None:
    text = shipped_text("employer_first_call")
    found = check_text(text.replace('da: "Klar"', 'da: ""', 1).replace(', nb: "Klar"', "", 1))
    assert found.missing_translations == {"nb": ("check.go",), "da": ("check.go",)}
    assert codes(found.warnings) == ["missing_translation"] * 2
    assert found.is_sound


def test_a_text_or_label_in_no_language_is_an_error() -> None:
    silent = step("a", answer("x", "end"))
    mute = Script("k", 1, "a", (type(silent)("a", silent.kind, {}, silent.answers), end()))
    assert codes(check(mute).errors) == ["no_text"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Write to kari@example.no today", "personal_email"),
        ("Ring +46 70 174 06 05", "personal_phone"),
        ("Ring 22 22 55 55 før kl. 12", "personal_phone"),
        ("Personnummer 19121212-1212", "personal_identity"),
    ],
)
def test_personal_data_in_a_text_is_pointed_out_and_not_repeated(words: str, code: str) -> None:
    node = step("a", answer("x", "end"))
    found = check(script(type(node)("a", node.kind, texts() | {"sv": words}, node.answers), end()))
    assert codes(found.warnings) == [code]
    assert found.is_sound
    assert not any(piece in str(found.to_json(sentence)) for piece in ("kari@", "174 06", "55 55", "1212"))


def test_personal_data_in_a_fixed_value_is_pointed_out_too() -> None:
    named = answer("x", "end", fill={Field.CONTACT_PERSON: "kari@example.no"})
    found = check(script(step("a", named), end()))
    assert [(each.code, each.path) for each in found.warnings] == [
        ("personal_email", "nodes.a.answers[0].fill.contact_person")
    ]


@pytest.mark.parametrize("words", ["Between 09:00 and 15:30 on 24-11-2026", "20 minutes, 3 people", "ISO 26000"])
def test_times_and_numbers_of_other_kinds_are_left_alone(words: str) -> None:
    node = step("a", answer("x", "end"))
    assert check(script(type(node)("a", node.kind, texts(words), node.answers), end())).warnings == ()


def test_a_stage_that_is_not_in_use_is_a_warning_when_stages_are_known() -> None:
    staged = script(step("a", answer("x", "end", stage="visited")), end())
    assert check(staged).warnings == ()
    assert codes(check(staged, stages=("new", "contact")).warnings) == ["unknown_stage"]


def line_of(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


def test_planted_faults_in_the_shipped_script_are_named_with_their_lines() -> None:
    text = shipped_text("employer_first_call")
    bad = text.replace("goto: end_no_answer}", "goto: end_noanswer}").replace("visit_booked", "visit_bokked")
    found = {(each.code, each.line) for each in check_text(bad).errors}
    assert found == {
        ("leads_nowhere", line_of(bad, "goto: end_noanswer}")),
        ("unreachable", line_of(bad, "  end_no_answer:")),
        ("unknown_outcome", line_of(bad, "visit_bokked")),
    }
    bad = text.replace("goto: log_now}", "goto: close_call}")
    found = {(each.code, each.line) for each in check_text(bad).errors}
    assert found == {
        ("loop_without_end", line_of(bad, "  close_call:")),
        ("unreachable", line_of(bad, "  log_now:")),
    }
    bad = text.replace(", outcome: callback_requested", "")
    assert [(each.code, each.line) for each in check_text(bad).errors] == [("no_outcome", line_of(bad, "  log_now:"))]
    assert "check → greet → callback → close_call → log_now" in sentence(check_text(bad).errors[0])


def test_what_could_not_be_read_is_not_complained_of_twice() -> None:
    text = shipped_text("employer_first_call").replace("goto: end_no_answer}", "go: end_no_answer}")
    assert sorted(codes(check_text(text).errors)) == ["missing_key", "unknown_key", "unreachable"]


def test_the_report_is_plain_values() -> None:
    plain = check(script(step("a", answer("x", "b")), step("b", answer("y", "a")), end())).to_json(sentence)
    assert set(plain) == {
        "steps", "unreachable", "dead_ends", "loops", "missing_translations", "errors", "warnings",
    }  # fmt: skip
    assert (plain["steps"], plain["unreachable"], plain["loops"]) == (3, ["end"], [["a", "b"]])
    assert plain["errors"][0]["message"]
    assert "message" not in check(script(step("a"))).to_json()["errors"][0]


def test_a_script_made_to_have_countless_loops_is_checked_soon() -> None:
    keys = [f"s{number}" for number in range(60)]
    nodes = [step(key, *(answer(f"a{goal}", goal) for goal in keys[:20])) for key in keys]
    begun = time.process_time()
    result: CheckResult = check(script(*nodes, end()))
    assert time.process_time() - begun < 5
    assert len(result.loops) == MOST_LOOPS
    assert "more_loops" in codes(result.warnings)


def test_every_language_of_the_product_is_checked() -> None:
    assert LANGUAGES == ("en", "sv", "nb", "da")
