"""What of outreach an administrator switches on or off for a unit."""

from crm.extension_points import Module
from outreach.campaigns.modules import BY_CALLER
from outreach.events.modules import EVENTS
from outreach.matching import wiring as matching
from outreach.scripts.modules import CALLS
from outreach.visits.modules import VISITS


def modules() -> tuple[Module, ...]:
    """All of them."""
    return (
        CALLS,
        BY_CALLER,
        VISITS,
        matching.MODULE,
        EVENTS,
    )
