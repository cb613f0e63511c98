"""Everything that the room of events adds, for the plugin's own lists."""

from flask import url_for

from crm.employers.queries import STAFF
from crm.extension_points import HistoryKind, NavItem, Panel, PublicEndpoint, Scope
from crm.lazy_texts import lazy_gettext as _l
from outreach.events import door_routes, follow_routes, invite_routes, reply_routes, routes
from outreach.events.blueprint import blueprint
from outreach.events.lines import LINE
from outreach.events.models import EventInvitation, EventOptOut, OutreachEvent
from outreach.events.modules import EVENTS
from outreach.events.panels import employer_panel, today_card
from outreach.events.reply_routes import ONE_CLICK, OWN_TOKEN
from outreach.events.scopes import event_scope, invitation_scope, opt_out_scope

ROUTES = (routes, invite_routes, door_routes, follow_routes)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""
BLUEPRINTS = (blueprint, reply_routes.blueprint)
NAV_ITEM = NavItem(
    "outreach.events", _l("Events"), "outreach_events.index", 65, roles=frozenset(STAFF), module=EVENTS.key
)
PUBLIC_ENDPOINTS = (
    *(PublicEndpoint(f"outreach_event_reply.{name}") for name in ("show", "calendar", "ask_no_more", "lead_back")),
    *(PublicEndpoint(f"outreach_event_reply.{name}", csrf_exempt_because=OWN_TOKEN) for name in ("answer", "again")),
    PublicEndpoint("outreach_event_reply.no_more", csrf_exempt_because=ONE_CLICK),
    PublicEndpoint("outreach_event_reply.code"),
)
PANELS = (
    Panel("employer.panels", "outreach.events", employer_panel, order=75, roles=frozenset(STAFF)),
    Panel("today.cards", "outreach.events", today_card, order=40, roles=frozenset(STAFF)),
)
SCOPES = (
    Scope(OutreachEvent, event_scope),
    Scope(EventInvitation, invitation_scope),
    Scope(EventOptOut, opt_out_scope),
)


def _invitation_of(source_ref: str) -> str | None:
    """The page of the invitation that a line came from."""
    return url_for("outreach_events.invitation", public_id=source_ref.partition(":")[0])


HISTORY_KIND = HistoryKind(LINE, _l("Event"), "brand2", href=_invitation_of)
