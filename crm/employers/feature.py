"""What this feature adds to the application."""

from flask import url_for
from flask_babel import lazy_gettext as _l

from crm.employers import contact_routes, person_routes, relationship_routes, routes
from crm.employers.audit_labels import ACTIONS, SUBJECTS
from crm.employers.blueprint import blueprint
from crm.employers.models import (
    Contact,
    ContactPerson,
    Employer,
    EmployerRelationship,
    Position,
    Workplace,
)
from crm.employers.queries import STAFF, everybody_here, own_contacts, own_relationships
from crm.employers.today_panel import next_up
from crm.extension_points import Feature, HistoryKind, NavItem, Panel, Scope

ROUTES = (routes, contact_routes, person_routes, relationship_routes)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""


def _contact_href(public_id: str) -> str:
    return url_for("employers.edit_contact", public_id=public_id)


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="employers",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        blueprints=[blueprint],
        nav_items=[
            NavItem(
                key="employers", label=_l("Employers"), endpoint="employers.index", order=20, roles=frozenset(STAFF)
            )
        ],
        panels=[Panel(slot="today.first", key="employers.next_up", render=next_up, order=10)],
        history_kinds=[
            HistoryKind("contact", _l("Contact"), "success", href=_contact_href, day_only=True),
            HistoryKind("stage", _l("Stage"), "brand2"),
            HistoryKind("relationship", _l("Responsible"), "neutral"),
            HistoryKind("block", _l("Block"), "danger"),
            HistoryKind("warning", _l("Warning"), "warning"),
        ],
        scopes=[
            *(Scope(model, everybody_here) for model in (Employer, Workplace, ContactPerson, Position)),
            Scope(EmployerRelationship, own_relationships),
            Scope(Contact, own_contacts),
        ],
    )
