"""What this feature adds to the application."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement

from crm.actors import Actor, Role
from crm.extension_points import Feature, Panel, Scope
from crm.participants.scopes import follows_participant
from crm.plans.audit_labels import ACTIONS
from crm.plans.models import ParticipantProfile, PlanPaper
from crm.plans.modules import PLANS
from crm.plans.panels import plans_panel
from crm.plans.routes import blueprint


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="plans",
        audit_labels=ACTIONS,
        blueprints=(blueprint,),
        panels=(
            Panel(
                "participant.panels",
                "plans",
                plans_panel,
                order=12,
                roles=frozenset({Role.COORDINATOR, Role.MANAGER}),
            ),
        ),
        scopes=tuple(Scope(model, _by_person(model)) for model in (ParticipantProfile, PlanPaper)),
        modules=(PLANS,),
    )


def _by_person(model: type[Any]) -> Callable[[Actor], ColumnElement[bool]]:
    return lambda actor: follows_participant(model.participant_id, actor)
