"""What the editor does to a script: changes, forms, and what is different between two versions."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from outreach.scripts.comparing import ChangeKind, Part, compare
from outreach.scripts.definition import KNOWN_PLACEHOLDERS, LANGUAGES, Node, NodeKind, Script
from outreach.scripts.editing import (
    add_step,
    blank_script,
    change_step,
    free_key,
    leading_to,
    move_step,
    remove_step,
    with_placeholders,
    with_texts,
)
from outreach.scripts.reading import read_script
from outreach.scripts.step_fields import (
    NEW,
    AnswerRow,
    answer_from,
    answer_values,
    edition_of_step,
    step_from,
    step_values,
    with_rows,
)
from outreach.scripts.text_checks import PLACEHOLDER, wordings
from outreach.scripts.writing import write_script
from outreach.scripts.yaml_tree import KEY
from tests.outreach_scripts.builders import KEYS, WORDS, answer, any_scripts, end, script, step, unhurried


@given(WORDS, st.lists(KEYS, max_size=5))
@unhurried
def test_a_key_is_made_from_any_text(text: str, taken: list[str]) -> None:
    key = free_key(text, taken)
    assert KEY.fullmatch(key)
    assert key not in taken


def test_keys_say_what_they_were_made_from() -> None:
    assert free_key("Do you have time?", []) == "do_you_have_time"
    assert free_key("Är det bråttom?", ["ar_det_brattom"]) == "ar_det_brattom_2"
    assert free_key("3 minutes", []) == "step_3_minutes"
    assert free_key("⚠", []) == "step"


@given(any_scripts(), KEYS)
@unhurried
def test_a_new_name_is_followed_by_every_answer(given_script: Script, key: str) -> None:
    first = given_script.nodes[0]
    if given_script.node(key) is not None:
        return
    renamed = change_step(given_script, first.key, replace(first, key=key))
    assert leading_to(renamed, first.key) == ()
    assert len(leading_to(renamed, key)) == len(leading_to(given_script, first.key))
    back = change_step(renamed, key, replace(renamed.nodes[0], key=first.key))
    assert back == given_script


@given(any_scripts(), st.data())
@unhurried
def test_steps_move_and_none_is_lost(given_script: Script, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from([node.key for node in given_script.nodes]))
    by = data.draw(st.integers(-3, 3))
    found = move_step(given_script, key, by)
    assert sorted(node.key for node in found.nodes) == sorted(node.key for node in given_script.nodes)
    assert [node for node in found.nodes if node.key != key] == [n for n in given_script.nodes if n.key != key]


@given(any_scripts())
@unhurried
def test_a_step_that_is_added_and_removed_leaves_no_trace(given_script: Script) -> None:
    key = free_key("new", [node.key for node in given_script.nodes])
    more = add_step(given_script, Node(key, NodeKind.SAY, {}), after=given_script.nodes[0].key)
    assert more.nodes[1].key == key
    assert remove_step(more, key) == given_script


@given(any_scripts())
@unhurried
def test_the_form_of_a_step_gives_back_what_it_was_filled_from(given_script: Script) -> None:
    for node in given_script.nodes:
        again = step_from(step_values(node), node)
        assert again == replace(node, text=again.text)
        assert {k: v for k, v in node.text.items() if v} == dict(again.text)
        rows = [AnswerRow(each.key, each.label.get("en", ""), each.goto) for each in node.answers]
        kept, made = with_rows(given_script, node, rows, "en")
        assert made == ()
        assert [(each.key, each.goto, each.writes) for each in kept.answers] == [
            (each.key, each.goto, each.writes) for each in node.answers
        ]
        for each in node.answers:
            same = answer_from(answer_values(each), each)
            assert (same.key, same.goto, same.required) == (each.key, each.goto, each.required)
            assert {k: v for k, v in each.writes.fill.items() if v} == dict(same.writes.fill)


@given(any_scripts(), st.sampled_from(LANGUAGES))
@unhurried
def test_texts_that_are_written_back_change_nothing_and_written_anew_only_themselves(
    given_script: Script, language: str
) -> None:
    now = {each.path: each.texts.get(language, "") for each in wordings(given_script)}
    again = with_texts(given_script, language, now)
    assert not [each for each in compare(given_script, again) if each.before != "" and str(each.before).strip()]
    anew = with_texts(given_script, language, dict.fromkeys(now, "Anew"))
    for before, after in zip(wordings(given_script), wordings(anew), strict=True):
        assert after.texts[language] == "Anew"
        others = {k: v for k, v in before.texts.items() if k != language and v.strip()}
        assert {k: v for k, v in after.texts.items() if k != language} == others


@given(any_scripts())
@unhurried
def test_what_the_editor_makes_can_be_read_back(given_script: Script) -> None:
    declared = with_placeholders(given_script)
    again = read_script(write_script(declared))
    assert again.script == read_script(write_script(again.script)).script if again.script else True
    used = {name for each in wordings(declared) for text in each.texts.values() for name in PLACEHOLDER.findall(text)}
    assert used & set(KNOWN_PLACEHOLDERS) <= set(declared.placeholders)


def test_an_answer_to_a_new_step_makes_one_behind_it() -> None:
    small = script(step("greet", answer("yes", "end")), end())
    rows = [AnswerRow("yes", "Yes", "end"), AnswerRow("", "Not now", f"{NEW}ask"), AnswerRow("", "", "")]
    node, made = with_rows(small, small.nodes[0], rows, "en")
    assert [(each.key, each.goto) for each in node.answers] == [("yes", "end"), ("not_now", "not_now")]
    assert [(each.key, each.kind) for each in made] == [("not_now", NodeKind.ASK)]


def test_two_new_steps_of_one_name_are_told_apart() -> None:
    small = script(step("no", answer("yes", "end")), end())
    rows = [AnswerRow("", "No", f"{NEW}end"), AnswerRow("", "No!", f"{NEW}end")]
    node, made = with_rows(small, small.nodes[0], rows, "en")
    assert [each.key for each in made] == ["no_2", "no_3"]
    assert [each.goto for each in node.answers] == ["no_2", "no_3"]
    assert len({each.key for each in node.answers}) == 2


def test_a_blank_script_lacks_nothing_but_its_texts_and_outcome() -> None:
    blank = blank_script("a", {"en": "A"})
    assert [node.key for node in blank.nodes] == ["begin", "end"]
    assert leading_to(blank, "end") == ("begin",)


@given(any_scripts())
@unhurried
def test_a_script_does_not_differ_from_itself(given_script: Script) -> None:
    assert compare(given_script, replace(given_script, version=7)) == ()


@given(any_scripts(), any_scripts())
@unhurried
def test_two_scripts_that_differ_in_anything_are_told_apart(one: Script, other: Script) -> None:
    changes = compare(one, other)
    same = replace(other, key=one.key, version=one.version) == one
    if same:
        assert changes == ()
    opposite = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}
    there = sorted((str(each.kind), str(each.part), each.step, each.answer, each.language) for each in changes)
    back = sorted(
        (str(opposite.get(each.kind, each.kind)), str(each.part), each.step, each.answer, each.language)
        for each in compare(other, one)
    )
    assert there == back


def test_differences_say_where_and_what() -> None:
    before = script(step("greet", answer("yes", "end")), step("old", answer("x", "end")), end())
    greet = replace(
        before.nodes[0],
        text={**before.nodes[0].text, "sv": "Hej"},
        answers=(replace(before.nodes[0].answers[0], goto="new"), answer("no", "end")),
    )
    after = replace(before, nodes=(greet, step("new", answer("x", "end")), before.nodes[2]))
    found = {(each.kind, each.part, each.step, each.answer, each.language) for each in compare(before, after)}
    assert found == {
        (ChangeKind.CHANGED, Part.TEXT, "greet", "", "sv"),
        (ChangeKind.CHANGED, Part.GOTO, "greet", "yes", ""),
        (ChangeKind.ADDED, Part.ANSWER, "greet", "no", ""),
        (ChangeKind.ADDED, Part.STEP, "new", "", ""),
        (ChangeKind.REMOVED, Part.STEP, "old", "", ""),
    }


def test_a_step_has_another_edition_for_every_change_of_it() -> None:
    one = step("greet", answer("yes", "end"))
    others = [
        replace(one, key="hello"),
        replace(one, text={"en": "Hi"}),
        replace(one, answers=()),
        replace(one, answers=(answer("yes", "end", outcome="not_now"),)),
    ]
    assert len({edition_of_step(each) for each in (one, *others)}) == 5
