"""Scripts are read from YAML, written again without a loss, and every fault is named with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.scripts.definition import Script
from outreach.scripts.messages import sentence
from outreach.scripts.reading import MAX_ANSWERS, MAX_NODES, read_script
from outreach.scripts.shipped import SCRIPTS, shipped_text
from outreach.scripts.writing import script_to_json, write_script
from outreach.scripts.yaml_tree import MAX_CHARACTERS
from tests.outreach_scripts.builders import any_scripts, unhurried

GOOD = """\
key: small
version: 1
start: ask
nodes:
  ask:
    kind: ask
    text: {en: "Shall we meet?"}
    log: [date_time]
    answers:
      - {key: "yes", label: {en: "Yes"}, goto: bye, outcome: visit_booked}
      - key: "no"
        label: {en: "No"}
        goto: bye
        outcome: declined
        creates: [send_material, callback_task]
  bye:
    kind: end
    text: {en: "Goodbye."}
"""


def faults(text: str) -> list[tuple[str, int | None, str]]:
    return [(each.code, each.line, each.path) for each in read_script(text).errors]


@unhurried
@given(any_scripts(), st.booleans())
def test_what_is_written_reads_back_the_same(script: Script, wrapped: bool) -> None:
    text = write_script(script, wrapped=wrapped)
    reading = read_script(text)
    assert reading.script == script, [sentence(each) for each in reading.errors]
    assert not reading.errors
    assert [node.key for node in reading.script.nodes] == [node.key for node in script.nodes]
    assert write_script(reading.script, wrapped=wrapped) == text


def test_a_good_file_has_no_faults_and_knows_its_lines() -> None:
    reading = read_script(GOOD)
    assert not reading.errors
    assert not reading.warnings
    assert reading.lines["nodes.ask.answers[1].goto"] == 13
    assert reading.lines["nodes.bye"] == 16


def test_a_script_may_stand_under_its_key_beside_things_that_are_not_read() -> None:
    wrapped = "meta: 1\ncall_script:\n" + "".join(f"  {line}\n" for line in GOOD.splitlines())
    reading = read_script(wrapped)
    assert reading.script == read_script(GOOD).script
    assert [(each.code, each.line) for each in reading.warnings] == [("not_read", 1)]


def test_one_thing_and_a_list_of_one_mean_the_same() -> None:
    single = GOOD.replace("[date_time]", "date_time")
    assert read_script(single).script == read_script(GOOD).script


PLANTED = [
    ("version: 1", "version: 0", ("expected_number", 2, "version")),
    ("version: 1", "version: one", ("expected_number", 2, "version")),
    ("version: 1", "verison: 1", ("unknown_key", 2, "verison")),
    ("start: ask", "start: Ask me", ("expected_key", 3, "start")),
    ("kind: ask", "kind: shout", ("unknown_code", 6, "nodes.ask.kind")),
    ("kind: ask", "kind: [ask, say]", ("expected_text", 6, "nodes.ask.kind")),
    ('{en: "Shall we meet?"}', "Shall we meet?", ("expected_mapping", 7, "nodes.ask.text")),
    ('{en: "Shall we meet?"}', "{en: 2024-01-01}", ("expected_text", 7, "nodes.ask.text.en")),
    ('{en: "Shall we meet?"}', '{no: "Skal vi møtes?"}', ("quote_word", 7, "nodes.ask.text")),
    ('{en: "Shall we meet?"}', '{english: "Hi"}', ("expected_language", 7, "nodes.ask.text.english")),
    ('{en: "Shall we meet?"}', '{en: "Bell\\a"}', ("control_character", 7, "nodes.ask.text.en")),
    ("log: [date_time]", "log: [birthday]", ("unknown_code", 8, "nodes.ask.log[0]")),
    ("log: [date_time]", "log: [date_time, date_time]", ("used_twice", 8, "nodes.ask.log[1]")),
    ("log: [date_time]", "logs: [date_time]", ("unknown_key", 8, "nodes.ask.logs")),
    ('key: "yes"', "key: yes", ("quote_word", 10, "nodes.ask.answers[0].key")),
    ('key: "no"', "kee: none", ("unknown_key", 11, "nodes.ask.answers[1].kee")),
    ("goto: bye\n", "goto: {to: bye}\n", ("expected_text", 13, "nodes.ask.answers[1].goto")),
    ("send_material,", "send_flowers,", ("unknown_code", 15, "nodes.ask.answers[1].creates[0]")),
    ("  bye:", "  ask:", ("used_twice", 16, "nodes.ask")),
    ("  bye:", "  Good bye:", ("expected_key", 16, "nodes.Good bye")),
    ("    kind: end\n", "", ("missing_key", 17, "nodes.bye.kind")),
    ("kind: end", "kind: end\n    do_not_call: perhaps", ("expected_flag", 18, "nodes.bye.do_not_call")),
    ("kind: end", "kind: end\n    fill: {birthday: x}", ("unknown_key", 18, "nodes.bye.fill.birthday")),
    ("kind: end", "kind: end\n    stage: In Contact", ("expected_key", 18, "nodes.bye.stage")),
    ("start: ask", "start: ask\nplaceholders: [company]", ("expected_placeholder", 4, "placeholders[0]")),
    ("start: ask", "start: ask\nrequired_on_close: [mood]", ("unknown_code", 4, "required_on_close[0]")),
    ("start: ask", "start: ask\ntitle: {en: " + "x" * 101 + "}", ("too_long", 4, "title.en")),
]


@pytest.mark.parametrize(("good", "bad", "fault"), PLANTED)
def test_a_planted_fault_is_named_with_its_line(good: str, bad: str, fault: tuple[str, int, str]) -> None:
    assert good in GOOD
    found = read_script(GOOD.replace(good, bad, 1)).errors
    assert fault in [(each.code, each.line, each.path) for each in found]
    for each in found:
        assert "%(" not in sentence(each)


def test_all_faults_are_named_at_once() -> None:
    text = (
        GOOD.replace("version: 1", "version: x").replace("kind: end", "kind: stop").replace("goto: bye\n", "go: bye\n")
    )
    assert [(code, line) for code, line, _path in faults(text)] == [
        ("expected_number", 2), ("missing_key", 11), ("unknown_key", 13), ("unknown_code", 17),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "empty_file", None),
        ("# nothing\n", "empty_file", None),
        ("key: [1, 2", "yaml_syntax", 1),
        ("key: a\n  version: 1\n", "yaml_syntax", 2),
        ("a: 1\n---\nb: 2\n", "yaml_syntax", 2),
        ("key: a\nnodes: \x07\n", "control_character", 2),
        ("- a\n- b\n", "expected_mapping", 1),
        ("just words", "expected_mapping", 1),
        ("a: &x [1]\nb: *x\n", "alias", 1),
        ("a: *x\n", "alias", 1),
        ("[" * 5000, "too_deep", 1),
        ("a: " * 3 + "{" * 20, "yaml_syntax", 1),
        ("k: 'x" + "x" * MAX_CHARACTERS, "too_large", None),
        ("key: !!python/object/apply:os.system ['true']\n", "expected_text", 1),
    ],
)
def test_what_is_no_script_is_refused_and_does_no_harm(text: str, code: str, line: int | None) -> None:
    found = faults(text)
    assert (code, line) in [(each, at) for each, at, _path in found]


def test_a_file_that_would_unfold_to_billions_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert [code for code, _line, _path in faults("\n".join(lines))] == ["alias"]


def test_too_many_steps_and_answers_are_refused() -> None:
    steps = "".join(f"  s{n}: {{kind: end, text: {{en: x}}}}\n" for n in range(MAX_NODES + 1))
    head = "key: k\nversion: 1\nstart: s0\nnodes:\n"
    assert ("too_many", 4, "nodes") in faults(head + steps)
    answers = "".join(f"      - {{key: a{n}, label: {{en: x}}, goto: s}}\n" for n in range(MAX_ANSWERS + 1))
    one = f"  s:\n    kind: ask\n    text: {{en: x}}\n    answers:\n{answers}"
    assert ("too_many", 8, "nodes.s.answers") in faults(head + one)


@unhurried
@given(st.text(max_size=300))
def test_any_text_gives_a_script_or_faults_and_never_an_exception(text: str) -> None:
    reading = read_script(text)
    assert reading.errors or reading.script


@unhurried
@given(st.data())
def test_a_damaged_file_gives_faults_with_words_and_never_an_exception(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    stop = data.draw(st.integers(start, min(len(GOOD), start + 30)))
    put = data.draw(st.text("abc:{}[]-\n \"'*&!%#01", max_size=10))
    for each in read_script(GOOD[:start] + put + GOOD[stop:]).errors:
        assert sentence(each)


@pytest.mark.parametrize("key", SCRIPTS)
def test_a_shipped_script_is_written_as_it_was_read(key: str) -> None:
    script = read_script(shipped_text(key)).script
    assert script is not None
    assert read_script(write_script(script)).script == script
    assert "{" not in write_script(script).split("nodes:")[0].replace("'{", "").replace("}'", "")


def test_a_file_has_nothing_but_the_script() -> None:
    script = read_script(GOOD).script
    assert script is not None
    assert set(script_to_json(script)) == {"key", "version", "start", "nodes"}


@pytest.mark.parametrize("text", ['a: "\\UFFFFFFFF"\n', "%YAML 1." + "9" * 5000 + "\n--- a\n"])
def test_an_escape_or_a_number_beyond_everything_is_a_fault_and_no_crash(text: str) -> None:
    assert [code for code, _line, _path in faults(text)] == ["control_character"]


def test_half_a_character_is_in_no_text_that_is_stored() -> None:
    found = faults(GOOD.replace("Goodbye.", "\\ud800"))
    assert "control_character" in [code for code, _line, _path in found]
