"""What stands in somebody's calendar, room by room. A room that has dates adds its own function to ``SOURCES``.

An entry names employers and places and never a participant: it is read by programs far from here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from crm import clock
from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.agreements.models import Agreement
from crm.agreements.services.rows import type_name
from crm.agreements.states import IN_FORCE
from crm.db import current_session
from outreach.events.models import OutreachEvent
from outreach.ical import Entry
from outreach.lists.models import CallEntry, EntryState
from outreach.visits.models import Visit, VisitState
from outreach.visits.queries import visits_between
from outreach.visits.shown import address_of

_CALL = timedelta(minutes=15)
_MOST = 500


@dataclass(frozen=True)
class Span:
    """From when to when the calendar reaches, and the zone of its reader."""

    begin: datetime
    end: datetime
    zone: str


Source = Callable[[Actor, Span], Sequence[Entry]]


def visits(actor: Actor, span: Span) -> Sequence[Entry]:
    """The actor's visits; one that was cancelled says so, so that programs take it out."""
    return [_visit(each) for each in visits_between(actor, span.begin, span.end)]


def callbacks(actor: Actor, span: Span) -> Sequence[Entry]:
    """Calls that the actor has promised."""
    statement = (
        visible(CallEntry, actor)
        .where(
            CallEntry.state == EntryState.CALLBACK,
            CallEntry.callback_for_id == actor.staff_id,
            CallEntry.callback_at >= span.begin,
            CallEntry.callback_at < span.end,
        )
        .options(joinedload(CallEntry.employer))
        .order_by(CallEntry.callback_at, CallEntry.id)
        .limit(_MOST)
    )
    return [_callback(each) for each in current_session().scalars(statement)]


def events(actor: Actor, span: Span) -> Sequence[Entry]:
    """The events of the actor's unit, and those that the actor holds."""
    statement = (
        visible(OutreachEvent, actor)
        .where(
            or_(OutreachEvent.owner_id == actor.staff_id, OutreachEvent.unit_id == actor.unit_id),
            OutreachEvent.starts_at >= span.begin,
            OutreachEvent.starts_at < span.end,
        )
        .order_by(OutreachEvent.starts_at, OutreachEvent.id)
        .limit(_MOST)
    )
    return [_event(each) for each in current_session().scalars(statement)]


def agreements(actor: Actor, span: Span) -> Sequence[Entry]:
    """The last day of agreements in force for which the actor is responsible, as a day and not as a time."""
    statement = (
        visible(Agreement, actor)
        .where(
            Agreement.owner_id == actor.staff_id,
            Agreement.status.in_(IN_FORCE),
            Agreement.ends_on >= span.begin.date(),
            Agreement.ends_on < span.end.date(),
        )
        .options(joinedload(Agreement.employer))
        .order_by(Agreement.ends_on, Agreement.id)
        .limit(_MOST)
    )
    return [_agreement(each, actor.language) for each in current_session().scalars(statement)]


SOURCES: tuple[Source, ...] = (visits, callbacks, events, agreements)


def entries_of(actor: Actor, zone: str) -> list[Entry]:
    """Everything in the actor's calendar, from a month ago to a year ahead, by time."""
    midnight = clock.local_instant(clock.today(zone), time(0), zone)
    span = Span(midnight - timedelta(days=31), midnight + timedelta(days=366), zone)
    found = [entry for source in SOURCES for entry in source(actor, span)]
    return sorted(found, key=lambda each: (each.begins.isoformat(), each.uid))


def _visit(visit: Visit) -> Entry:
    return Entry(
        uid=_uid("visit", visit.public_id),
        summary=_("Visit: %(name)s", name=visit.employer.name),
        begins=visit.at,
        ends=visit.at + timedelta(minutes=visit.minutes),
        place=address_of(visit.employer, visit.workplace) or None,
        url=url_for("outreach_visits.show", public_id=visit.public_id, _external=True),
        sequence=visit.version_id - 1,
        cancelled=visit.state is VisitState.CANCELLED,
        changed_at=visit.changed_at,
    )


def _callback(entry: CallEntry) -> Entry:
    at = entry.callback_at or clock.now()
    return Entry(
        uid=_uid("callback", entry.public_id),
        summary=_("Call back: %(name)s", name=entry.employer.name),
        begins=at,
        ends=at + _CALL,
        # A promise that is moved has another time, and every later one is newer to a calendar.
        sequence=_minutes(at),
        changed_at=entry.done_at or entry.added_at,
    )


def _event(event: OutreachEvent) -> Entry:
    return Entry(
        uid=_uid("event", event.public_id),
        summary=event.title,
        begins=event.starts_at,
        ends=event.ends_at,
        place=event.place or event.link,
        url=event.link,
        sequence=event.notices,
        cancelled=event.cancelled_at is not None,
        changed_at=event.cancelled_at or event.created_at,
    )


def _agreement(agreement: Agreement, language: str) -> Entry:
    assert agreement.ends_on is not None
    kind = type_name(agreement, language)
    return Entry(
        uid=_uid("agreement", agreement.public_id),
        summary=_("%(agreement)s ends: %(name)s", agreement=kind, name=agreement.employer.name),
        begins=agreement.ends_on,
        ends=agreement.ends_on + timedelta(days=1),
        url=url_for("agreements.show", public_id=agreement.public_id, _external=True),
        sequence=agreement.version_id - 1,
        changed_at=agreement.signed_at or agreement.created_at,
        busy=False,
    )


def _uid(kind: str, public_id: str) -> str:
    """The same for as long as the row lives; its random part is unique in the world (RFC 5545, 3.8.4.7)."""
    return f"{kind}-{public_id}@brobygg"


def _minutes(at: datetime) -> int:
    return max(0, int((at - datetime(2020, 1, 1, tzinfo=UTC)).total_seconds() // 60))
