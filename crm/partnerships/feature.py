"""What this feature adds to the application."""

from crm.actors import Role
from crm.employers.queries import STAFF
from crm.events import RelationshipHandedOver
from crm.extension_points import Feature, HistoryKind, NavItem, Panel, Scope, Subscription
from crm.lazy_texts import lazy_gettext as _l
from crm.partnerships import commitment_routes, report_routes, routes, voice_routes
from crm.partnerships.audit_labels import ACTIONS, FIELDS, NAMES, SUBJECTS
from crm.partnerships.blueprint import blueprint
from crm.partnerships.handing_over import follow_the_relationship
from crm.partnerships.merging import merge_partnerships
from crm.partnerships.models import (
    Commitment,
    CommitmentEvidence,
    Partnership,
    PartnershipReview,
    Testimonial,
)
from crm.partnerships.modules import PARTNERSHIPS
from crm.partnerships.panels import employer_panel, running_panel
from crm.partnerships.scopes import (
    commitment_scope,
    evidence_scope,
    partnership_scope,
    review_scope,
    testimonial_scope,
)

ROUTES = (routes, commitment_routes, report_routes, voice_routes)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="partnerships",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_names=NAMES,
        audit_fields=FIELDS,
        blueprints=(blueprint,),
        nav_items=(
            NavItem(
                key="partnerships",
                label=_l("CSR partnerships"),
                endpoint="partnerships.index",
                order=64,
                roles=frozenset(STAFF),
                module=PARTNERSHIPS.key,
            ),
            NavItem(
                key="promises",
                label=_l("Promised and delivered"),
                endpoint="partnerships.report",
                order=64,
                roles=frozenset({Role.EVALUATOR}),
                module=PARTNERSHIPS.key,
            ),
        ),
        panels=(
            Panel("employer.running", "partnerships", running_panel, order=60, roles=frozenset(STAFF)),
            Panel("employer.panels", "partnerships.all", employer_panel, order=70, roles=frozenset(STAFF)),
        ),
        history_kinds=(
            HistoryKind("partnership", _l("CSR partnership"), "brand2"),
            HistoryKind("testimonial", _l("Testimonial"), "success"),
        ),
        scopes=(
            Scope(Partnership, partnership_scope),
            Scope(PartnershipReview, review_scope),
            Scope(Commitment, commitment_scope),
            Scope(CommitmentEvidence, evidence_scope),
            Scope(Testimonial, testimonial_scope),
        ),
        modules=(PARTNERSHIPS,),
        merge_steps=(merge_partnerships,),
        subscriptions=(Subscription(RelationshipHandedOver.key, follow_the_relationship),),
    )
