"""What this feature adds to the application."""

from crm.extension_points import Feature, Scope
from crm.placements.models import Placement
from crm.placements.scopes import placement_scope


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(name="placements", scopes=(Scope(Placement, placement_scope),))
