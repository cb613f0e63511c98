"""What this feature adds to the application."""

from flask import Flask

from crm.extension_points import Feature, NavItem
from crm.lazy_texts import lazy_gettext as _l
from crm.reports.percentages import shown_percent, words
from crm.reports.routes import blueprint


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="reports",
        blueprints=[blueprint],
        nav_items=[NavItem("follow-up", _l("Follow-up"), "reports.follow_up", 40)],
    )


@blueprint.record_once
def _percentages_in_templates(state: object) -> None:
    app = getattr(state, "app", None)
    assert isinstance(app, Flask)
    app.jinja_env.globals.update(shown_percent=shown_percent, words=words)
