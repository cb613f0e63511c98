"""The pictures of the documentation: each is taken by the tests, shown somewhere, and said in words."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
TAKEN = re.compile(r"""\bsave\(\s*\w+,\s*"([\w-]+)\"""")


def _shown() -> list[tuple[Path, str, Path]]:
    """The page, the words and the file of each picture."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return [(page, words, page.parent / file) for page in pages for words, file in SHOWN.findall(page.read_text())]


def _kept() -> set[str]:
    return {file.stem for file in (ROOT / "docs" / "pictures").iterdir()}


def test_every_picture_that_a_page_shows_is_there_and_said_in_words() -> None:
    shown = _shown()
    assert shown
    assert [(page.name, file.name) for page, _words, file in shown if not file.is_file()] == []
    assert [(page.name, file.name) for page, words, file in shown if not words.strip()] == []


def test_every_picture_is_shown_on_some_page() -> None:
    assert _kept() - {file.stem for _page, _words, file in _shown()} == set()


def test_every_picture_is_taken_by_the_tests_and_none_is_missing() -> None:
    taken = [name for file in (ROOT / "tests" / "pictures").glob("*.py") for name in TAKEN.findall(file.read_text())]
    assert len(taken) == len(set(taken)), "two pictures of one name"
    assert set(taken) == _kept()
