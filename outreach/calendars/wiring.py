"""Everything that calendars give to the plugin, in one place."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.actors import Role
from crm.extension_points import Panel, PublicEndpoint, Scope, Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.calendars.models import CalendarFeed
from outreach.calendars.queries import feed_of, own_feed
from outreach.calendars.routes import blueprint

ACTIONS: Mapping[str, Text] = {
    "calendar_made": _l("Address of one's calendar made"),
    "calendar_revoked": _l("Address of one's calendar taken away"),
}


def _card(context: Mapping[str, Any]) -> str:
    """The way to one's calendar. One query."""
    return render_template("calendars/_card.html", feed=feed_of(current_actor()))


BLUEPRINT = blueprint
SCOPES = (Scope(CalendarFeed, own_feed),)
PUBLIC_ENDPOINTS = (PublicEndpoint("outreach_calendars.feed"),)
PANELS = (
    Panel(
        slot="settings.cards", key="outreach.calendar", render=_card, order=30,
        roles=frozenset({Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR}),
    ),
)  # fmt: skip
