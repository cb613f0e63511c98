"""Reading attachments: those of an owner, who sees them, how much a unit keeps."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, func, select

from crm.accounts.scopes import condition, scoped, trusted, visible_one
from crm.actors import Actor, Role
from crm.attachments.models import Attachment
from crm.db import current_session
from crm.errors import NotVisible
from crm.registry import current_registry

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


def attachment_of_visible_owner(actor: Actor, public_id: str) -> Attachment:
    """A file whose owner ``actor`` sees too: a narrower scope of the owner holds for its files. Raises NotVisible."""
    attachment = visible_one(Attachment, actor, public_id)
    models = (model for model in current_registry().scopes if model.__tablename__ == attachment.owner_kind)
    model = next(models, None)
    if model is None:
        raise NotVisible("Not found, or not visible to you.")
    visible_one(model, actor, attachment.owner_ref)
    return attachment


def bytes_of_unit(unit_id: int) -> int:
    """How much a unit keeps, removed files included until they are swept."""
    statement = select(func.coalesce(func.sum(Attachment.size), 0)).where(Attachment.unit_id == unit_id)
    return int(current_session().scalar(trusted(statement, because="a sum without persons")) or 0)
