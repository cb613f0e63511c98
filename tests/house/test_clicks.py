"""A test that drives a browser waits for the page that a click leads to: what it reads next is read there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.processes import REPOSITORY

FOLDERS = ("tests/browser", "tests/pictures", "tests/web")
WAITS = re.compile(r"\.expect_(?!navigation)|^next_page\(")
"""Not for a navigation: see ``next_page`` of tests/servers/browser.py."""
STAYS = "# stays on the page"
"""The comment of a click that leads nowhere; folding and unfolding needs none."""


def clicks_that_nobody_follows(source: str) -> Iterator[int]:
    """The lines of clicks outside of ``follow``, ``with next_page(...)`` and ``with page.expect_...()``."""
    tree, lines = ast.parse(source), source.splitlines()
    awaited = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.With) and any(WAITS.search(ast.unparse(item)) for item in block.items)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or id(node) in awaited:
            continue
        line = lines[(node.end_lineno or node.lineno) - 1]
        if node.func.attr in {"click", "tap"} and "summary" not in ast.unparse(node.func) and STAYS not in line:
            yield node.lineno


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("page.locator('a').click()\npage.locator('b').tap()", [1, 2]),
        ("follow(page.locator('a'))", []),
        ("with page.expect_download() as file:\n    page.locator('a').click()", []),
        ("with next_page(page):\n    page.locator('a').tap()", []),
        ("with page.expect_navigation():\n    page.locator('a').click()", [2]),
        ("page.locator('details summary').click()", []),
        (f"page.locator('#sign').click()  {STAYS}", []),
    ],
)
def test_a_click_is_followed_or_says_that_it_stays(source: str, found: list[int]) -> None:
    assert list(clicks_that_nobody_follows(source)) == found


def test_every_click_that_leads_away_is_followed() -> None:
    files = [path for folder in FOLDERS for path in Path(REPOSITORY, folder).glob("*.py")]
    assert len(files) > 20
    found = [
        f"{path.relative_to(REPOSITORY)}:{line}"
        for path in files
        for line in clicks_that_nobody_follows(path.read_text(encoding="utf-8"))
    ]
    assert not found, f"follow() of tests/servers/browser.py waits for the next page; else write '{STAYS}'"
