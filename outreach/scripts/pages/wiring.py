"""What the pages of call scripts add to the application. Importing it puts every route onto the blueprint."""

from crm.extension_points import NavItem
from crm.lazy_texts import lazy_gettext as _l
from outreach.scripts.modules import CALLS
from outreach.scripts.pages import draft_routes, routes, script_routes, step_routes, trying_routes
from outreach.scripts.pages.blueprint import blueprint
from outreach.scripts.queries import STAFF

ROUTES = (routes, script_routes, draft_routes, step_routes, trying_routes)
BLUEPRINT = blueprint
NAV_ITEM = NavItem(
    "call_scripts", _l("Call scripts"), "call_scripts.index", 56, frozenset(STAFF), module=CALLS.key, section="settings"
)
