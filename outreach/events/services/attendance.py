"""Who came: ticked at the door, by the code, or afterwards; guests without an invitation. It stands in the histories.

An employer whose people came has one contact of the kind "event" for it, which counts wherever contacts count: in
measures, and for commitments that promise events.
"""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor, system_actor
from crm.db import current_session
from crm.employers.fields import ContactFields
from crm.employers.models import Contact, Employer, Position
from crm.employers.services import change_contact, log_contact, remove_contact
from crm.errors import DomainError
from crm.events import emit
from crm.folding import fold
from crm.history.services import remove_line
from crm.web.clean import clean_line
from outreach.events.fields import WalkIn
from outreach.events.lines import LINE, invitations_of, locked_event, tell_history, write_down
from outreach.events.models import Answer, EventInvitation, OutreachEvent
from outreach.events.occurrences import EventAttended

MOST_PEOPLE = 99
_ACTOR = system_actor("outreach.events")


def note_came(actor: Actor, *, invitation_id: int, people: int | None) -> EventInvitation:
    """Write down how many people came on an invitation: 0 for nobody, None for not known (again).

    From the day of the event on. May be repeated. Raises DomainError, NotVisible.
    """
    event = locked_event(actor, locked(EventInvitation, actor, invitation_id).event_id)
    _check_day(event)
    if people is not None and not 0 <= people <= MOST_PEOPLE:
        raise DomainError(_("Write how many people came."), field="people")
    rows = invitations_of(event)
    row = next(each for each in rows if each.id == invitation_id)
    if row.withdrawn_at is not None and people:
        raise DomainError(_("This invitation was withdrawn."))
    if row.came != people:
        _set_came(actor, row, people)
        _keep_histories(actor, event, rows, row)
        write_down(actor, event, "event_attendance_noted", invitation=row, people=people)
    return row


def note_rest_absent(actor: Actor, *, event_id: int) -> int:
    """Everybody who had said yes and is not ticked did not come. Returns how many. Raises DomainError, NotVisible."""
    event = locked_event(actor, event_id)
    _check_day(event)
    rows = invitations_of(event)
    missing = [each for each in rows if each.came is None and each.answer is Answer.YES and each.withdrawn_at is None]
    for row in missing:
        _set_came(actor, row, 0)
        _keep_histories(actor, event, rows, row)
    if missing:
        write_down(actor, event, "event_rest_absent", rows=len(missing))
    return len(missing)


def add_walk_in(actor: Actor, *, event_id: int, given: WalkIn, submission_key: str | None = None) -> EventInvitation:
    """Somebody came without an invitation. The same form sent twice writes one. Raises DomainError, NotVisible."""
    event = locked_event(actor, event_id)
    _check_day(event)
    rows = invitations_of(event)
    there = next((each for each in rows if submission_key and each.batch == submission_key), None)
    if there is not None:
        return there
    name, organisation = clean_line(given.name)[:160], clean_line(given.organisation or "")[:160] or None
    if not name:
        raise DomainError(_("Write who it is."), field="name")
    if not 1 <= given.people <= MOST_PEOPLE:
        raise DomainError(_("Write how many people came."), field="people")
    employer_id = given.employer_id or _employer_called(actor, organisation)
    row = EventInvitation(
        event=event, employer_id=employer_id, guest=name, organisation=None if employer_id else organisation,
        walk_in=True, language=event.language, batch=submission_key, invited_by_id=actor.staff_id,
        created_at=clock.now(),
    )  # fmt: skip
    row.person_id = _person_called(employer_id, name, rows)
    session = current_session()
    session.add(row)
    session.flush()  # The history names it.
    _set_came(actor, row, given.people)
    _keep_histories(actor, event, [*rows, row], row)
    write_down(actor, event, "event_walk_in_added", invitation=row)
    return row


def remove_walk_in(actor: Actor, *, invitation_id: int) -> None:
    """Take back a guest who was written down by mistake, with the trace in the history. Raises NotVisible, and
    DomainError for somebody who was invited."""
    event = locked_event(actor, locked(EventInvitation, actor, invitation_id).event_id)
    rows = invitations_of(event)
    row = next(each for each in rows if each.id == invitation_id)
    if not row.walk_in:
        raise DomainError(_("They were invited: withdraw the invitation."))
    _set_came(actor, row, None)
    _keep_histories(actor, event, rows, row)
    write_down(actor, event, "event_walk_in_removed", invitation=row)
    current_session().delete(row)


def _employer_called(actor: Actor, name: str | None) -> int | None:
    """The employer in use that is called exactly so, if there is one and no other."""
    if not name:
        return None
    statement = visible(Employer, actor).where(Employer.sort_name == name.casefold(), Employer.archived_at.is_(None))
    found = current_session().scalars(statement.limit(2)).all()
    return found[0].id if len(found) == 1 else None


def _check_day(event: OutreachEvent) -> None:
    if clock.today(event.zone) < event.day:
        raise DomainError(_("The day of the event has not come yet."))
    if event.cancelled_at is not None:
        raise DomainError(_("The event is cancelled."))


def _set_came(actor: Actor, row: EventInvitation, people: int | None) -> None:
    row.came, row.version_id = people, (row.version_id or 1) + 1
    row.came_noted_at = clock.now() if people is not None else None
    row.came_noted_by_id = actor.staff_id if people is not None else None


def _person_called(employer_id: int | None, name: str, rows: Sequence[EventInvitation]) -> int | None:
    """The contact person of the employer who is called so, unless they stand in the list already."""
    if employer_id is None:
        return None
    statement = select(Position).where(Position.employer_id == employer_id, Position.left_on.is_(None))
    there = current_session().scalars(trusted(statement, because="who works at an employer that has been checked"))
    listed = {each.person_id for each in rows}
    return next(
        (each.person_id for each in there if fold(each.person.name) == fold(name) and each.person_id not in listed),
        None,
    )


def _keep_histories(actor: Actor, event: OutreachEvent, rows: Sequence[EventInvitation], row: EventInvitation) -> None:
    """The line of who did not come, and the contact of the employer whose people did."""
    if row.came == 0:
        title = event.title
        tell_history(actor, row, "absent", lambda: _("Did not come to %(event)s", event=title))
    else:
        remove_line(LINE, f"{row.public_id}:absent")
    if row.employer_id is not None:
        _keep_contact(actor, event, row.employer_id, [each for each in rows if each.employer_id == row.employer_id])


def _keep_contact(actor: Actor, event: OutreachEvent, employer_id: int, rows: Sequence[EventInvitation]) -> None:
    """One contact for an employer at an event, as long as anybody of it came. It is corrected as the system, because
    who ticks is often not who ticked first."""
    came = [each for each in rows if each.came]
    contact = _contact_of(rows)
    if not came:
        if contact is not None:
            remove_contact(_ACTOR, contact_id=contact.id)
        for each in rows:
            each.contact_id = None
        return
    fields = _fields(event, came)
    if contact is None:
        contact = log_contact(actor, employer_id=employer_id, fields=fields, unit_id=event.unit_id)
        emit(EventAttended(event_id=event.id, employer_id=employer_id, contact_id=contact.id))
    else:
        change_contact(_ACTOR, contact_id=contact.id, version=None, fields=fields, next_step=None)
    for each in rows:
        each.contact_id = contact.id if each.came else None


def _contact_of(rows: Sequence[EventInvitation]) -> Contact | None:
    """The contact that stands for the employer's coming; not one that somebody has removed by hand."""
    ids = {each.contact_id for each in rows if each.contact_id is not None}
    if not ids:
        return None
    statement = select(Contact).where(Contact.id.in_(ids), Contact.archived_at.is_(None))
    return current_session().scalars(trusted(statement, because="of invitations that have been checked")).first()


def _fields(event: OutreachEvent, came: Sequence[EventInvitation]) -> ContactFields:
    employer = came[0].employer
    basis = None
    if employer is not None and (employer.do_not_contact or employer.advertising_block):
        # They came of their own accord, or there was a reason to invite them.
        uninvited = employer.do_not_contact or all(each.walk_in for each in came)
        basis = "own_inquiry" if uninvited else "cooperation"
    return ContactFields(
        channel="event",
        on_date=min(event.day, _today(event)),
        outcome="interested",
        purpose="relationship",
        note=event.title,
        basis=basis,
        person_ids=frozenset(each.person_id for each in came if each.person_id is not None),
    )


def _today(event: OutreachEvent) -> date:
    return clock.today(event.zone)
