"""What this room adds to the plugin."""

from flask import render_template

from crm.employers.queries import STAFF
from crm.extension_points import NavItem, Panel
from crm.lazy_texts import lazy_gettext as _l
from outreach.campaigns import routes
from outreach.campaigns.blueprint import blueprint
from outreach.scripts.modules import CALLS

ROUTES = (routes,)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""
BLUEPRINT = blueprint
NAV_ITEM = NavItem(
    key="campaigns",
    label=_l("Campaigns"),
    endpoint="campaigns.index",
    order=62,
    roles=frozenset(STAFF),
    module=CALLS.key,
    section="settings",
)
PANELS = (
    Panel(
        "call_lists.links", "outreach.campaigns", lambda context: render_template("campaigns/_links.html"),
        roles=frozenset(STAFF),
    ),
    Panel(
        "call_list.links", "outreach.campaign",
        lambda context: render_template("campaigns/_link.html", call_list=context["call_list"]), roles=frozenset(STAFF),
    ),
)  # fmt: skip
"""Links from the pages of lists, which know nothing of campaigns."""
