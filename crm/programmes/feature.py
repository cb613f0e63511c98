"""What this feature adds to the application."""

from crm.actors import Role
from crm.extension_points import Feature, NavItem, Scope
from crm.lazy_texts import lazy_gettext as _l
from crm.programmes import card_routes, routes
from crm.programmes.audit_labels import ACTIONS, FIELDS, NAMES, SUBJECTS
from crm.programmes.blueprint import blueprint
from crm.programmes.card_models import ProgrammeGoal, ProgrammeMilestone, ProgrammePartner
from crm.programmes.merging import merge_partners
from crm.programmes.models import Programme
from crm.programmes.scopes import goal_scope, milestone_scope, partner_scope, programme_scope

ROUTES = (routes, card_routes)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="programmes",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_names=NAMES,
        audit_fields=FIELDS,
        blueprints=(blueprint,),
        nav_items=(
            NavItem(
                key="programmes",
                label=_l("Programmes"),
                endpoint="programmes.index",
                order=30,
                roles=frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
                section="settings",
            ),
        ),
        scopes=(
            Scope(Programme, programme_scope),
            Scope(ProgrammePartner, partner_scope),
            Scope(ProgrammeMilestone, milestone_scope),
            Scope(ProgrammeGoal, goal_scope),
        ),
        merge_steps=(merge_partners,),
    )
