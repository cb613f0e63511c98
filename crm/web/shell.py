"""Puts the web shell together: ``init_web(app, ports)`` is all that crm/app.py calls."""

from flask import Blueprint, Flask, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from werkzeug.exceptions import BadRequest, NotFound

from crm.web.assets import asset_url, init_assets, serve_asset
from crm.web.context import PRODUCT_NAME, init_context, local_path
from crm.web.errors import init_errors
from crm.web.filters import init_filters
from crm.web.headers import init_headers
from crm.web.ports import EXTENSION, WebPorts, ports

# Blueprints that check otherwise who calls (API keys, signed links) are exempted with csrf.exempt(blueprint).
csrf = CSRFProtect()


def choose_language() -> ResponseReturnValue:
    """Remember the language for this browser, and for whoever is signed in; go back to the page."""
    language = request.form.get("language", "")
    if language not in ports().languages:
        raise BadRequest
    session["language"] = language
    if ports().actor() is not None:
        ports().save_language(language)
    return redirect(local_path(request.form.get("next"), fallback="/"), code=303)


def favicon() -> ResponseReturnValue:
    """Browsers ask for this address whatever a page says."""
    return redirect(asset_url("favicon.svg"), code=301)


def _refuse_nul() -> None:
    """No text of a database holds a NUL: such an address names nothing. What is typed into forms is cleaned."""
    if "\x00" in request.path:
        raise NotFound
    if "%00" in request.query_string.decode("ascii", "replace"):
        raise BadRequest


def _blueprint() -> Blueprint:
    web = Blueprint("web", __name__, template_folder="templates")
    web.add_url_rule("/assets/<path:name>", "asset", serve_asset)
    web.add_url_rule("/favicon.ico", "favicon", favicon)
    web.add_url_rule("/language", "choose_language", choose_language, methods=["POST"])
    return web


def init_web(app: Flask, bound: WebPorts | None = None, *, organisation: str = PRODUCT_NAME) -> None:
    """Add layout, assets, menus, slots, error pages, headers and the check against forgery.

    Call it after Flask-Babel is set up and before features register their blueprints. ``organisation`` is
    named in the footer and on paper.
    """
    app.extensions[EXTENSION] = bound or WebPorts()
    if "csrf" not in app.extensions:
        csrf.init_app(app)
    app.before_request(_refuse_nul)
    app.register_blueprint(_blueprint())
    init_assets(app)
    init_filters(app)
    init_context(app, organisation=organisation)
    init_headers(app)
    init_errors(app)
