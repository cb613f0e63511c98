"""Reminders: to answer, and that the event is soon."""

from datetime import date, datetime, time

from crm import clock
from crm.actors import Actor
from outreach.events import purposes
from outreach.events.lines import check_in_time, invitations_of, locked_event, write_down
from outreach.events.models import Answer, EventInvitation, MailState, OutreachEvent


def remind(actor: Actor, *, event_id: int, now: datetime, morning: time) -> int:
    """Plan what is due of an event at ``now``, from the ``morning`` of its day on; returns how many messages. May be
    repeated: an event remembers what was done."""
    event = locked_event(actor, event_id)
    if event.cancelled_at is not None or event.starts_at <= now:
        return 0
    rows = [each for each in invitations_of(event) if each.withdrawn_at is None and not each.walk_in]
    planned = 0
    if event.asked_again_at is None and _is_due(event, event.ask_again_on, now, morning):
        event.asked_again_at = now
        planned += _ask_again(actor, event, rows)
    if event.reminded_at is None and _is_due(event, event.remind_on, now, morning):
        event.reminded_at = now
        planned += _remind(actor, event, rows)
    return planned


def remind_now(actor: Actor, *, event_id: int, of: str) -> int:
    """Plan a reminder before its day: ``of`` is "answer" or "event". Returns how many messages; who has been reminded
    of the same is not reminded twice. Raises NotVisible, and DomainError where quiet hours last until it has begun."""
    event = locked_event(actor, event_id)
    if event.cancelled_at is not None or event.has_begun:
        return 0
    check_in_time(event)
    rows = [each for each in invitations_of(event) if each.withdrawn_at is None and not each.walk_in]
    if of == "answer":
        event.asked_again_at = clock.now()
        return _ask_again(actor, event, rows)
    event.reminded_at = clock.now()
    return _remind(actor, event, rows)


def _ask_again(actor: Actor, event: OutreachEvent, rows: list[EventInvitation]) -> int:
    if not event.takes_answers:
        return 0
    silent = [each for each in rows if each.answer is Answer.WAITING and each.mail is MailState.SENT]
    purposes.plan(actor, purposes.ASK_AGAIN, silent, step=_day_number(event.ask_again_on))
    write_down(actor, event, "event_reminded", rows=len(silent))
    return len(silent)


def _remind(actor: Actor, event: OutreachEvent, rows: list[EventInvitation]) -> int:
    coming = [each for each in rows if each.answer is Answer.YES]
    purposes.plan(actor, purposes.REMINDER, coming, step=_day_number(event.remind_on))
    write_down(actor, event, "event_reminded", rows=len(coming))
    return len(coming)


def _day_number(day: date | None) -> int:
    """Tells reminders of different days apart, when a day was moved after the first had been sent."""
    return day.toordinal() if day else 0


def _is_due(event: OutreachEvent, day: date | None, now: datetime, morning: time) -> bool:
    return day is not None and clock.local_instant(day, morning, event.zone) <= now
