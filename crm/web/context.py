"""What every template may use without being given it: language, menus, helpers."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import get_locale

from crm.languages import NAMES
from crm.web.addresses import fixed_url, row_url
from crm.web.charts import bar_svg
from crm.web.fields import field_attrs, field_errors, field_kind, form_errors
from crm.web.inputs import choice_inputs
from crm.web.nav import NavLink, nav_links
from crm.web.paging import here_with, same_filters, sort_link
from crm.web.ports import ports
from crm.web.slots import slot

PRODUCT_NAME = "Brobygg"
_FRAME = "brobygg.frame"

_COLORS = {"error": "danger", "danger": "danger", "warning": "warning", "success": "success"}


@dataclass(frozen=True)
class UserMenu:
    """Name and links of the person signed in; empty when nobody is."""

    name: str = ""
    links: list[NavLink] = field(default_factory=list)
    sign_out_url: str = ""


def alert_color(kind: str) -> str:
    """The colour of a message, from Flask's categories and from ours."""
    return _COLORS.get(kind, "info")


def local_path(target: str | None, *, fallback: str) -> str:
    """``target`` if it leads to a page of ours, else ``fallback``. What might be read as a host does not."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return fallback
    if any(ord(each) <= 32 or each == "\\" for each in target) or urlsplit(target).netloc:
        return fallback
    return target


def url_if_exists(endpoint: str) -> str:
    """The address of an endpoint that takes no arguments, or nothing when no feature provides it."""
    return fixed_url(endpoint) if endpoint in current_app.view_functions else ""


def _user_menu() -> UserMenu:
    if ports().actor() is None:
        return UserMenu()
    return UserMenu(ports().display_name(), nav_links("settings"), url_if_exists(ports().sign_out))


def language_context(locale: Locale | None) -> dict[str, Any]:
    """``lang`` and ``dir`` of a page in a language."""
    if locale is None:
        return {"lang": "en", "dir": "ltr"}
    return {"lang": str(locale).replace("_", "-"), "dir": locale.text_direction}


def frame_context() -> dict[str, Any]:
    """Menus and links around a page. Empty on the page for our own faults: what failed is not asked again."""
    if g.get("web_failing", False):
        return {
            "nav_items": [],
            "user_menu": UserMenu(),
            "banners": [],
            "search_url": "",
            "languages": [],
            "footer_links": [],
        }
    if not has_request_context():
        return _frame()
    # Panels are templates of their own: the menus and banners around a page are asked for once for each request.
    if _FRAME not in request.environ:
        request.environ[_FRAME] = _frame()
    frame: dict[str, Any] = request.environ[_FRAME]
    return frame


def _frame() -> dict[str, Any]:
    bound = ports()
    signed_in = bound.actor() is not None
    return {
        "nav_items": nav_links() if signed_in else [],
        "user_menu": _user_menu(),
        "banners": bound.banners() if signed_in else [],
        "search_url": url_if_exists(bound.search) if signed_in else "",
        "languages": [(code, NAMES.get(code, code)) for code in bound.languages],
        "footer_links": [{"label": label, "href": url_if_exists(endpoint)} for label, endpoint in bound.footer],
    }


def page_context() -> dict[str, Any]:
    """Everything a page gets by itself. ``here`` is its address, for forms that come back to it."""
    return {
        **language_context(get_locale()),
        **frame_context(),
        "product_name": PRODUCT_NAME,
        "home_url": url_if_exists(ports().home) or "/",
        "here": request.full_path.rstrip("?") if request.method == "GET" else request.path,
    }


def init_context(app: Flask, *, organisation: str) -> None:
    """Helpers as globals, because macros that are imported see no context; the rest as context."""
    app.jinja_env.globals.update(
        alert_color=alert_color,
        bar_svg=bar_svg,
        choice_inputs=choice_inputs,
        field_attrs=field_attrs,
        field_errors=field_errors,
        field_kind=field_kind,
        form_errors=form_errors,
        here_with=here_with,
        row_url=row_url,
        same_filters=same_filters,
        organisation_name=organisation,
        slot=slot,
        sort_link=sort_link,
        url_if_exists=url_if_exists,
    )
    app.context_processor(page_context)
