"""Who sees messages: those of one's units whose participant one may see, and those to oneself."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from crm.accounts.models import Staff
from crm.actors import Actor, Role
from crm.extension_points import Scope
from crm.history.subjects import participant_is_visible
from crm.messaging.models import MailboxItem, OutboxMessage


def message_scopes() -> tuple[Scope, ...]:
    """The scopes of this feature's guarded tables."""
    return tuple(
        Scope(model=model, condition=lambda actor, model=model: sees_message(model, actor))  # type: ignore[misc]  # the default binds the loop's value
        for model in (OutboxMessage, MailboxItem)
    )


def sees_message(model: type[Any], actor: Actor) -> ColumnElement[bool]:
    """The condition under which ``actor`` sees a row of ``model``, which has unit, participant and staff.

    Everybody sees their own mail; coordinators and managers what went to participants they see, from their
    units; administrators the sign-in mail of the staff they administer.
    """
    conditions: list[ColumnElement[bool]] = []
    if actor.staff_id is not None:
        conditions.append(model.staff_id == actor.staff_id)
    if actor.has_role(Role.COORDINATOR, Role.MANAGER):
        conditions.append(
            and_(
                model.unit_id.in_(actor.unit_ids),
                model.staff_id.is_(None),
                participant_is_visible(actor, model.participant_id),
            )
        )
    if actor.has_role(Role.ADMINISTRATOR):
        conditions.append(model.staff_id.in_(select(Staff.id).where(Staff.unit_id.in_(actor.unit_ids))))
    return or_(*conditions) if conditions else false()
