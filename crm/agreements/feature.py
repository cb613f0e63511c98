"""What this feature adds to the application."""

from datetime import timedelta

from crm.agreements import action_routes, draft_routes, routes, signing_routes
from crm.agreements.audit_labels import ACTIONS, FIELDS, NAMES, SUBJECTS
from crm.agreements.blueprint import WRITERS, blueprint
from crm.agreements.handing_over import follow_the_relationship
from crm.agreements.mail import purposes
from crm.agreements.merging import merge_agreements, take_back_agreements
from crm.agreements.models import Agreement
from crm.agreements.panels import employer_panel
from crm.agreements.queries import agreed_with, own_agreements, stage_wants_agreement
from crm.agreements.search import search_documents
from crm.agreements.services.rows import HISTORY_KIND
from crm.agreements.tasks import look_after_agreements
from crm.employers.queries import STAFF
from crm.events import RelationshipHandedOver
from crm.extension_points import (
    ApproachReason,
    Feature,
    HistoryKind,
    MergeStep,
    Module,
    NavItem,
    Panel,
    PeriodicJob,
    PublicEndpoint,
    Scope,
    StageRequirement,
    Subscription,
)
from crm.lazy_texts import lazy_gettext as _l
from crm.web.addresses import row_url

ROUTES = (routes, draft_routes, action_routes)
"""The modules that hang their views on the blueprint; named here so that they are loaded with it."""
MODULE = "agreements"
STAGES = ("agreement", "agreement_active")
"""Stages that want an agreement in force; it is said, and blocks nothing."""
NEW_AGREEMENT = ("agreements.add", _l("New agreement"), frozenset(WRITERS))


def _href(source_ref: str) -> str:
    return row_url("agreements.show", source_ref.partition(":")[0])


def _public() -> tuple[PublicEndpoint, ...]:
    reading = tuple(PublicEndpoint(f"agreements_signing.{name}") for name in ("show", "lead_back", "pdf"))
    writing = tuple(
        PublicEndpoint(f"agreements_signing.{name}", csrf_exempt_because=signing_routes.OWN_TOKEN)
        for name in ("sign", "refuse")
    )
    return reading + writing


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    staff = frozenset(STAFF)
    return Feature(
        name="agreements",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_names=NAMES,
        audit_fields=FIELDS,
        blueprints=(blueprint, signing_routes.blueprint),
        nav_items=(NavItem(MODULE, _l("Agreements"), "agreements.index", 62, staff, module=MODULE),),
        modules=(
            Module(MODULE, _l("List of agreements"), _l("Shows all agreements of the unit in one list in the menu.")),
        ),
        panels=(Panel("employer.running", "agreements", employer_panel, order=40, roles=staff),),
        history_kinds=(HistoryKind(HISTORY_KIND, _l("Agreement"), "brand2", href=_href),),
        scopes=(Scope(Agreement, own_agreements),),
        search_documents=(search_documents(),),
        public_endpoints=_public(),
        message_purposes=purposes(),
        periodic_jobs=(PeriodicJob("agreements.daily", timedelta(hours=1), look_after_agreements, timedelta(hours=6)),),
        stage_requirements=tuple(
            StageRequirement(f"agreements.{stage}", stage, stage_wants_agreement, offer=NEW_AGREEMENT)
            for stage in STAGES
        ),
        subscriptions=(Subscription(RelationshipHandedOver.key, follow_the_relationship),),
        merge_steps=(MergeStep("agreements", merge_agreements, take_back_agreements),),
        approach_reasons=(ApproachReason("agreement", agreed_with),),
    )
