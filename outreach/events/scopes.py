"""Who sees which events: those who work in the unit, or above it. Evaluators see none: they are full of names."""

from sqlalchemy import ColumnElement, false, select

from crm.actors import Actor
from crm.employers.queries import STAFF
from outreach.events.models import EventInvitation, EventOptOut, OutreachEvent


def event_scope(actor: Actor) -> ColumnElement[bool]:
    """Events of one's units."""
    return OutreachEvent.unit_id.in_(actor.unit_ids) if actor.has_role(*STAFF) else false()


def invitation_scope(actor: Actor) -> ColumnElement[bool]:
    """Invitations to the events that one sees."""
    return EventInvitation.event_id.in_(select(OutreachEvent.id).where(event_scope(actor)))


def opt_out_scope(actor: Actor) -> ColumnElement[bool]:
    """That an employer wants no invitations is the organisation's business: everybody who could invite sees it."""
    return EventOptOut.id.is_not(None) if actor.has_role(*STAFF) else false()
