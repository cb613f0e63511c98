"""Reading private calendars."""

from sqlalchemy import ColumnElement

from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.db import current_session
from outreach.calendars.models import CalendarFeed


def own_feed(actor: Actor) -> ColumnElement[bool]:
    """One's own, and nobody else's: not even an administrator reads along."""
    return CalendarFeed.staff_id == actor.staff_id


def feed_of(actor: Actor) -> CalendarFeed | None:
    """The actor's calendar, if there is one that works."""
    return current_session().scalar(visible(CalendarFeed, actor).where(CalendarFeed.revoked_at.is_(None)))
