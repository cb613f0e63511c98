"""Addresses that every page has: those of menus, style sheets and scripts."""

from typing import Any

from flask import current_app, has_request_context, request, url_for

_EXTENSION = "brobygg.addresses"


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
