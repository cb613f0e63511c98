"""What other pages show of events. Nothing where the module is off."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.web_ports import module_on
from outreach.events.modules import EVENTS
from outreach.events.page import words
from outreach.events.queries import events_near, invitations_of_employer


def employer_panel(context: Mapping[str, Any]) -> str:
    """To which events an employer was invited, and whether anybody came."""
    if not module_on(EVENTS.key):
        return ""
    rows = invitations_of_employer(current_actor(), context["employer"].id)
    return render_template("outreach_events/employer_panel.html", rows=rows, **words())


def today_card(context: Mapping[str, Any]) -> str:
    """The events of today and tomorrow, with the way to the list at the door."""
    events = events_near(current_actor(), clock.now()) if module_on(EVENTS.key) else []
    return render_template("outreach_events/today_card.html", events=events) if events else ""
