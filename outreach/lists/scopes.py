"""Who sees which call lists: those who work in the unit, or above it, and those who call from the list."""

from sqlalchemy import ColumnElement, false, or_, select

from crm.actors import Actor
from crm.employers.queries import STAFF
from outreach.lists.models import CallEntry, CallList, CallListCaller


def list_scope(actor: Actor) -> ColumnElement[bool]:
    """Lists of one's units, and those that one calls from."""
    if not actor.has_role(*STAFF):
        return false()
    called = select(CallListCaller.list_id).where(CallListCaller.staff_id == actor.staff_id)
    return or_(CallList.unit_id.in_(actor.unit_ids), CallList.id.in_(called))


def caller_scope(actor: Actor) -> ColumnElement[bool]:
    """Who calls from the lists that one sees."""
    return CallListCaller.list_id.in_(select(CallList.id).where(list_scope(actor)))


def entry_scope(actor: Actor) -> ColumnElement[bool]:
    """Entries of the lists that one sees."""
    return CallEntry.list_id.in_(select(CallList.id).where(list_scope(actor)))
