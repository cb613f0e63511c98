"""The benchmarks run to their end at a tiny size, and what they print and write is right."""

import json
from pathlib import Path

import pytest

from bench.__main__ import measure
from bench.browsing import Page
from bench.results import BEGIN, END, Goal, Result, as_text, write
from bench.sizes import TINY

PAGE = """<form action="/s/x/q/a" method="post"><input type="hidden" name="form_token" value="t">
<input type="radio" name="answer" value="yes"><input type="radio" name="answer" value="no" checked>
<input type="radio" name="other" value="1"><input type="checkbox" name="share" value="yes">
<select name="language"><option value="en">English</option><option value="sv" selected>Svenska</option></select>
<textarea name="note">
Hej</textarea><button type="submit" name="go">Next</button></form>"""


@pytest.mark.faults
def test_a_tiny_run_measures_pages_and_sends_every_invitation_once() -> None:
    results = measure("sqlite", TINY, ["responses", "invitations"])
    names = [result.name for result in results]
    assert names[0] == "bare page with one query"
    assert names.count("full response: GET + POST of one question") == 2
    assert "10 invitations: planned, sent, recorded" in names
    assert all(result.cpu_ms > 0 for result in results if result.cpu_ms is not None)


@pytest.mark.faults
def test_a_tiny_run_searches_and_reads_a_list_in() -> None:
    results = {result.name: result for result in measure("sqlite", TINY, ["search", "import"])}
    assert {"search over everything", "search with a typing error"} < set(results)
    read_in = results["1,000 employers read in from CSV"]
    assert read_in.cpu_ms is not None
    assert read_in.goal is not None


def test_a_form_sends_what_a_browser_would_send() -> None:
    form = Page(200, "http://127.0.0.1/s/x/q/a?lang=sv", PAGE).form("/a")
    expected = {"form_token": "t", "answer": "no", "other": "1", "language": "sv", "note": "Hej"}
    assert dict(form.filled()) == expected
    assert dict(form.filled(answer="yes")) == expected | {"answer": "yes"}


def test_a_form_sends_every_field_of_the_same_name() -> None:
    text = '<form method="post"><input name="row" value="a"><input name="row" value="b"></form>'
    form = Page(200, "http://127.0.0.1/list", text).form("/list")
    assert form.filled() == [("row", "a"), ("row", "b")]


@pytest.mark.parametrize(("judged", "verdict"), [(5.0, "stretch"), (7.0, "goal"), (9.0, "MISSED")])
def test_a_figure_is_held_against_its_goal(judged: float, verdict: str) -> None:
    result = Result("work", "sqlite", judged=judged, goal=Goal(8, "×", 6))
    assert result.verdict == verdict
    assert verdict in as_text([result])


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n{BEGIN}\nold\n{END}\n# After\n")
    write([Result("work", "sqlite", judged=1.0, goal=Goal(8, "×"))], page=page, sizes="tiny")
    text = page.read_text()
    assert text.startswith("# Before\n")
    assert text.endswith("# After\n")
    assert "old" not in text
    assert json.loads((tmp_path / "performance.json").read_text())["results"][0]["verdict"] == "goal"
