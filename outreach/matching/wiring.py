"""What matching adds to the plugin, in one place."""

from flask import url_for

from crm.extension_points import HistoryKind, NavItem
from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext
from outreach.matching import (
    figure_routes,
    guide_routes,
    match_routes,
    mentor_routes,
    offer_routes,
    profile_routes,
    promise_routes,
)
from outreach.matching.blueprint import blueprint
from outreach.matching.modules import MATCHING
from outreach.matching.panels import matching_panels
from outreach.matching.scopes import FIGURES, matching_scopes
from outreach.matching.services.matches import MATCH_LINE

BLUEPRINT = blueprint
ROUTES = (
    figure_routes, guide_routes, match_routes, mentor_routes, offer_routes, profile_routes, promise_routes,
)  # fmt: skip
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""
MODULE = MATCHING
NAV_ITEMS = (
    NavItem(
        key="outreach.matching",
        label=_l("Matching"),
        endpoint="outreach_matching.index",
        order=66,
        roles=frozenset(FIGURES),
        module=MATCHING.key,
    ),
)
PANELS = matching_panels()
SCOPES = matching_scopes()


def _page_of(public_id: str) -> str:
    return url_for("outreach_matching.show_match", public_id=public_id)


HISTORY_KINDS = (HistoryKind(MATCH_LINE, lazy_pgettext("matching", "Match"), "brand2", href=_page_of),)
