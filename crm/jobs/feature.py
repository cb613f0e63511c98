"""What this feature adds to the application."""

from crm.extension_points import Feature, PublicEndpoint
from crm.jobs.routes import blueprint


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(name="jobs", blueprints=[blueprint], public_endpoints=[PublicEndpoint("jobs.health")])
