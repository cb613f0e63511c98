"""The main menu and the settings menu: links that features registered, shown to whom they concern."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_babel import get_locale

from crm.actors import Actor
from crm.errors import PluginError
from crm.extension_points import NavItem
from crm.web.addresses import fixed_url
from crm.web.ports import ports

EXTENSION = "brobygg.nav"
_KEPT = "brobygg.nav.kept"


@dataclass(frozen=True)
class NavLink:
    """A link as the template shows it."""

    label: str
    href: str
    current: bool


def register_nav(app: Flask, item: NavItem) -> None:
    """Add a link to a menu. Two links with the same key are a mistake and stop the start."""
    items: dict[str, NavItem] = app.extensions.setdefault(EXTENSION, {})
    if item.key in items:
        raise PluginError(f"the menu item {item.key!r} is registered twice")
    items[item.key] = item


@dataclass(frozen=True)
class _Shown:
    """An item that somebody may follow, in their language."""

    item: NavItem
    label: str
    href: str
    blueprint: str
    is_alone: bool
    """No other item that is shown leads into its blueprint."""


def _shown_items() -> Sequence[_Shown]:
    """The items of both menus that the person signed in may follow, in order.

    They depend on the roles, on the modules that are on and on the language alone, and every page has them: they are
    put together once for each of these in a process.
    """
    actor = ports().actor()
    if actor is None:
        return ()
    extension = current_app.extensions
    items: Mapping[str, NavItem] = extension.get(EXTENSION, {})
    on = tuple(filter(ports().module_on, sorted({item.module for item in items.values() if item.module})))
    key = (actor.roles, on, str(get_locale()), request.script_root, len(items))
    kept: dict[Hashable, Sequence[_Shown]] = extension.setdefault(_KEPT, {})
    if key not in kept:
        kept[key] = _put_together(items.values(), actor, on)
    return kept[key]


def _put_together(items: Iterable[NavItem], actor: Actor, on: Collection[str]) -> Sequence[_Shown]:
    views = current_app.view_functions
    shown = [
        item
        for item in sorted(items, key=lambda item: (item.order, item.key))
        if item.endpoint in views and actor.has_role(*item.roles) and (item.module is None or item.module in on)
    ]
    blueprints = Counter(_blueprint(item.endpoint) for item in shown)
    return tuple(
        _Shown(item, str(item.label), fixed_url(item.endpoint), own := _blueprint(item.endpoint), blueprints[own] == 1)
        for item in shown
    )


def _is_here(shown: _Shown, endpoint: str) -> bool:
    """Whether the page shown belongs to the item: same blueprint, or same view where items that are shown share it."""
    return endpoint == shown.item.endpoint or (shown.is_alone and _blueprint(endpoint) == shown.blueprint)


def _blueprint(endpoint: str) -> str:
    return endpoint.rpartition(".")[0]


def nav_links(section: str = "main") -> list[NavLink]:
    """The links of a menu that the person signed in may follow, in order."""
    here = request.endpoint or ""
    shown = _shown_items()
    return [NavLink(each.label, each.href, _is_here(each, here)) for each in shown if each.item.section == section]
