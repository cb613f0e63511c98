"""The main menu and the settings menu: links that features registered, shown to whom they concern."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask, current_app, request

from crm.errors import PluginError
from crm.extension_points import NavItem
from crm.web.addresses import fixed_url
from crm.web.ports import ports

EXTENSION = "brobygg.nav"


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


def _items() -> list[NavItem]:
    items: dict[str, NavItem] = current_app.extensions.get(EXTENSION, {})
    return list(items.values())


def _shown_items() -> list[NavItem]:
    """The items that the person signed in may follow. Every page asks, so who it is is asked once."""
    actor = ports().actor()
    if actor is None:
        return []
    views, module_on = current_app.view_functions, ports().module_on
    return [
        item
        for item in _items()
        if item.endpoint in views and actor.has_role(*item.roles) and (item.module is None or module_on(item.module))
    ]


def _is_here(item: NavItem, shown: Sequence[NavItem]) -> bool:
    """Whether the page shown belongs to the item: same blueprint, or same view where items that are shown share it."""
    here = request.endpoint or ""
    if here == item.endpoint:
        return True
    own = _blueprint(item.endpoint)
    return _blueprint(here) == own and sum(_blueprint(each.endpoint) == own for each in shown) == 1


def _blueprint(endpoint: str) -> str:
    return endpoint.rpartition(".")[0]


def nav_links(section: str = "main") -> list[NavLink]:
    """The links of a menu that the person signed in may follow, in order."""
    shown = _shown_items()
    found = sorted((item for item in shown if item.section == section), key=lambda item: (item.order, item.key))
    return [NavLink(str(item.label), fixed_url(item.endpoint), _is_here(item, shown)) for item in found]
