"""Who sees which placements, and what hangs on them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, select

from crm.actors import Actor
from crm.extension_points import Scope
from crm.participants.scopes import follows_participant
from crm.placements.around_models import Caseworker, PlacementAlert, SharingConsent, SharingEntry
from crm.placements.models import Placement
from crm.placements.step_models import (
    Approval,
    CheckIn,
    Clarification,
    PlacementCertificate,
    PlacementEvaluation,
    ThreePartyMeeting,
    WorkInstruction,
)

_OF_A_PLACEMENT = (
    Approval,
    CheckIn,
    Clarification,
    PlacementAlert,
    PlacementCertificate,
    PlacementEvaluation,
    ThreePartyMeeting,
    WorkInstruction,
)
_OF_A_PERSON = (Placement, Caseworker, SharingConsent, SharingEntry)


def placement_scope(actor: Actor) -> ColumnElement[bool]:
    """A placement is seen by those who see the participant."""
    return follows_participant(Placement.participant_id, actor)


def scopes() -> tuple[Scope, ...]:
    """Everything of a placement, and of a person around it, is seen by those who see the participant."""
    of_persons = [Scope(model, _by_person(model)) for model in _OF_A_PERSON]
    return (*of_persons, *(Scope(model, _by_placement(model)) for model in _OF_A_PLACEMENT))


def _by_person(model: type[Any]) -> Callable[[Actor], ColumnElement[bool]]:
    return lambda actor: follows_participant(model.participant_id, actor)


def _by_placement(model: type[Any]) -> Callable[[Actor], ColumnElement[bool]]:
    return lambda actor: model.placement_id.in_(select(Placement.id).where(placement_scope(actor)))
