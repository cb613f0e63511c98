"""The lists of words that the guard looks for: the product's own, and what an installation adds or takes away."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

KINDS = ("health", "union")
HARMLESS = "~"
"""Before what is no finding although it begins like one."""
_HEADING = re.compile(r"\[(\w+) (\w\w)\]$")


class WordListError(ValueError):
    """A line of a word list that nobody can read; says which."""


@lru_cache(maxsize=8)
def patterns(own_file: str | None) -> Mapping[str, re.Pattern[str]]:
    """What finds the words of each kind. ``own_file``: the installation's list, read once for a process.

    Raises WordListError for a line that is none, OSError when the file cannot be read.
    """
    # A data file of the package, read on first use; importing this module reads nothing.
    lists = read_words(files("crm.note_guard").joinpath("words.txt").read_text(encoding="utf-8").splitlines())
    if own_file:
        for kind, words in read_words(Path(own_file).read_text(encoding="utf-8").splitlines()).items():
            away = {word[1:] for word in words if word.startswith("-")}
            lists[kind] = (lists[kind] - away) | {word for word in words if not word.startswith("-")}
    # What is harmless in one language or kind is harmless in all: a text may be in any of them.
    harmless = {word[1:] for words in lists.values() for word in words if word.startswith(HARMLESS)}
    found = {kind: {word for word in words if not word.startswith(HARMLESS)} for kind, words in lists.items()}
    return {kind: _pattern(words, harmless) for kind, words in found.items() if words}


def read_words(lines: Iterable[str]) -> dict[str, set[str]]:
    """The words of each kind, of all languages. Raises WordListError."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    kind = ""
    for number, line in enumerate(lines, start=1):
        text = line.partition("#")[0].strip()
        heading = _HEADING.match(text)
        if heading and heading.group(1) in KINDS:
            kind = heading.group(1)
        elif text and (not kind or text.startswith("[") or text.strip("*-~") == ""):
            raise WordListError(f"line {number}: '{text}' is neither a word nor a heading as [health sv]")
        elif text:
            found[kind].add(text.casefold())
    return found


def _pattern(words: Iterable[str], harmless: Iterable[str]) -> re.Pattern[str]:
    but = f"(?!{_any_of(harmless)})" if harmless else ""
    return re.compile(rf"(?<!\w){but}{_any_of(words)}", re.IGNORECASE)


def _any_of(words: Iterable[str]) -> str:
    # The longest first, so that "sick-listed" is found whole.
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return r"(?:" + "|".join(map(_one, ordered)) + r")(?!\w)"


def _one(word: str) -> str:
    body = re.escape(word.rstrip("*")).replace(r"\ ", r"\s+")
    return rf"{body}\w*(?:-\w+)*" if word.endswith("*") else body
