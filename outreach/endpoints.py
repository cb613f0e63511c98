"""The pages of outreach, and which of them answer people who are not signed in."""

from flask import Blueprint

from crm.extension_points import NavItem, PublicEndpoint
from outreach.calendars import wiring as calendars
from outreach.calling import wiring as calling
from outreach.campaigns.wiring import BLUEPRINT as CAMPAIGNS
from outreach.campaigns.wiring import NAV_ITEM as CAMPAIGNS_ITEM
from outreach.events import wiring as events
from outreach.lists.wiring import BLUEPRINT as CALL_LISTS
from outreach.lists.wiring import NAV_ITEM as LISTS_ITEM
from outreach.matching import wiring as matching
from outreach.materials import wiring as materials
from outreach.scripts.pages.wiring import BLUEPRINT as CALL_SCRIPTS
from outreach.scripts.pages.wiring import NAV_ITEM as SCRIPTS_ITEM
from outreach.visits import wiring as visits


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint."""
    return (
        CALL_SCRIPTS,
        CALL_LISTS,
        CAMPAIGNS,
        calling.BLUEPRINT,
        materials.BLUEPRINT,
        visits.BLUEPRINT,
        matching.BLUEPRINT,
        *events.BLUEPRINTS,
        calendars.BLUEPRINT,
    )


def nav_items() -> tuple[NavItem, ...]:
    """Links in the menus."""
    return (
        LISTS_ITEM,
        CAMPAIGNS_ITEM,
        SCRIPTS_ITEM,
        *visits.NAV_ITEMS,
        *matching.NAV_ITEMS,
        events.NAV_ITEM,
    )


def public_endpoints() -> tuple[PublicEndpoint, ...]:
    """Endpoints that check a token of their own."""
    return (
        *visits.PUBLIC_ENDPOINTS,
        *events.PUBLIC_ENDPOINTS,
        *calendars.PUBLIC_ENDPOINTS,
    )
