"""How lists of employers look for a text: through an index that stands above this feature, bound by crm/app.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flask import Flask, current_app
from sqlalchemy import ColumnElement, and_, false

from crm.employers.models import Employer

EXTENSION = "brobygg.employer_text_index"

COUNTED = 1000
"""A list says "1,000+" beyond this; nobody pages further, and counting on would read the whole table."""


@dataclass(frozen=True)
class TextMatch:
    """The employers that have every word of a text: a condition on ``Employer``, and how many they are.

    ``total`` is None when they are more than ``COUNTED``, or when nobody has counted.
    """

    condition: ColumnElement[bool]
    total: int | None
    gathered: object | None = None
    """Which they are, where they are few: crm.many_rows.gathered."""


class TextIndex(Protocol):
    """An index of employers' names, numbers, places and telephones."""

    def find(self, text: str, *, archived: bool = False) -> TextMatch:
        """The employers in use, or the archived ones, that have every word of ``text``. One query at most."""
        ...

    def named(self, folded: Sequence[str]) -> Sequence[int]:
        """The ids of employers, archived ones too, whose whole name is one of these (crm.folding.fold). One query."""
        ...


class NamesOnly:
    """What there is without an index: the names, read one by one."""

    def find(self, text: str, *, archived: bool = False) -> TextMatch:
        """Employers whose name has every word."""
        words = text.casefold().split()
        found = [Employer.sort_name.contains(word, autoescape=True) for word in words]
        return TextMatch(and_(*found) if found else false(), None)

    def named(self, folded: Sequence[str]) -> Sequence[int]:
        """None: without an index names are compared with their accents, by whoever asks."""
        return ()


def bind_text_index(app: Flask, index: TextIndex) -> None:
    """Let lists of employers use ``index``."""
    app.extensions[EXTENSION] = index


def text_index() -> TextIndex:
    """The index that is bound, or names only."""
    found: TextIndex = current_app.extensions.get(EXTENSION, NamesOnly())
    return found
