"""The languages of staff: which one a request speaks, and how services write a text in all of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request, session
from flask_babel import Babel, Domain, force_locale
from flask_login import current_user
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from crm.lazy_texts import keep_catalogue, known_catalogue
from crm.registry import Registry
from crm.settings import LANGUAGES, Settings

_LOCALES = {language: Locale.parse(language) for language in LANGUAGES}
"""To parse one takes longer than to look a hundred words up in it."""
NAMES = {"en": "English", "sv": "Svenska", "nb": "Norsk bokmål", "da": "Dansk"}


def init_languages(app: Flask, settings: Settings, registry: Registry) -> None:
    """Set Flask-Babel up with the core's catalogues and those of the enabled plugins."""
    folders = [Path(__file__).parent / "translations", *registry.translations]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(folder) for folder in folders)
    app.config["BABEL_DEFAULT_LOCALE"] = settings.language
    app.config["BABEL_DEFAULT_TIMEZONE"] = settings.time_zone
    babel = Babel(app, locale_selector=_request_locale)
    catalogues = _Catalogues()
    # Both places through which Flask-Babel looks words up: from Python and from templates.
    babel.domain_instance = catalogues
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # what Jinja's i18n extension adds
        gettext=lambda text: catalogues.get_translations().ugettext(text),
        ngettext=lambda one, many, number: catalogues.get_translations().ungettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, text: catalogues.get_translations().upgettext(context, text),
    )
    app.jinja_env.globals["_"] = _template_gettext(catalogues)
    app.extensions["brobygg.babel"] = babel


def _template_gettext(catalogues: "_Catalogues") -> Callable[..., str]:
    """``_`` in templates: what Jinja's own does in three steps, of which a page with a form takes a hundred."""

    @pass_context
    def gettext(context: Context, text: str, /, **variables: object) -> str:
        found: str = catalogues.get_translations().ugettext(text)
        if context.eval_ctx.autoescape:
            found = Markup(found)  # A text of ours; what is put into it is escaped.
        return found % variables if "%" in found else found

    return gettext


class _Catalogues(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Flask-Babel's catalogues, found once for each change of language and not anew for each word of a page."""

    def get_translations(self) -> Any:
        """The catalogue of the language in force."""
        found = known_catalogue()
        if found is None:
            found = super().get_translations()
            keep_catalogue(found)
        return found


def _request_locale() -> Locale:
    return _LOCALES[request_language()]


def request_language() -> str:
    """The language of this request: the chosen one, the staff member's, the browser's, the installation's.

    Outside a request it is the installation's too.
    """
    if not has_request_context():
        return _installation_language()
    chosen = g.get("language") or session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    if getattr(current_user, "is_authenticated", False) and current_user.language in LANGUAGES:
        return str(current_user.language)
    return request.accept_languages.best_match(LANGUAGES) or _installation_language()


def _installation_language() -> str:
    return str(current_app.config["BABEL_DEFAULT_LOCALE"])


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
