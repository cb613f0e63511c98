"""Changing follow-up plans. All run inside ``transaction()``.

What follows for the exits is recomputed in batches after it (``surveys.plans.preview.replan``).
"""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.audit import record
from crm.actors import Actor, Role
from crm.db import current_session
from crm.errors import DomainError, EditConflict, NotAllowed
from surveys.models import FollowUpPlan

_FIELDS = ("days_after", "channels", "reminder_days", "close_days", "self_sending_days", "active")


@dataclass(frozen=True)
class PlanValues:
    """What a plan says. ``reminder_days`` and ``close_days`` count from the invitation."""

    days_after: int
    channels: tuple[str, ...]
    reminder_days: tuple[int, ...]
    close_days: int
    self_sending_days: int
    active: bool


def values_of(plan: FollowUpPlan) -> PlanValues:
    """What a stored plan says."""
    return PlanValues(
        days_after=plan.days_after,
        channels=tuple(plan.channels),
        reminder_days=tuple(int(day) for day in plan.reminder_days),
        close_days=plan.close_days,
        self_sending_days=plan.self_sending_days,
        active=plan.active,
    )


def check_values(values: PlanValues) -> None:
    """Raises DomainError on the field that does not hold together with the others."""
    if not values.channels:
        raise DomainError(_("Choose at least one way to send."), field="channels")
    if list(values.reminder_days) != sorted(set(values.reminder_days)):
        raise DomainError(_("Write each reminder once, the earliest first."), field="reminder_days")
    if values.reminder_days and values.reminder_days[-1] >= values.close_days:
        raise DomainError(_("The last reminder must come before the survey closes."), field="reminder_days")


def may_change(actor: Actor, plan: FollowUpPlan) -> bool:
    """A plan for every unit is the administrators'; one of a unit is its managers' too."""
    if plan.unit_id is None:
        return actor.has_role(Role.ADMINISTRATOR)
    return plan.unit_id in actor.unit_ids and actor.has_role(Role.ADMINISTRATOR, Role.MANAGER)


def change_plan(actor: Actor, *, plan_id: int, version: int, values: PlanValues) -> FollowUpPlan:
    """Change what a plan says. Raises NotAllowed, EditConflict when somebody else was faster, DomainError.

    The caller then recomputes the exits that the plan concerns (``surveys.plans.preview.replan``); should that be cut
    short, the nightly reconciliation finishes it.
    """
    plan = current_session().scalars(select(FollowUpPlan).where(FollowUpPlan.id == plan_id).with_for_update()).one()
    if not may_change(actor, plan):
        raise NotAllowed(_("This plan is for every unit. Ask an administrator, or make a plan of your own."))
    if plan.version_id != version:
        current = {name: getattr(plan, name) for name in _FIELDS}
        raise EditConflict(_("Somebody changed this plan while you had the page open."), current=current)
    check_values(values)
    for name in _FIELDS:
        given = getattr(values, name)
        setattr(plan, name, list(given) if isinstance(given, tuple) else given)
    plan.version_id += 1
    _audit(actor, "survey_plan_changed", plan)
    return plan


def add_unit_plan(actor: Actor, *, like: FollowUpPlan, unit_id: int) -> FollowUpPlan:
    """Make a unit's own plan for a wave, at first the same as the one that held until now.

    Returns the one that is there when the unit has its own already. Raises NotAllowed.
    """
    if unit_id not in actor.unit_ids or not actor.has_role(Role.ADMINISTRATOR, Role.MANAGER):
        raise NotAllowed(_("You can only make plans for your own units."))
    there = current_session().scalar(
        select(FollowUpPlan).where(FollowUpPlan.unit_id == unit_id, FollowUpPlan.key == like.key)
    )
    if there is not None:
        return there
    plan = FollowUpPlan(key=like.key, unit_id=unit_id, questionnaire_id=like.questionnaire_id)
    for name in _FIELDS:
        setattr(plan, name, getattr(like, name))
    current_session().add(plan)
    current_session().flush()  # The audit line names it by its id.
    _audit(actor, "survey_plan_added", plan)
    return plan


def _audit(actor: Actor, action: str, plan: FollowUpPlan) -> None:
    record(actor, action, subject_type="survey_plan", subject_id=plan.id, unit_id=plan.unit_id)
