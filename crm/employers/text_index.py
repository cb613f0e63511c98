"""How lists of employers look for a text: through an index that stands above this feature, bound by crm/app.py."""

from dataclasses import dataclass
from typing import Protocol

from flask import Flask, current_app
from sqlalchemy import ColumnElement, false

from crm.employers.models import Employer
from crm.folding import fold

EXTENSION = "brobygg.employer_text_index"


class TextIndex(Protocol):
    """An index of employers' names, numbers, places and telephones."""

    def ids(self, text: str, limit: int) -> list[int] | None:
        """The employers that have every word of ``text``; None when they are more than ``limit``."""
        ...

    def condition(self, text: str) -> ColumnElement[bool]:
        """The same as a condition on ``Employer`` that is cheap to test row by row, for texts that many have."""
        ...


@dataclass(frozen=True)
class NamesOnly:
    """What there is without an index: the beginnings and middles of names."""

    def ids(self, text: str, limit: int) -> list[int] | None:
        return None

    def condition(self, text: str) -> ColumnElement[bool]:
        words = text.casefold().split()
        if not fold(text):
            return false()
        found = Employer.sort_name.contains(words[0], autoescape=True)
        for word in words[1:]:
            found = found & Employer.sort_name.contains(word, autoescape=True)
        return found


def bind_text_index(app: Flask, index: TextIndex) -> None:
    """Let lists of employers use ``index``."""
    app.extensions[EXTENSION] = index


def text_index() -> TextIndex:
    """The index that is bound, or names only."""
    found: TextIndex = current_app.extensions.get(EXTENSION, NamesOnly())
    return found
