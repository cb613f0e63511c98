"""Reminders of events: on their day everybody gets them who has to, once."""

from datetime import datetime, time, timedelta

from sqlalchemy import Select, or_, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.extension_points import PeriodicJob
from crm.lazy_texts import lazy_gettext as _l
from outreach.events.models import OutreachEvent
from outreach.events.services.reminding import remind

KEY = "outreach.event_reminders"
_ACTOR = system_actor(KEY)
_MORNING = time(8)
_DUE = "events whose day of a reminder has come"


def send_reminders() -> str:
    """Plan the reminders that are due: to those who have not answered, and to those who come. May run twice and at
    the same time as itself: each event is locked, and remembers that it was done."""
    count = 0
    with transaction():
        ids = list(current_session().scalars(trusted(_due(clock.now()), because=_DUE)))
    for event_id in ids:
        with transaction():
            count += remind(_ACTOR, event_id=event_id, now=clock.now(), morning=_MORNING)
    return f"{count} planned"


def periodic_jobs() -> tuple[PeriodicJob, ...]:
    """The one job of events."""
    return (
        PeriodicJob(
            KEY, every=timedelta(minutes=10), run=send_reminders, late_after=timedelta(hours=3), owner="outreach",
            alarm=_l("Reminders of events are not sent."),
        ),
    )  # fmt: skip


def _due(now: datetime) -> Select[int]:
    latest = now.date() + timedelta(days=1)
    return (
        select(OutreachEvent.id)
        .where(
            OutreachEvent.cancelled_at.is_(None),
            OutreachEvent.starts_at > now,
            or_(
                (OutreachEvent.ask_again_on <= latest) & OutreachEvent.asked_again_at.is_(None),
                (OutreachEvent.remind_on <= latest) & OutreachEvent.reminded_at.is_(None),
            ),
        )
        .order_by(OutreachEvent.id)
    )
