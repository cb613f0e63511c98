"""Everything that visits give to the plugin, in one place."""

from flask import url_for

from crm.actors import Role
from crm.extension_points import HistoryKind, NavItem, Panel, PublicEndpoint, Scope, TaskPlace
from crm.lazy_texts import lazy_gettext as _l
from outreach.visits import device_routes, leaving, log_routes, phone_routes, routes
from outreach.visits.blueprint import ANYBODY, blueprint
from outreach.visits.models import Visit, VisitDevice, VisitReport
from outreach.visits.modules import VISITS
from outreach.visits.panels import employer_panel, settings_panel, staff_panel, today_panel
from outreach.visits.scopes import device_scope, report_scope, visit_scope
from outreach.visits.services.traces import KIND, visit_of_task

ROUTES = (routes, log_routes, phone_routes, device_routes, leaving)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""
_STAFF = frozenset({Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR})


def _visit_href(public_id: str) -> str:
    return url_for("outreach_visits.show", public_id=public_id)


def _log_href(source_ref: str) -> str:
    return url_for("outreach_visits.show", public_id=visit_of_task(source_ref), _anchor="log")


BLUEPRINT = blueprint
SCOPES = (Scope(Visit, visit_scope), Scope(VisitReport, report_scope), Scope(VisitDevice, device_scope))
HISTORY_KINDS = (HistoryKind(KIND, _l("Visit"), "info", href=_visit_href),)
TASK_PLACES = (TaskPlace(KIND, _l("Log the visit"), _log_href, own_panel=True),)
PUBLIC_ENDPOINTS = (PublicEndpoint(ANYBODY),)
NAV_ITEMS = (
    NavItem(
        "outreach.visits", _l("Visits"), "outreach_visits.index", order=61, roles=_STAFF, module=VISITS.key,
        section="settings",
    ),
)  # fmt: skip
PANELS = (
    Panel(slot="today.first", key="outreach.visits", render=today_panel, order=5, roles=_STAFF),
    Panel(slot="employer.running", key="outreach.visits", render=employer_panel, order=10, roles=_STAFF),
    Panel(slot="settings.cards", key="outreach.visit_devices", render=settings_panel, order=40, roles=_STAFF),
    Panel(
        slot="staff.panels", key="outreach.visit_devices", render=staff_panel, order=40,
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
)  # fmt: skip
