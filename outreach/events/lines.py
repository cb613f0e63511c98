"""What the services of events share: rows with a lock, the lines in the histories, the audit log, versions."""

from collections.abc import Callable, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError, EditConflict
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages
from outreach.events.models import EventInvitation, OutreachEvent
from outreach.events.places import Seat
from outreach.events.purposes import comes_in_time

LINE = "outreach.event"
_CHECKED = "invitations of an event that the caller has checked"


def locked_event(actor: Actor, event_id: int) -> OutreachEvent:
    """An event with a lock: whoever changes places or invitations holds it. Raises NotVisible."""
    return locked(OutreachEvent, actor, event_id)


def event_of_link(event_id: int) -> OutreachEvent:
    """The same for somebody who answers with the personal link, which the caller has checked."""
    statement = select(OutreachEvent).where(OutreachEvent.id == event_id).with_for_update(of=OutreachEvent)
    because = "the event of an invitation that is named by a valid link"
    found = current_session().scalars(trusted(statement, because=because).execution_options(populate_existing=True))
    return found.one()


def invitations_of(event: OutreachEvent) -> Sequence[EventInvitation]:
    """Everybody invited to an event that the caller holds, also those whose invitation was withdrawn."""
    statement = select(EventInvitation).where(EventInvitation.event_id == event.id).order_by(EventInvitation.id)
    rows = current_session().scalars(trusted(statement, because=_CHECKED).execution_options(populate_existing=True))
    return rows.all()


def seats_of(rows: Sequence[EventInvitation]) -> list[Seat]:
    """What these invitations ask for, those that hold."""
    return [
        Seat(each.id, each.answer, each.places, (each.queued_at or each.created_at, each.id))
        for each in rows
        if each.withdrawn_at is None
    ]


def write_down(
    actor: Actor, event: OutreachEvent, action: str, *, invitation: EventInvitation | None = None, **details: object
) -> None:
    """Tell the audit log what has just been done."""
    if invitation is not None:
        details["invitation_id"] = invitation.id
    audit.record(
        actor, action, subject_type="outreach_event", subject_id=event.id, unit_id=event.unit_id, details=details
    )


def tell_history(
    actor: Actor, invitation: EventInvitation, step: str, summary: Callable[[], object], *, detail: str | None = None
) -> None:
    """A line in the histories of the employer and the person. The same ``step`` again changes the line."""
    if invitation.employer_id is None:
        return
    subjects = [Subject(employer_id=invitation.employer_id)]
    if invitation.person_id is not None:
        subjects.append(Subject(contact_person_id=invitation.person_id))
    write_line(
        actor,
        kind=LINE,
        source_ref=f"{invitation.public_id}:{step}",
        at=clock.now(),
        summary=in_all_languages(summary),
        detail={"": detail} if detail else None,
        unit_id=invitation.event.unit_id,
        subjects=subjects,
    )


def check_in_time(event: OutreachEvent) -> None:
    """Raises DomainError where quiet hours hold every mail until the event has begun."""
    if not comes_in_time(event):
        raise DomainError(_("Mail waits until the morning now, and by then the event has begun. Call them instead."))


def check_version(now: int, version: int | None, current: dict[str, object]) -> None:
    """Raises EditConflict when the row was saved since ``version`` was shown; None means that nothing was shown."""
    if version is not None and now != version:
        raise EditConflict(
            _("Somebody else saved this while you had it open. Compare what is different, and save again."),
            current=current,
        )
