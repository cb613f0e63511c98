"""What this feature adds to the application."""

from datetime import timedelta

from crm.actors import Role
from crm.employers import (
    add_routes,
    bulk_routes,
    contact_routes,
    feature_parts,
    person_routes,
    register_routes,
    relationship_routes,
    routes,
    stage_routes,
    view_routes,
)
from crm.employers.audit_labels import ACTIONS, FIELDS, NAMES, SUBJECTS
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
from crm.employers.register_panels import panels as register_panels
from crm.employers.registers.watching import EVERY, WATCH_JOB, watch
from crm.employers.saved_views import own_bulk_actions, readable_views
from crm.employers.staff_panel import staff_panel
from crm.employers.today_panel import next_up
from crm.employers.view_models import BulkAction, SavedView
from crm.extension_points import Feature, HistoryKind, NavItem, Panel, PeriodicJob, Scope
from crm.lazy_texts import lazy_gettext as _l
from crm.web.addresses import row_url

ROUTES = (
    routes,
    add_routes,
    register_routes,
    contact_routes,
    person_routes,
    relationship_routes,
    stage_routes,
    view_routes,
    bulk_routes,
    *feature_parts.route_modules(),
)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""


def _contact_href(public_id: str) -> str:
    return row_url("employers.edit_contact", public_id)


def _nav_items() -> list[NavItem]:
    return [
        NavItem(key="employers", label=_l("Employers"), endpoint="employers.index", order=20, roles=frozenset(STAFF)),
        NavItem(
            key="employers.stages",
            label=_l("Stages of the pipeline"),
            endpoint="employers.stages_of_units",
            order=50,
            roles=frozenset(stage_routes.CHOOSERS),
            section="settings",
        ),
        NavItem(
            key="employers.registers",
            label=_l("Business registers"),
            endpoint="employers.registers_page",
            order=60,
            roles=frozenset(register_routes.MANAGERS),
            section="settings",
        ),
    ]


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="employers",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_names=NAMES,
        audit_fields=FIELDS,
        blueprints=[blueprint],
        nav_items=[
            *feature_parts.nav_items(),
            *_nav_items(),
        ],
        periodic_jobs=[
            *feature_parts.periodic_jobs(),
            PeriodicJob(WATCH_JOB, every=EVERY, run=watch, late_after=timedelta(hours=3)),
        ],
        panels=[
            Panel(slot="today.first", key="employers.next_up", render=next_up, order=10),
            Panel(slot="staff.panels", key="employers.held", render=staff_panel, roles=frozenset({Role.ADMINISTRATOR})),
            *register_panels(),
        ],
        history_kinds=[
            HistoryKind("contact", _l("Contact"), "success", href=_contact_href, day_only=True),
            HistoryKind("stage", _l("Stage"), "brand2"),
            HistoryKind("relationship", _l("Responsible"), "neutral"),
            HistoryKind("block", _l("Block"), "danger"),
            HistoryKind("warning", _l("Warning"), "warning"),
            *feature_parts.history_kinds(),
            HistoryKind("register", _l("Register"), "info"),
        ],
        subscriptions=feature_parts.subscriptions(),
        message_purposes=feature_parts.purposes(),
        scopes=[
            *feature_parts.scopes(),
            *(Scope(model, everybody_here) for model in (Employer, Workplace, ContactPerson, Position)),
            Scope(EmployerRelationship, own_relationships),
            Scope(Contact, own_contacts),
            Scope(SavedView, readable_views),
            Scope(BulkAction, own_bulk_actions),
        ],
    )
