"""Logging a visit: it becomes a contact with the employer, in one transaction."""

from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import ContactFields
from crm.employers.models import Contact, Employer
from crm.employers.services import change_contact, log_contact, remove_contact
from crm.errors import DomainError
from outreach.visits.fields import LoggedVisit
from outreach.visits.models import Visit, VisitState
from outreach.visits.services.booking import day_of, record_visit, touch
from outreach.visits.services.traces import plan_task, remove_visit_line, settle_task, write_visit_line
from outreach.visits.words import CANCELLED, LOGGED, MOVED, REASONS

CHANNEL = "visit"
_COOPERATION = "cooperation"


class VisitConflict(DomainError):
    """The visit is no longer what its writer saw. ``reason`` is a key of outreach.visits.words.REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(REASONS[reason])
        self.reason = reason


def log_visit(
    actor: Actor, *, visit_id: int, logged: LoggedVisit, seen_version: int | None = None, again: bool = False
) -> Contact:
    """Write down what happened at a visit: a contact with all that follows from one, tied to the visit.

    ``seen_version`` is the visit as its writer saw it; None: as it stands. The same ``submission_key`` makes one
    contact, however often it is sent. ``again``: one more contact beside the one that the visit has, which keeps it.
    Raises NotVisible, VisitConflict, DomainError.
    """
    visit = locked(Visit, actor, visit_id)
    there = _contact_of(visit)
    if there is not None and there.submission_key and there.submission_key == logged.contact.submission_key:
        return there
    reason = None if again else _conflict(visit, seen_version, logged)
    if reason is not None:
        raise VisitConflict(reason)
    contact = log_contact(
        actor,
        employer_id=visit.employer_id,
        fields=_as_contact(actor, visit, logged.contact),
        next_step=logged.next_step,
        unit_id=visit.unit_id if visit.unit_id in actor.unit_ids else None,
    )
    if again and there is not None:
        return contact
    visit.state, visit.contact_id, visit.cancelled_because = VisitState.DONE, contact.id, None
    touch(visit)
    settle_task(actor, visit)
    remove_visit_line(visit)
    record_visit(actor, visit, "visit_logged")
    return contact


def replace_logged(actor: Actor, *, visit_id: int, logged: LoggedVisit) -> Contact:
    """Put what was typed in the place of the contact that a visit has. Its author and managers may.

    Raises NotVisible, NotAllowed, DomainError.
    """
    visit = locked(Visit, actor, visit_id)
    contact = _contact_of(visit)
    if contact is None:
        return log_visit(actor, visit_id=visit_id, logged=logged)
    fields = _as_contact(actor, visit, logged.contact)
    return change_contact(actor, contact_id=contact.id, version=None, fields=fields, next_step=logged.next_step)


def unlog_visit(actor: Actor, *, visit_id: int) -> Visit:
    """Take back that a visit was logged: its contact goes, and it is planned again. May be repeated.

    Raises NotVisible, NotAllowed.
    """
    visit = locked(Visit, actor, visit_id)
    if visit.state is not VisitState.DONE:
        return visit
    contact = _contact_of(visit)
    if contact is not None:
        remove_contact(actor, contact_id=contact.id)
    visit.state, visit.contact_id = VisitState.PLANNED, None
    touch(visit)
    plan_task(actor, visit, locked(Employer, actor, visit.employer_id))
    write_visit_line(actor, visit)
    record_visit(actor, visit, "visit_opened_again")
    return visit


def _conflict(visit: Visit, seen_version: int | None, logged: LoggedVisit) -> str | None:
    if visit.state is VisitState.DONE and _contact_of(visit) is not None:
        return LOGGED
    if visit.state is VisitState.CANCELLED and seen_version is not None:
        return CANCELLED
    moved_on = seen_version not in (None, visit.version_id) and day_of(visit) > logged.contact.on_date
    return MOVED if moved_on else None


def _as_contact(actor: Actor, visit: Visit, typed: ContactFields) -> ContactFields:
    if day_of(visit) > clock.today(visit.zone) and typed.on_date > clock.today(visit.zone):
        raise DomainError(_("This day has not come yet. Move the visit if it took place already."), field="on_date")
    basis = typed.basis or visit.basis or _basis_of_agreed(actor, visit)
    return replace(typed, channel=CHANNEL, workplace_id=visit.workplace_id, basis=basis)


def _basis_of_agreed(actor: Actor, visit: Visit) -> str | None:
    """A block against advertising does not concern a visit that they have agreed to. No contact at all does."""
    employer = locked(Employer, actor, visit.employer_id)
    return _COOPERATION if employer.advertising_block and not employer.do_not_contact else None


def _contact_of(visit: Visit) -> Contact | None:
    """The contact that a visit has become, unless it was removed."""
    if visit.contact_id is None:
        return None
    statement = select(Contact).where(Contact.id == visit.contact_id, Contact.archived_at.is_(None))
    return current_session().scalar(trusted(statement, because="the contact of a visit already checked"))
