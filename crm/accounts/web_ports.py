"""How the web shell asks accounts who is signed in; bound by crm/app.py."""

from collections.abc import Callable, Sequence

from flask import g, session

from crm.accounts.current import current_actor, current_staff, signed_in_actor
from crm.accounts.queries import modules_on
from crm.db import reading_apart, transaction
from crm.web.ports import Banner, WebPorts

_MODULES = "brobygg_modules"


def web_ports(banners: Callable[[], Sequence[Banner]] = tuple) -> WebPorts:
    """Everything that the shell needs to know about the person signed in; ``banners`` come from above."""
    return WebPorts(
        actor=signed_in_actor,
        display_name=_display_name,
        module_on=module_on,
        save_language=_save_language,
        isolated=reading_apart,
        banners=banners,
        home="tasks.today",
    )


def module_on(key: str) -> bool:
    """Whether a module is on for the unit of the person signed in. Read once for each request."""
    if _MODULES not in g:
        setattr(g, _MODULES, modules_on(current_actor()))
    modules: frozenset[str] = getattr(g, _MODULES)
    return key in modules


def _display_name() -> str:
    return current_staff().name


def _save_language(language: str) -> None:
    with transaction():
        current_staff().language = language
    session["language"] = language
