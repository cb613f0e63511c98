"""Texts that are written down while a module is loaded, and translated each time that they are shown.

They are Flask-Babel's, which also says which language is in force; only the way to the word is shorter. A page shows a
hundred of them: names of choices, of stages, of columns.
"""

from typing import Any

from flask import g
from flask_babel import get_babel, gettext, pgettext
from flask_babel.speaklater import LazyString

_CATALOGUE = "brobygg_catalogue"


def language_context() -> Any:
    """Where Flask-Babel keeps what is so for the language in force; None where nothing has asked for it yet."""
    try:
        # ``g`` itself looks its application up anew at every access.
        return g._get_current_object().get("_flask_babel")
    except RuntimeError:
        return None  # Outside of an application.


def known_catalogue() -> Any:
    """The catalogue of the language in force, if it has been asked for since that language is; else None."""
    context = language_context()
    found = getattr(context, _CATALOGUE, None)
    # Flask-Babel puts another object here when the language changes, also for the moment of force_locale().
    return found[1] if found is not None and found[0] is getattr(context, "babel_locale", None) else None


def keep_catalogue(catalogue: Any) -> None:
    """Remember the catalogue of the language in force as long as that language is."""
    context = language_context()
    locale = getattr(context, "babel_locale", None)
    if locale is not None:
        setattr(context, _CATALOGUE, (locale, catalogue))


def catalogue_in_force() -> Any:
    """The words of the language in force. Needs an application context."""
    return known_catalogue() or get_babel().instance.domain_instance.get_translations()


class _LazyText(LazyString):  # type: ignore[misc]  # Flask-Babel has no types
    """A text in the language of whoever reads it."""

    def __str__(self) -> str:
        catalogue = None if self._kwargs else known_catalogue()
        if catalogue is None:
            return str(super().__str__())
        found: str = self._found_in(catalogue)
        return found

    def _found_in(self, catalogue: Any) -> str:
        return str(catalogue.ugettext(*self._args))

    __html__ = __str__  # A text of ours may hold HTML; without a detour.


class _LazyTextInContext(_LazyText):
    """The same for a text that means different things in different places."""

    def _found_in(self, catalogue: Any) -> str:
        return str(catalogue.upgettext(*self._args))


def lazy_gettext(text: str, **variables: object) -> Any:
    """``text`` in the language in force when it is shown, with ``variables`` put in."""
    return _LazyText(gettext, text, **variables)


def lazy_pgettext(context: str, text: str, **variables: object) -> Any:
    """The same for a text that means different things in different places."""
    return _LazyTextInContext(pgettext, context, text, **variables)
