"""Who sees messages: those of one's units whose participant one may see, and those to oneself."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from crm.accounts.models import Staff
from crm.actors import Actor, Role
from crm.extension_points import Scope
from crm.messaging.models import MailboxItem, OutboxMessage
from crm.registry import current_registry


def message_scopes() -> tuple[Scope, ...]:
    """The scopes of this feature's guarded tables."""
    return tuple(
        Scope(model=model, condition=lambda actor, model=model: sees_message(model, actor))  # type: ignore[misc]  # the default binds the loop's value
        for model in (OutboxMessage, MailboxItem)
    )


def sees_message(model: type[Any], actor: Actor) -> ColumnElement[bool]:
    """The condition under which ``actor`` sees a row of ``model``, which has unit, participant and staff."""
    own = and_(model.staff_id == actor.staff_id, model.staff_id.is_not(None))
    if not actor.has_role(Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR):
        return own if actor.staff_id is not None else false()
    conditions = [own]
    in_units = model.unit_id.in_(actor.unit_ids)
    if actor.has_role(Role.COORDINATOR, Role.MANAGER):
        conditions.append(and_(in_units, model.staff_id.is_(None), model.participant_id.is_(None)))
        visible = visible_participant_ids(actor)
        if visible is not None:
            conditions.append(and_(in_units, model.participant_id.in_(visible)))
    if actor.has_role(Role.ADMINISTRATOR):
        conditions.append(model.staff_id.in_(select(Staff.id).where(Staff.unit_id.in_(actor.unit_ids))))
    return or_(*conditions)


def visible_participant_ids(actor: Actor) -> Select[int] | None:
    """The ids of the participants that ``actor`` sees, as whoever owns participants registered it; None
    without them.

    Participants stand above messages in the house, so their table is found by name and never imported.
    """
    for model, scope in current_registry().scopes.items():
        if model.__tablename__ == "participant":
            return select(model.id).where(scope.condition(actor))
    return None
