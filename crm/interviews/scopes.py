"""Who sees which interviews."""

from sqlalchemy import ColumnElement, false

from crm.actors import Actor, Role
from crm.interviews.models import EmployerInterview

READERS = (Role.COORDINATOR, Role.MANAGER)


def own_interviews(actor: Actor) -> ColumnElement[bool]:
    """Interviews of the actor's units."""
    if not actor.has_role(*READERS):
        return false()
    return EmployerInterview.unit_id.in_(actor.unit_ids)
