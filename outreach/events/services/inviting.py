"""Inviting to events: one sending for many, taken back together; sending again."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.messaging.services import cancel_messages
from outreach.events import purposes
from outreach.events.choosing import Invitee, InviteWish, plan_invitations
from outreach.events.lines import check_in_time, invitations_of, locked_event, seats_of, write_down
from outreach.events.models import Answer, EventInvitation, MailState, OutreachEvent
from outreach.events.places import free_places
from outreach.events.services.answering import give_free_places
from outreach.events.tokens import reply_token, token_hash


def invite(actor: Actor, *, event_id: int, wish: InviteWish, batch: str) -> int:
    """Invite everybody of the wish who may be invited now, and plan the mail, which leaves a minute later.

    Returns how many. The same ``batch`` (a key of the form) invites once. Raises DomainError when nobody is left or
    the time to answer is over, or where quiet hours last until it begins; NotVisible.
    """
    event = locked_event(actor, event_id)
    there = [each for each in invitations_of(event) if each.batch == batch]
    if there:
        return len(there)
    if not event.takes_answers:
        raise DomainError(_("The time to answer is over, so nobody can be invited any more."))
    check_in_time(event)
    found = plan_invitations(actor, event, wish)
    if not found.will:
        raise DomainError(_("Nobody is left who can be invited."))
    rows = _rows(actor, event, found.will, batch)
    purposes.plan(actor, purposes.INVITATION, rows, step=0, not_before=clock.now() + purposes.TIME_TO_UNDO)
    write_down(actor, event, "event_invited", rows=len(rows))
    return len(rows)


def withdraw_batch(actor: Actor, *, batch: str) -> tuple[int, int]:
    """Take a sending back: how many invitations were withdrawn before they left, and how many had left and stay.

    May be repeated. Raises NotVisible through ``withdraw``; (0, 0) for a sending of which nothing is there.
    """
    statement = select(EventInvitation.id, EventInvitation.mail, EventInvitation.answer).where(
        EventInvitation.batch == batch, EventInvitation.withdrawn_at.is_(None)
    )
    found = current_session().execute(trusted(statement, because="each of them is checked before it is changed")).all()
    back = [row.id for row in found if row.mail is MailState.PLANNED and row.answer is Answer.WAITING]
    gone = sum(withdraw(actor, invitation_id=each, unless_left=True) for each in back)
    return gone, len(found) - gone


def withdraw(actor: Actor, *, invitation_id: int, unless_left: bool = False) -> bool:
    """An invitation does not hold any more: its place is free, and its link says so. ``invite`` brings it back.

    ``unless_left``: not one whose mail has left meanwhile. Says whether it was withdrawn. Raises DomainError for
    somebody who came; NotVisible.
    """
    event = locked_event(actor, locked(EventInvitation, actor, invitation_id).event_id)
    rows = invitations_of(event)
    row = next(each for each in rows if each.id == invitation_id)
    if row.walk_in or row.came:
        raise DomainError(_("They came. Take that back first."))
    stopped = cancel_messages(actor, purpose=purposes.INVITATION, purpose_ref=row.public_id, reason="withdrawn")
    if row.withdrawn_at is not None or (unless_left and not stopped):
        return False
    row.withdrawn_at, row.version_id = clock.now(), row.version_id + 1
    write_down(actor, event, "event_invitation_withdrawn", invitation=row)
    give_free_places(actor, event, rows)
    return True


def send_again(actor: Actor, *, invitation_id: int) -> EventInvitation:
    """Send an invitation once more: it did not arrive, or waited when the event was cancelled. Raises DomainError for
    one that was answered, or whose time is over; NotVisible."""
    event = locked_event(actor, locked(EventInvitation, actor, invitation_id).event_id)
    row = next(each for each in invitations_of(event) if each.id == invitation_id)
    if row.answer is not Answer.WAITING or not event.takes_answers or row.walk_in:
        raise DomainError(_("They have answered, or the time to answer is over."))
    if row.mail is MailState.PLANNED and row.withdrawn_at is None:
        raise DomainError(_("The invitation is on its way."))
    check_in_time(event)
    row.issue += 1
    row.withdrawn_at, row.mail, row.mail_reason = None, MailState.PLANNED, None
    row.version_id += 1
    purposes.plan(actor, purposes.INVITATION, [row], step=0)
    write_down(actor, event, "event_invitation_sent_again", invitation=row)
    return row


def _rows(actor: Actor, event: OutreachEvent, invitees: Sequence[Invitee], batch: str) -> list[EventInvitation]:
    """A row for each, the old one where somebody was invited before and that was taken back: a person has one row at
    an event, whichever of their employers they are invited with."""
    before = {_place(each): each for each in invitations_of(event) if each.withdrawn_at}
    session = current_session()
    found = []
    for each in invitees:
        row = before.get(_place(each))
        if row is None:
            row = EventInvitation(event=event, employer_id=each.employer_id, person_id=each.person_id)
            row.created_at = clock.now()
            session.add(row)
        else:
            row.withdrawn_at, row.issue, row.version_id = None, row.issue + 1, row.version_id + 1
            row.employer_id = each.employer_id
            row.answer, row.places, row.queued_at, row.mail_reason = Answer.WAITING, 0, None, None
        row.language, row.batch, row.invited_by_id = each.language, batch, actor.staff_id
        row.mail = MailState.PLANNED
        found.append(row)
    session.flush()  # The links are made from the public ids.
    for row in found:
        row.token_hash = token_hash(reply_token(row.public_id))
    return found


def _place(each: EventInvitation | Invitee) -> tuple[int | None, int | None]:
    return (None, each.person_id) if each.person_id is not None else (each.employer_id, None)


def give_back(actor: Actor, *, invitation_id: int) -> EventInvitation:
    """An invitation that was withdrawn holds again with the answer that it had; where there is no room any more, it
    waits. One whose mail had not left is sent. May be repeated. Raises NotVisible."""
    event = locked_event(actor, locked(EventInvitation, actor, invitation_id).event_id)
    rows = invitations_of(event)
    row = next(each for each in rows if each.id == invitation_id)
    if row.withdrawn_at is None:
        return row
    row.withdrawn_at, row.version_id = None, row.version_id + 1
    free = free_places(event.capacity, (each for each in seats_of(rows) if each.id != row.id))
    if row.answer is Answer.YES and free is not None and row.places > free:
        row.answer, row.queued_at = Answer.QUEUED, clock.now()
    if row.mail in (MailState.PLANNED, MailState.NOT_SENT) and row.answer is Answer.WAITING and event.takes_answers:
        row.issue += 1
        row.mail, row.mail_reason = MailState.PLANNED, None
        purposes.plan(actor, purposes.INVITATION, [row], step=0, not_before=clock.now() + purposes.TIME_TO_UNDO)
    write_down(actor, event, "event_invitation_given_back", invitation=row)
    return row
