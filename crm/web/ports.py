"""What the web shell needs from accounts and programmes, as plain functions that crm/app.py binds.

The shell stands below every feature and imports none of them. The defaults describe an application without
sign-in, which is what the shell's own tests use.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from flask import Flask, current_app

from crm.actors import Actor
from crm.extension_points import Text
from crm.settings import LANGUAGES

EXTENSION = "brobygg.web"


@dataclass(frozen=True)
class Banner:
    """A line under the header of every staff page. ``kind``: info, success, warning or danger."""

    kind: str
    text: Text
    href: str | None = None
    link_label: Text | None = None


@dataclass(frozen=True)
class WebPorts:
    """How the shell asks others.

    ``actor``            the signed-in member of staff, or None
    ``display_name``     how the header names them
    ``module_on``        whether a module is switched on for them
    ``banners``          what every page must say ("sending stands still")
    ``save_language``    called when somebody signed in chooses a language
    ``isolated``         what a panel runs in, so that a failing query loses nothing else
    ``sign_in``, ``sign_out``, ``home``, ``search``: endpoints; one that does not exist is left out
    """

    actor: Callable[[], Actor | None] = lambda: None
    display_name: Callable[[], str] = lambda: ""
    module_on: Callable[[str], bool] = lambda module: True
    banners: Callable[[], Sequence[Banner]] = tuple
    save_language: Callable[[str], None] = lambda language: None
    isolated: Callable[[], AbstractContextManager[object]] = nullcontext
    languages: Sequence[str] = LANGUAGES
    sign_in: str = "security.login"
    sign_out: str = "security.logout"
    home: str = "today.index"
    search: str = "search.results"
    footer: Sequence[tuple[Text, str]] = field(default_factory=tuple)


def ports(app: Flask | None = None) -> WebPorts:
    """The ports of this application."""
    found = (app or current_app).extensions[EXTENSION]
    assert isinstance(found, WebPorts)
    return found
