"""Who sees which programmes."""

from sqlalchemy import ColumnElement, or_, select

from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.programmes.card_models import ProgrammeGoal, ProgrammeMilestone, ProgrammePartner
from crm.programmes.models import Programme


def programme_scope(actor: Actor) -> ColumnElement[bool]:
    """A programme is known in its unit, in the units below it, and to those who stand above it."""
    own = Programme.unit_id.in_(actor.unit_ids)
    above = select(Unit.id, Unit.parent_id).where(Unit.id == actor.unit_id).cte("units_above", recursive=True)
    above = above.union(select(Unit.id, Unit.parent_id).join(above, Unit.id == above.c.parent_id))
    return or_(own, Programme.unit_id.in_(trusted(select(above.c.id), because="ids of units, no persons")))


def partner_scope(actor: Actor) -> ColumnElement[bool]:
    """The partners of the programmes that one knows."""
    return ProgrammePartner.programme_id.in_(select(Programme.id).where(programme_scope(actor)))


def milestone_scope(actor: Actor) -> ColumnElement[bool]:
    """The milestones of the programmes that one knows."""
    return ProgrammeMilestone.programme_id.in_(select(Programme.id).where(programme_scope(actor)))


def goal_scope(actor: Actor) -> ColumnElement[bool]:
    """The goals of the programmes that one knows."""
    return ProgrammeGoal.programme_id.in_(select(Programme.id).where(programme_scope(actor)))
