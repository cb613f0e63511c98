"""Pieces of pages that depend on little, kept as they were written once."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup

_EXTENSION = "brobygg.kept"
_MOST = 128
Piece = TypeVar("Piece")


def kept(kind: str, key: Hashable, write: Callable[[], Piece]) -> Piece:
    """What ``write`` gives, written once in a process for each language and ``key``.

    The key is everything that it depends on, so that it cannot be out of date. No names of people, tokens or keys of
    forms may be in it.
    """
    pieces: dict[Hashable, Any] = current_app.extensions.setdefault(_EXTENSION, {})
    whole = (kind, str(get_locale()), key)
    found: Piece | None = pieces.get(whole)
    if found is None:
        if len(pieces) >= _MOST:
            pieces.clear()
        found = pieces[whole] = write()
    return found


def written_by(template: str, macro: str, *arguments: object) -> Markup:
    """What a macro of a template writes."""
    macros = current_app.jinja_env.get_template(template).module
    return cast(Markup, getattr(macros, macro)(*arguments))
