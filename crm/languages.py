"""The languages of staff: which one a request speaks, and how services write a text in all of them."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, force_locale
from flask_login import current_user

from crm.registry import Registry
from crm.settings import LANGUAGES, Settings

NAMES = {"en": "English", "sv": "Svenska", "nb": "Norsk bokmål", "da": "Dansk"}


def init_languages(app: Flask, settings: Settings, registry: Registry) -> None:
    """Set Flask-Babel up with the core's catalogues and those of the enabled plugins."""
    folders = [Path(__file__).parent / "translations", *registry.translations]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(folder) for folder in folders)
    app.config["BABEL_DEFAULT_LOCALE"] = settings.language
    app.config["BABEL_DEFAULT_TIMEZONE"] = settings.time_zone
    app.extensions["brobygg.babel"] = Babel(app, locale_selector=request_language)


def request_language() -> str:
    """The language of this request: the chosen one, the staff member's, the browser's, the installation's."""
    if not has_request_context():
        return "en"
    chosen = g.get("language") or session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    if getattr(current_user, "is_authenticated", False) and current_user.language in LANGUAGES:
        return str(current_user.language)
    return request.accept_languages.best_match(LANGUAGES) or "en"


def in_all_languages(write: Callable[[], object]) -> dict[str, str]:
    """A text in every staff language: ``write`` is called once for each, with that language in force.

    For history lines and task titles, which are written when something happens and read later by others.
    """
    texts: dict[str, str] = {}
    for language in LANGUAGES:
        with force_locale(language):
            texts[language] = str(write())
    return texts


def in_language(texts: dict[str, str], language: str) -> str:
    """The text in ``language``, else as written by hand (key ''), else English, else any."""
    for key in (language, "", "en"):
        if texts.get(key):
            return texts[key]
    return next(iter(texts.values()), "")
