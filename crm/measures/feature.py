"""What this feature adds to the application."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.extension_points import Feature, Panel
from crm.measures import before_after_routes, routes, setting_routes
from crm.measures.audit_labels import ACTIONS, SUBJECTS
from crm.measures.routes import blueprint

ROUTES = (routes, setting_routes, before_after_routes)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""


def _link(context: Mapping[str, Any]) -> str:
    """The way from the Follow-up page; nothing on paper."""
    return "" if context.get("printing") else render_template("measures/_link.html")


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="measures",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        blueprints=[blueprint],
        panels=[Panel("followup.details", "measures", _link, order=90)],
    )
