"""What this feature adds to the application."""

from crm.extension_points import Feature, Scope
from crm.programmes.models import Programme
from crm.programmes.scopes import programme_scope


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(name="programmes", scopes=(Scope(Programme, programme_scope),))
