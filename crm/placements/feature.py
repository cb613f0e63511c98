"""What this feature adds to the application."""

from flask_babel import lazy_gettext as _l

from crm.actors import Role
from crm.extension_points import Feature, HistoryKind, Panel, Scope
from crm.placements.audit_labels import ACTIONS
from crm.placements.models import Placement
from crm.placements.panels import employer_panel, participant_panel
from crm.placements.routes import blueprint
from crm.placements.scopes import placement_scope

_WORKS_WITH_PEOPLE = frozenset({Role.COORDINATOR, Role.MANAGER})


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="placements",
        audit_labels=ACTIONS,
        blueprints=(blueprint,),
        panels=(
            Panel("participant.panels", "placements", participant_panel, order=10, roles=_WORKS_WITH_PEOPLE),
            Panel("employer.panels", "placements", employer_panel, order=50, roles=_WORKS_WITH_PEOPLE),
        ),
        history_kinds=(
            HistoryKind("placement_started", _l("Placement"), "success"),
            HistoryKind("placement_ended", _l("Placement"), "neutral"),
        ),
        scopes=(Scope(Placement, placement_scope),),
    )
