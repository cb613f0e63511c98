"""Planning events: adding, changing, cancelling, and holding one after all."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime

from flask_babel import gettext as _

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.messaging.services import cancel_messages
from crm.settings import LANGUAGES
from crm.web.clean import clean_line, clean_text
from outreach.events import purposes
from outreach.events.fields import EventFields
from outreach.events.lines import check_version, invitations_of, locked_event, tell_history, write_down
from outreach.events.models import Answer, EventInvitation, MailState, OutreachEvent
from outreach.events.services.answering import give_free_places
from outreach.events.words import KINDS

MOST_PEOPLE = 10_000
MOST_PLACES = 20
_TOLD_OF = ("starts_at", "ends_at", "place", "link", "title")
"""What those invited are told when it changes."""


def add_event(actor: Actor, *, unit_id: int, given: EventFields, submission_key: str | None = None) -> OutreachEvent:
    """Plan an event of a unit. The same form sent twice (``submission_key``) makes one. Raises DomainError."""
    session = current_session()
    if submission_key:
        there = session.scalar(visible(OutreachEvent, actor).where(OutreachEvent.submission_key == submission_key))
        if there is not None:
            return there
    if not actor.is_system and unit_id not in actor.unit_ids:
        raise DomainError(_("Choose one of your own units."), field="unit_id")
    unit = session.get_one(Unit, unit_id)
    event = OutreachEvent(
        unit_id=unit.id, zone=unit.time_zone, submission_key=submission_key, created_at=clock.now(),
        **_columns(_checked(given), unit.time_zone),
    )  # fmt: skip
    session.add(event)
    session.flush()  # The id stands in the audit entry.
    write_down(actor, event, "event_added")
    return event


def change_event(
    actor: Actor, *, event_id: int, version: int | None, given: EventFields, tell: bool = False
) -> OutreachEvent:
    """Correct an event. ``tell``: those invited hear of a new time or place, but for those who said no.

    A larger room gives places to those who wait; a smaller one takes none away. Raises DomainError, EditConflict when
    somebody saved after ``version``, NotVisible.
    """
    event = locked_event(actor, event_id)
    check_version(event.version_id, version, values_of(event))
    if event.cancelled_at is not None:
        raise DomainError(_("The event is cancelled. Hold it after all before you change it."))
    before = {name: getattr(event, name) for name in _TOLD_OF}
    for name, value in _columns(_checked(given), event.zone).items():
        setattr(event, name, value)
    event.version_id += 1
    _forget_reminders(event)
    moved = before != {name: getattr(event, name) for name in _TOLD_OF}
    if moved:
        event.notices += 1
    write_down(actor, event, "event_changed", told=moved and tell)
    rows = invitations_of(event)
    give_free_places(actor, event, rows)
    if moved and tell and not event.is_over:
        purposes.plan(actor, purposes.CHANGE, _those_told(rows), step=event.notices)
    return event


def cancel_event(actor: Actor, *, event_id: int, because: str | None = None) -> OutreachEvent:
    """The event is not held. Invitations that have not left stay here; everybody else who was invited is told, but for
    those who said no. ``hold_event`` takes it back. May be repeated. Raises DomainError for one that is over."""
    event = locked_event(actor, event_id)
    if event.cancelled_at is not None:
        return event
    if event.is_over:
        raise DomainError(_("The event is over."))
    event.cancelled_at, event.cancelled_because = clock.now(), clean_line(because or "")[:300] or None
    event.version_id += 1
    event.notices += 1
    rows = [each for each in invitations_of(event) if each.withdrawn_at is None]
    told = _those_told(rows)
    purposes.plan(
        actor, purposes.CANCELLATION, told, step=event.notices, not_before=clock.now() + purposes.TIME_TO_UNDO
    )
    for each in told:
        tell_history(actor, each, f"cancelled:{event.notices}", _line(event, held=False))
    write_down(actor, event, "event_cancelled", told=len(told))
    return event


def hold_event(actor: Actor, *, event_id: int) -> OutreachEvent:
    """A cancelled event is held after all. Word of the cancelling that has not left stays here; who has heard it is
    told that it is held. Invitations that waited when it was cancelled can be sent again. May be repeated."""
    event = locked_event(actor, event_id)
    if event.cancelled_at is None:
        return event
    event.cancelled_at = event.cancelled_because = None
    event.version_id += 1
    rows = [each for each in invitations_of(event) if each.withdrawn_at is None]
    heard = []
    for each in _those_told(rows):
        stopped = cancel_messages(
            actor, purpose=purposes.CANCELLATION, purpose_ref=each.public_id, reason="held", step=event.notices
        )
        if not stopped:
            heard.append(each)
        tell_history(actor, each, f"cancelled:{event.notices}", _line(event, held=True))
    event.notices += 1
    purposes.plan(actor, purposes.CHANGE, heard, step=event.notices)
    write_down(actor, event, "event_held", told=len(heard))
    return event


def values_of(event: OutreachEvent) -> dict[str, object]:
    """What stands in the row by field name, with the version. Times are those on the wall."""
    found = {name: getattr(event, name) for name in EventFields.__dataclass_fields__}
    begins, ends = (event.on_wall(at).replace(tzinfo=None) for at in (event.starts_at, event.ends_at))
    return found | {
        "starts_at": begins, "ends_at": ends, "on_date": begins.date(), "from_time": begins.time(),
        "until_time": ends.time(), "version": event.version_id,
    }  # fmt: skip


def _those_told(rows: Sequence[EventInvitation]) -> list[EventInvitation]:
    """Who has to hear of a change: everybody who knows of the event, but for those who do not come anyway."""
    return [
        each
        for each in rows
        if each.withdrawn_at is None
        and each.answer is not Answer.NO
        and not each.walk_in
        and (each.mail in (MailState.SENT, MailState.IN_DOUBT) or each.answer is not Answer.WAITING)
    ]


def _line(event: OutreachEvent, *, held: bool) -> Callable[[], object]:
    title = event.title
    if held:
        return lambda: _("Held after all: %(event)s", event=title)
    return lambda: _("Cancelled: %(event)s", event=title)


def _forget_reminders(event: OutreachEvent) -> None:
    """A reminder whose day has been moved ahead goes out again on that day."""
    today = clock.today(event.zone)
    if event.ask_again_on is not None and event.ask_again_on > today:
        event.asked_again_at = None
    if event.remind_on is not None and event.remind_on > today:
        event.reminded_at = None


def _columns(values: EventFields, zone: str) -> dict[str, object]:
    return asdict(values) | {
        "starts_at": _instant(values.starts_at, zone),
        "ends_at": _instant(values.ends_at, zone),
    }


def _instant(on_wall: datetime, zone: str) -> datetime:
    return clock.local_instant(on_wall.date(), on_wall.time(), zone)


def _checked(given: EventFields) -> EventFields:
    title = clean_line(given.title)[:160]
    if given.kind not in KINDS:
        raise DomainError(_("Choose one of the alternatives."), field="kind")
    if given.language not in LANGUAGES:
        raise DomainError(_("Choose one of the alternatives."), field="language")
    if not title:
        raise DomainError(_("Write what the event is called."), field="title")
    if given.ends_at <= given.starts_at:
        raise DomainError(_("The event ends before it begins."), field="until_time")
    if given.capacity is not None and not 1 <= given.capacity <= MOST_PEOPLE:
        raise DomainError(_("Write a whole number from 1."), field="capacity")
    if not 1 <= given.most_places <= MOST_PLACES:
        raise DomainError(_("Write a whole number from 1."), field="most_places")
    _check_days(given)
    link = clean_line(given.link or "")[:300] or None
    if link and not link.startswith(("https://", "http://")):
        raise DomainError(_("Write an address that begins with https://."), field="link")
    if given.owner_id is not None and current_session().get(Staff, given.owner_id) is None:
        raise DomainError(_("Choose a colleague."), field="owner_id")
    place, text = clean_line(given.place or "")[:200] or None, clean_text(given.text or "")[:4000] or None
    return replace(given, title=title, link=link, place=place, text=text)


def _check_days(given: EventFields) -> None:
    """Every day before the event is one before the event."""
    last = given.starts_at.date()
    days: dict[str, date | None] = {
        "reply_by": given.reply_by, "ask_again_on": given.ask_again_on, "remind_on": given.remind_on
    }  # fmt: skip
    for field, day in days.items():
        if day is not None and day > last:
            raise DomainError(_("This day is after the event."), field=field)
    if given.ask_again_on and given.reply_by and given.ask_again_on > given.reply_by:
        raise DomainError(_("Then the time to answer is over already."), field="ask_again_on")
