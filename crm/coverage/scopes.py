"""Who sees which coverage targets."""

from sqlalchemy import ColumnElement, or_, select

from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.coverage.models import CoverageTarget


def target_scope(actor: Actor) -> ColumnElement[bool]:
    """A target is known in its unit, in the units below it, and to those who stand above it. It names no person."""
    own = CoverageTarget.unit_id.in_(actor.unit_ids)
    above = select(Unit.id, Unit.parent_id).where(Unit.id == actor.unit_id).cte("target_units_above", recursive=True)
    above = above.union(select(Unit.id, Unit.parent_id).join(above, Unit.id == above.c.parent_id))
    return or_(own, CoverageTarget.unit_id.in_(trusted(select(above.c.id), because="ids of units, no persons")))
