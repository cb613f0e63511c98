"""The command ``brobygg outreach check-script``."""

import json
import sys
from pathlib import Path

import click

from outreach.scripts.checking import CheckResult, check_text
from outreach.scripts.messages import sentence
from outreach.scripts.problems import Problem
from outreach.scripts.yaml_tree import MAX_CHARACTERS

_LONGEST_LETTER = 4
"""Bytes that one character of UTF-8 takes up at most."""


@click.group("outreach")
def outreach_commands() -> None:
    """Call scripts."""


@outreach_commands.command("check-script")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check_script(file: Path, *, as_json: bool) -> None:
    """Check a call script: what cannot be reached, where a call gets stuck, what goes round, what is not translated.

    Every fault is named with its line. Ends with 1 when something is wrong, 2 when the file could not be read.
    """
    text = _text_of(file)
    result = _unread(text) if isinstance(text, Problem) else check_text(text)
    _tell(result, as_json=as_json)
    if isinstance(text, Problem):
        sys.exit(2)
    sys.exit(0 if result.is_sound else 1)


def _text_of(file: Path) -> str | Problem:
    """What stands in the file, or why it cannot be read."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_CHARACTERS * _LONGEST_LETTER + 1)
    except OSError:
        return Problem("no_file")
    if len(content) > MAX_CHARACTERS * _LONGEST_LETTER:
        return Problem("too_large", values={"most": MAX_CHARACTERS})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Problem("not_text")


def _unread(problem: Problem) -> CheckResult:
    return CheckResult(
        steps=0, unreachable=(), dead_ends=(), loops=(), missing_translations={}, errors=(problem,), warnings=()
    )


def _tell(result: CheckResult, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result.to_json(sentence), ensure_ascii=False, indent=2))
        return
    click.echo(f"{result.steps} steps, {len(result.errors)} errors, {len(result.warnings)} warnings")
    for kind, problems in (("error", result.errors), ("warning", result.warnings)):
        for problem in problems:
            place = f"line {problem.line}: " if problem.line else ""
            click.echo(f"{kind}: {place}{sentence(problem)}", err=kind == "error")
