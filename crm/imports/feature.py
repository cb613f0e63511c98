"""What this feature adds to the application."""

from crm.extension_points import Feature


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(name="imports")
