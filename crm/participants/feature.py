"""What this feature adds to the application."""

from flask_babel import lazy_gettext as _l

from crm.extension_points import Feature, HistoryKind, Scope
from crm.participants import scopes
from crm.participants.models import (
    Consent,
    Enrolment,
    EnrolmentExit,
    EnrolmentHandler,
    Participant,
    ParticipantNamedStaff,
)


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="participants",
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


def _history_kinds() -> tuple[HistoryKind, ...]:
    return (
        HistoryKind("enrolment_started", _l("Start"), "info"),
        HistoryKind("enrolment_stage", _l("Stage"), "neutral"),
        HistoryKind("enrolment_exit", _l("Exit"), "brand2"),
        HistoryKind("enrolment_reopened", _l("Reopened"), "info"),
        HistoryKind("enrolment_handover", _l("Handover"), "neutral"),
    )
