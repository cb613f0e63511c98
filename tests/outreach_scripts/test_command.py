"""The command that checks a script file."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.scripts.command import outreach_commands
from outreach.scripts.messages import MESSAGES
from outreach.scripts.shipped import SCRIPTS, shipped_text
from outreach.scripts.yaml_tree import MAX_CHARACTERS


def run(path: Path, *options: str) -> Result:
    return CliRunner().invoke(outreach_commands, ["check-script", str(path), *options])


def file_with(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "script.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("key", SCRIPTS)
def test_a_shipped_script_passes(key: str, tmp_path: Path) -> None:
    done = run(file_with(tmp_path, shipped_text(key)))
    assert done.exit_code == 0
    assert "steps, 0 errors, 0 warnings" in done.output


def test_the_report_as_json_has_everything_an_editor_shows(tmp_path: Path) -> None:
    done = run(file_with(tmp_path, shipped_text("employer_first_call")), "--json")
    assert json.loads(done.output) == {
        "steps": 19, "unreachable": [], "dead_ends": [], "loops": [], "missing_translations": {}, "errors": [],
        "warnings": [],
    }  # fmt: skip


def test_errors_are_told_with_line_and_end_with_one(tmp_path: Path) -> None:
    text = shipped_text("employer_first_call").replace("goto: why_you}", "goto: who_you}")
    done = run(file_with(tmp_path, text))
    line = text[: text.index("goto: who_you}")].count("\n") + 1
    assert done.exit_code == 1
    assert f"error: line {line}: The answer “yes” of “greet” leads to “who_you”, which does not exist." in done.output
    plain = json.loads(run(file_with(tmp_path, text), "--json").output)
    assert "why_you" in plain["unreachable"]
    assert plain["dead_ends"] == ["greet"]
    assert {"code", "path", "line", "values", "message"} == set(plain["errors"][0])


def test_warnings_alone_end_with_nought(tmp_path: Path) -> None:
    text = shipped_text("employer_first_call").replace(', da: "Klar"', "", 1)
    done = run(file_with(tmp_path, text))
    assert done.exit_code == 0
    assert "warning: line" in done.output
    assert "“check.go” is missing in the language da." in done.output


def test_a_file_that_is_written_wrongly_ends_with_one_and_its_line(tmp_path: Path) -> None:
    done = run(file_with(tmp_path, "key: a\n  version: 1\n"))
    assert done.exit_code == 1
    assert "error: line 2:" in done.output


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00bad", b"x" * (MAX_CHARACTERS * 4 + 1)])
def test_a_file_that_cannot_be_read_ends_with_two(
    tmp_path: Path, content: bytes | None, options: tuple[str, ...]
) -> None:
    path = tmp_path / "gone.yaml" if content is None else file_with(tmp_path, content)
    done = run(path, *options)
    assert done.exit_code == 2
    if options:
        assert json.loads(done.output)["errors"][0]["message"]


def test_a_folder_is_no_script(tmp_path: Path) -> None:
    assert run(tmp_path).exit_code == 2


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert run(file_with(tmp_path, b"\xef\xbb\xbf" + shipped_text("employer_first_call").encode())).exit_code == 0


def test_every_message_has_words() -> None:
    assert all(str(each) for each in MESSAGES.values())
