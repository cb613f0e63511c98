"""Pieces of other pages that outreach adds."""

from crm.extension_points import Panel
from outreach.calendars import wiring as calendars
from outreach.calling import wiring as calling
from outreach.campaigns import wiring as campaigns
from outreach.events import wiring as events
from outreach.lists import wiring as lists
from outreach.matching import wiring as matching
from outreach.materials import wiring as materials
from outreach.visits import wiring as visits


def panels() -> tuple[Panel, ...]:
    """All of them."""
    return (
        *calling.PANELS,
        *materials.PANELS,
        *campaigns.PANELS,
        *lists.PANELS,
        *visits.PANELS,
        *matching.PANELS,
        *events.PANELS,
        *calendars.PANELS,
    )
