"""Giving somebody a private calendar, and taking it away."""

import hashlib
import secrets

from sqlalchemy import select, update

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from outreach.calendars.models import CalendarFeed


def make_feed(actor: Actor) -> str:
    """A new address for the actor's calendar: the token is told once. An address from before works no more."""
    assert actor.staff_id is not None
    _revoke(actor)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(staff_id=actor.staff_id, token_hash=digest(token), created_at=clock.now())
    current_session().add(feed)
    _record(actor, "calendar_made")
    return token


def revoke_feed(actor: Actor) -> bool:
    """Take the address of the actor's calendar away. Says whether there was one. May be repeated."""
    gone = _revoke(actor)
    if gone:
        _record(actor, "calendar_revoked")
    return gone


def feed_of_token(token: str) -> CalendarFeed | None:
    """The calendar with this token, if it has not been taken away."""
    statement = select(CalendarFeed).where(CalendarFeed.token_hash == digest(token), CalendarFeed.revoked_at.is_(None))
    return current_session().scalar(trusted(statement, because="named by the token that only its owner was told"))


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _revoke(actor: Actor) -> bool:
    live = update(CalendarFeed).where(CalendarFeed.staff_id == actor.staff_id, CalendarFeed.revoked_at.is_(None))
    gone = current_session().scalars(live.values(revoked_at=clock.now()).returning(CalendarFeed.id)).all()
    return bool(gone)


def _record(actor: Actor, action: str) -> None:
    record(actor, action, subject_type="staff", subject_id=actor.staff_id, unit_id=actor.unit_id)
