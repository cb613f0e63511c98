"""Addresses that every page has: those of menus, style sheets and scripts; and those of the rows of a list."""

import re
from collections.abc import Mapping
from typing import Any

from flask import current_app, has_request_context, request, url_for

_EXTENSION = "brobygg.addresses"
_PLACE = "row0of0list"
_is_plain = re.compile("[A-Za-z0-9_:-]+").fullmatch


def fixed_url(endpoint: str, **values: Any) -> str:
    """``url_for`` for one of the few addresses that are the same on every page, made up once for a process.

    They depend on nothing but the path under which a proxy shows the application. Not for addresses of rows.
    """
    if not has_request_context():
        return url_for(endpoint, **values)
    kept: dict[tuple[str, ...], str] = current_app.extensions.setdefault(_EXTENSION, {})
    key = (request.script_root, endpoint, *values.values())
    found = kept.get(key)
    if found is None:
        found = kept[key] = url_for(endpoint, **values)
    return found


def row_url(endpoint: str, public_id: str) -> str:
    """``url_for(endpoint, public_id=...)`` for one of many rows, whose addresses differ in nothing but the id."""
    if _is_plain(public_id) is None:
        return url_for(endpoint, public_id=public_id)  # It knows how anything else is written.
    return fixed_url(endpoint, public_id=_PLACE).replace(_PLACE, public_id)


def link_url(endpoint: str, own: Mapping[str, Any], *, lang: str) -> str:
    """``url_for(endpoint, lang=lang, **own)`` for the addresses behind a personal link, which differ in nothing but
    ``own``: the token, the key of a question. ``lang`` is one of the languages that a survey has.
    """
    if not all(_is_plain(value) for value in own.values()):
        return url_for(endpoint, lang=lang, **own)
    found = fixed_url(endpoint, **{name: f"{name}-{_PLACE}" for name in own}, lang=lang)
    for name, value in own.items():
        found = found.replace(f"{name}-{_PLACE}", value)
    return found
