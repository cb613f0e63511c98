"""What this feature adds to the application."""

from crm.actors import Role
from crm.events import OptedOut, StaffDisabled, StaffMoved
from crm.extension_points import Feature, HistoryKind, NavItem, Scope, Subscription
from crm.lazy_texts import lazy_gettext as _l
from crm.participants import scopes
from crm.participants.audit_labels import ACTIONS, FIELDS, NAMES, SUBJECTS
from crm.participants.listeners import ask_for_new_coordinator, write_refusal_down
from crm.participants.models import (
    Consent,
    Enrolment,
    EnrolmentExit,
    EnrolmentHandler,
    Participant,
    ParticipantNamedStaff,
)
from crm.participants.routes.addresses import blueprint


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="participants",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_names=NAMES,
        audit_fields=FIELDS,
        blueprints=(blueprint(),),
        nav_items=(_nav_item(),),
        subscriptions=(
            Subscription(OptedOut.key, write_refusal_down),
            Subscription(StaffDisabled.key, ask_for_new_coordinator),
            Subscription(StaffMoved.key, ask_for_new_coordinator),
        ),
        history_kinds=_history_kinds(),
        scopes=(
            Scope(Participant, scopes.participant_scope),
            Scope(ParticipantNamedStaff, scopes.named_staff_scope),
            Scope(Enrolment, scopes.enrolment_scope),
            Scope(EnrolmentExit, scopes.exit_scope),
            Scope(EnrolmentHandler, scopes.handler_scope),
            Scope(Consent, scopes.consent_scope),
        ),
    )


def _nav_item() -> NavItem:
    return NavItem(
        key="participants",
        label=_l("Participants"),
        endpoint="participants.index",
        order=30,
        roles=frozenset({Role.COORDINATOR, Role.MANAGER}),
    )


def _history_kinds() -> tuple[HistoryKind, ...]:
    return (
        HistoryKind("enrolment_started", _l("Start"), "info"),
        HistoryKind("enrolment_stage", _l("Stage"), "neutral"),
        HistoryKind("enrolment_exit", _l("Exit"), "brand2"),
        HistoryKind("enrolment_reopened", _l("Reopened"), "info"),
        HistoryKind("enrolment_handover", _l("Handover"), "neutral"),
    )
