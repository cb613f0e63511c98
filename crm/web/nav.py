"""The main menu and the settings menu: links that features registered, shown to whom they concern."""

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


def _shown(item: NavItem) -> bool:
    if item.endpoint not in current_app.view_functions:
        return False
    actor = ports().actor()
    if actor is None or not actor.has_role(*item.roles):
        return False
    return item.module is None or ports().module_on(item.module)


def _is_here(item: NavItem) -> bool:
    """Whether the page shown belongs to the item: same blueprint, or same view where items that are shown share it."""
    here = request.endpoint or ""
    if here == item.endpoint:
        return True
    if _blueprint(here) != _blueprint(item.endpoint):
        return False
    sharing = [each for each in _items() if _blueprint(each.endpoint) == _blueprint(item.endpoint) and _shown(each)]
    return len(sharing) == 1


def _blueprint(endpoint: str) -> str:
    return endpoint.rpartition(".")[0]


def nav_links(section: str = "main") -> list[NavLink]:
    """The links of a menu that the person signed in may follow, in order."""
    found = sorted(
        (item for item in _items() if item.section == section),
        key=lambda item: (item.order, item.key),
    )
    return [NavLink(str(item.label), fixed_url(item.endpoint), _is_here(item)) for item in found if _shown(item)]
