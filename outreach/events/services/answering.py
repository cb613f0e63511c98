"""Answers to invitations: from those invited themselves, or written down by staff; places and the waiting list."""

from collections.abc import Callable, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, and_, case, false, func, or_, select

from crm import clock
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor, system_actor
from crm.db import current_session
from crm.employers.models import ContactPerson, Employer
from crm.errors import DomainError
from crm.settings import LANGUAGES
from crm.web.clean import clean_line
from outreach.events import purposes
from outreach.events.fields import Reply
from outreach.events.lines import (
    event_of_link,
    invitations_of,
    locked_event,
    seats_of,
    tell_history,
    write_down,
)
from outreach.events.models import Answer, EventInvitation, EventOptOut, OutreachEvent
from outreach.events.places import NotEnoughPlaces, answer_for, next_in_line

_ACTOR = system_actor("outreach.events")
_BY_LINK = "of an invitation that is named by a valid link"


class NothingToAnswer(DomainError):
    """The time to answer is over, or the invitation does not hold any more."""


def answer_by_link(actor: Actor, *, invitation: EventInvitation, reply: Reply) -> EventInvitation:
    """Somebody answers with their personal link, or changes what they said. The caller has checked the link.

    Raises NothingToAnswer when it is too late, DomainError for more people than may come or than there is room for.
    """
    event = event_of_link(invitation.event_id)
    if not event.takes_answers:
        raise NothingToAnswer(_("The time to answer is over."))
    return _answer(actor, event, invitation.id, reply)


def answer_for_them(actor: Actor, *, invitation_id: int, reply: Reply) -> EventInvitation:
    """Staff write down what somebody said on the telephone; this may be later than the last day to answer.

    Raises NotVisible, NothingToAnswer for an event that is over, DomainError.
    """
    event = locked_event(actor, locked(EventInvitation, actor, invitation_id).event_id)
    if event.cancelled_at is not None or event.is_over:
        raise NothingToAnswer(_("The event is cancelled.") if event.cancelled_at else _("The event is over."))
    return _answer(actor, event, invitation_id, reply)


def give_free_places(actor: Actor, event: OutreachEvent, rows: Sequence[EventInvitation]) -> list[EventInvitation]:
    """Whoever waits and now fits gets a place and is told. The caller holds the event. May be repeated."""
    if event.is_over or event.cancelled_at is not None:
        return []
    by_id = {each.id: each for each in rows}
    lucky = [by_id[each] for each in next_in_line(event.capacity, seats_of(rows))]
    for each in lucky:
        each.answer, each.queued_at = Answer.YES, None
        each.answers += 1
        each.version_id += 1
        tell_history(_ACTOR, each, "answer", _line(event, each), detail=each.comment)
        write_down(actor, event, "event_place_given", invitation=each)
    purposes.plan(actor, purposes.PLACE, lucky)
    return lucky


def want_no_more(actor: Actor, *, invitation: EventInvitation) -> EventOptOut | None:
    """Somebody wants no invitations to events any more, of any unit. The caller has checked the link. Repeatable."""
    event = event_of_link(invitation.event_id)
    if invitation.employer_id is None:
        return None
    session = current_session()
    there = session.scalars(trusted(select(EventOptOut).where(_own_word(invitation)), because=_BY_LINK)).first()
    if there is not None:
        return there
    found = EventOptOut(
        employer_id=invitation.employer_id, person_id=invitation.person_id, unit_id=event.unit_id, since=clock.now()
    )
    session.add(found)
    session.flush()  # The line names it.
    tell_history(actor, invitation, f"opt-out:{found.id}", lambda: _("They want no invitations to events"))
    write_down(actor, event, "event_invitations_refused", invitation=invitation)
    return found


def want_them_again(actor: Actor, *, invitation: EventInvitation) -> None:
    """They want invitations after all. The caller has checked the link. May be repeated."""
    event = event_of_link(invitation.event_id)
    session = current_session()
    for each in opt_outs_of(invitation):
        tell_history(actor, invitation, f"opt-out:{each.id}", lambda: _("They want invitations to events again"))
        session.delete(each)
        write_down(actor, event, "event_invitations_wanted", invitation=invitation)


def opt_outs_of(invitation: EventInvitation) -> list[EventOptOut]:
    """What they have said, or somebody else with the same address: whoever reads there takes it back."""
    holder = invitation.person or invitation.employer
    address = holder.email if holder is not None else None
    statement = (
        select(EventOptOut)
        .outerjoin(ContactPerson, ContactPerson.id == EventOptOut.person_id)
        .join(Employer, Employer.id == EventOptOut.employer_id)
    )
    at = case((EventOptOut.person_id.is_(None), Employer.email), else_=ContactPerson.email)
    same = func.lower(at) == address.lower() if address else false()
    found = statement.where(or_(_own_word(invitation), same)).order_by(EventOptOut.id)
    return list(current_session().scalars(trusted(found, because=_BY_LINK)))


def _own_word(invitation: EventInvitation) -> ColumnElement[bool]:
    """A person has said it for everywhere they work, an employer for its own address."""
    if invitation.person_id is not None:
        return EventOptOut.person_id == invitation.person_id
    return and_(EventOptOut.employer_id == invitation.employer_id, EventOptOut.person_id.is_(None))


def _answer(actor: Actor, event: OutreachEvent, invitation_id: int, reply: Reply) -> EventInvitation:
    rows = invitations_of(event)
    row = next(each for each in rows if each.id == invitation_id)
    if row.withdrawn_at is not None:
        raise NothingToAnswer(_("The invitation does not hold any more."))
    before = (row.answer, row.places)
    _decide(event, rows, row, reply)
    row.comment = clean_line(reply.comment or "")[:500] or None
    if row.person_id is None and reply.guest is not None:
        row.guest = clean_line(reply.guest)[:160] or None
    if reply.language in LANGUAGES:
        row.language = reply.language
    row.answered_at, row.answered_by_id = clock.now(), actor.staff_id
    row.answers += 1
    row.version_id += 1
    tell_history(actor, row, "answer", _line(event, row), detail=row.comment)
    write_down(actor, event, "event_answered", invitation=row, answer=row.answer.value)
    if row.answer is Answer.YES and before != (row.answer, row.places):
        purposes.plan(actor, purposes.CONFIRMATION, [row])
    give_free_places(actor, event, rows)
    return row


def _decide(event: OutreachEvent, rows: Sequence[EventInvitation], row: EventInvitation, reply: Reply) -> None:
    if not reply.comes:
        row.answer, row.places, row.queued_at = Answer.NO, 0, None
        return
    if not 1 <= reply.places <= event.most_places:
        raise DomainError(ngettext("Write 1.", "Write a number from 1 to %(num)d.", event.most_places), field="places")
    seats = seats_of(rows)
    own = next(each for each in seats if each.id == row.id)
    try:
        answer = answer_for(event.capacity, seats, own=own, wanted=reply.places)
    except NotEnoughPlaces as error:
        raise DomainError(
            ngettext(
                "There is no more room. You have one place.",
                "There is room for %(num)d of you in all.",
                error.free,
            ),
            field="places",
        ) from error
    if answer is Answer.QUEUED and row.answer is not Answer.QUEUED:
        row.queued_at = clock.now()
    elif answer is Answer.YES:
        row.queued_at = None
    row.answer, row.places = answer, reply.places


def _line(event: OutreachEvent, row: EventInvitation) -> Callable[[], object]:
    title, places = event.title, row.places
    if row.answer is Answer.YES:
        return lambda: ngettext("Coming to %(event)s", "Coming to %(event)s, %(num)d people", places, event=title)
    if row.answer is Answer.QUEUED:
        return lambda: _("On the waiting list for %(event)s", event=title)
    return lambda: _("Cannot come to %(event)s", event=title)
