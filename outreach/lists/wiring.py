"""What this room adds to the plugin: its pages with their modules, and links to them."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.web_ports import module_on
from crm.employers.queries import STAFF
from crm.extension_points import NavItem, Panel
from crm.lazy_texts import lazy_gettext as _l
from outreach.lists import builder_routes, entry_routes, file_routes, routes
from outreach.lists.blueprint import blueprint
from outreach.scripts.modules import CALLS

ROUTES = (routes, builder_routes, entry_routes, file_routes)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""
BLUEPRINT = blueprint
NAV_ITEM = NavItem(
    key="call_lists",
    label=_l("Call lists"),
    endpoint="call_lists.index",
    order=60,
    roles=frozenset(STAFF),
    module=CALLS.key,
)


def _from_here(context: Mapping[str, Any]) -> str:
    """A way from the list of employers, as it is filtered, to a call list of them."""
    return render_template("call_lists/_from_here.html", query=context["query"]) if module_on(CALLS.key) else ""


PANELS = (Panel("employers.list", "outreach.call_list", _from_here, roles=frozenset(STAFF)),)
