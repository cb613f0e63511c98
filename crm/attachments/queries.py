"""Reading attachments: those of an owner, who sees them, how much a unit keeps."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, func, select

from crm.accounts.scopes import condition, scoped, trusted
from crm.actors import Actor, Role
from crm.attachments.models import Attachment
from crm.db import current_session

STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)


def own_attachments(actor: Actor) -> ColumnElement[bool]:
    """Files of the actor's units that have not been removed. Whose owner is narrower checks the owner too."""
    if not actor.has_role(*STAFF):
        return false()
    return and_(Attachment.unit_id.in_(actor.unit_ids), Attachment.removed_at.is_(None))


def attachments_of(actor: Actor, owner_kind: str, owner_ref: str) -> Sequence[Attachment]:
    """The files of one owner, the oldest first."""
    statement = (
        select(Attachment)
        .where(Attachment.owner_kind == owner_kind, Attachment.owner_ref == owner_ref)
        .order_by(Attachment.id)
    )
    return current_session().scalars(scoped(statement, condition(Attachment, actor))).all()


def bytes_of_unit(unit_id: int) -> int:
    """How much a unit keeps, removed files included until they are swept."""
    statement = select(func.coalesce(func.sum(Attachment.size), 0)).where(Attachment.unit_id == unit_id)
    return int(current_session().scalar(trusted(statement, because="a sum without persons")) or 0)
