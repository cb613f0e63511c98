"""What this feature adds to the application."""

from crm.extension_points import Feature
from crm.note_guard.routes import blueprint


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(name="note_guard", blueprints=[blueprint])
