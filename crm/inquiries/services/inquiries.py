"""Inquiries: received, answered, taken, closed, opened again, corrected, removed and brought back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Employer
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from crm.glossary import picklists
from crm.inquiries.models import IN_PROCESS, Inquiry, InquiryState
from crm.inquiries.queries import may_remove
from crm.inquiries.services.callbacks import cancel_callback, plan_callback
from crm.inquiries.services.lines import remove_lines, write_lines
from crm.inquiries.services.persons import NewPerson, append_person
from crm.inquiries.sources import EMPLOYER, NOT_STATED
from crm.tasks.working_days import add_working_days

USUAL_DAYS = 3
MOST_DAYS = 60
_NOON = time(12)
_LISTS = {"source": "inquiry_source", "channel": "inquiry_channel", "topic": "inquiry_topic"}


@dataclass(frozen=True)
class InquiryFields:
    """What is said of an inquiry. ``answer_within`` counts working days of the unit's country.

    ``source`` ``unknown`` is "not stated"; with an employer and nothing stated it is the employer who came to us.
    """

    received_on: date
    channel: str
    topic: str
    source: str = NOT_STATED
    employer_id: int | None = None
    handled_by_id: int | None = None
    answer_within: int = USUAL_DAYS
    callback_requested: bool = False
    note: str | None = None


def receive_inquiry(
    actor: Actor,
    *,
    fields: InquiryFields,
    persons: Sequence[NewPerson] = (),
    answered: bool = False,
    submission_key: str | None = None,
    unit_id: int | None = None,
    answered_on: date | None = None,
) -> Inquiry:
    """Write an inquiry down, with the persons it is about; ``answered`` on the spot, ``answered_on`` a day, or not yet.

    It is one of ``unit_id``, else of the actor's unit. The same ``submission_key`` makes one inquiry, however often it
    is sent. A wish to be called back becomes a task. Raises DomainError for a field that is wrong; NotVisible for an
    employer or participant that is not there; NotAllowed for a unit that is not the actor's.
    """
    there = _sent_before(submission_key)
    if there is not None:
        return there
    unit = _unit_of(actor, unit_id)
    inquiry = Inquiry(
        unit_id=unit.id, created_by_id=actor.staff_id, created_at=clock.now(), submission_key=submission_key,
        state=InquiryState.RECEIVED,
    )  # fmt: skip
    _fill(actor, inquiry, fields, unit)
    if answered or answered_on is not None:
        inquiry.state = InquiryState.IN_PROGRESS
        inquiry.answered_at = inquiry.received_at if answered_on is None else _answered_at(inquiry, answered_on, unit)
    current_session().add(inquiry)
    # Persons, tasks and lines name the inquiry.
    current_session().flush()
    for person in persons:
        append_person(actor, inquiry, person)
    plan_callback(actor, inquiry)
    write_lines(actor, inquiry, zone=unit.time_zone)
    _record(actor, inquiry, "inquiry.received")
    return inquiry


def change_inquiry(actor: Actor, *, inquiry_id: int, version: int | None, fields: InquiryFields) -> Inquiry:
    """Correct an inquiry. Raises DomainError, EditConflict when somebody saved after ``version``, NotVisible."""
    inquiry = locked(Inquiry, actor, inquiry_id)
    if version is not None and inquiry.version_id != version:
        message = _("Somebody else saved this while you had it open. Nothing of yours is lost: compare and save again.")
        raise EditConflict(message, current=values_of(inquiry))
    unit = current_session().get_one(Unit, inquiry.unit_id)
    _fill(actor, inquiry, fields, unit)
    if inquiry.answered_at is not None and inquiry.answered_at < inquiry.received_at:
        inquiry.answered_at = inquiry.received_at
    inquiry.version_id += 1
    plan_callback(actor, inquiry)
    write_lines(actor, inquiry, zone=unit.time_zone)
    _record(actor, inquiry, "inquiry.changed")
    return inquiry


def answer_inquiry(actor: Actor, *, inquiry_id: int) -> Inquiry:
    """They have their first answer now. The actor handles it from here where nobody did. Repeating keeps the first."""
    inquiry = locked(Inquiry, actor, inquiry_id)
    if inquiry.answered_at is None:
        inquiry.answered_at = max(clock.now(), inquiry.received_at)
        _begin(actor, inquiry)
        cancel_callback(actor, inquiry)
        _record(actor, inquiry, "inquiry.answered")
    return inquiry


def take_answer_back(actor: Actor, *, inquiry_id: int) -> Inquiry:
    """It was not answered after all. Raises DomainError for an inquiry that is closed."""
    inquiry = locked(Inquiry, actor, inquiry_id)
    _check_open(inquiry)
    if inquiry.answered_at is not None:
        inquiry.answered_at = None
        inquiry.version_id += 1
        plan_callback(actor, inquiry)
        _record(actor, inquiry, "inquiry.answer_taken_back")
    return inquiry


def take_inquiry(actor: Actor, *, inquiry_id: int) -> Inquiry:
    """The actor handles it from now on. Raises DomainError for an inquiry that is closed."""
    inquiry = locked(Inquiry, actor, inquiry_id)
    _check_open(inquiry)
    if inquiry.handled_by_id != actor.staff_id:
        inquiry.handled_by_id = None
        _begin(actor, inquiry)
        _record(actor, inquiry, "inquiry.taken")
    return inquiry


def give_inquiry(actor: Actor, inquiry: Inquiry, staff_id: int | None) -> None:
    """Let somebody else handle an inquiry that the caller has locked, with its task; None: whoever takes it."""
    inquiry.handled_by_id = staff_id
    inquiry.version_id += 1
    plan_callback(actor, inquiry)
    _record(actor, inquiry, "inquiry.taken")


def close_inquiry(actor: Actor, *, inquiry_id: int) -> Inquiry:
    """Nothing more is to be done. Repeating does nothing.

    Raises DomainError while somebody's outcome is "still in process": that and "not ready" are two things.
    """
    inquiry = locked(Inquiry, actor, inquiry_id)
    if inquiry.state is InquiryState.CLOSED:
        return inquiry
    if any(person.outcome == IN_PROCESS for person in inquiry.persons):
        raise DomainError(_("Say first what came of it for everybody whom it is about."))
    now = clock.now()
    inquiry.answered_at = inquiry.answered_at or max(now, inquiry.received_at)
    inquiry.state, inquiry.closed_at = InquiryState.CLOSED, now
    inquiry.version_id += 1
    cancel_callback(actor, inquiry)
    _record(actor, inquiry, "inquiry.closed")
    return inquiry


def close_past_inquiry(actor: Actor, inquiry: Inquiry) -> bool:
    """Close an inquiry of an old list once something has come of it for everybody; whether that was so.

    When it was answered is not known, unless the list says so: it is left out of the time to the first answer. The
    caller has just written the inquiry, or has locked it.
    """
    if inquiry.state is InquiryState.CLOSED or inquiry.archived_at is not None:
        return False
    if any(person.outcome == IN_PROCESS for person in inquiry.persons):
        return False
    inquiry.state, inquiry.closed_at = InquiryState.CLOSED, clock.now()
    cancel_callback(actor, inquiry)
    _record(actor, inquiry, "inquiry.closed")
    return True


def reopen_inquiry(actor: Actor, *, inquiry_id: int) -> Inquiry:
    """There is more to do. Repeating does nothing."""
    inquiry = locked(Inquiry, actor, inquiry_id)
    if inquiry.state is InquiryState.CLOSED:
        inquiry.state, inquiry.closed_at = InquiryState.IN_PROGRESS, None
        inquiry.version_id += 1
        _record(actor, inquiry, "inquiry.reopened")
    return inquiry


def remove_inquiry(actor: Actor, *, inquiry_id: int) -> Inquiry:
    """Take an inquiry away that was entered by mistake, with its lines and its task. Repeating does nothing.

    Who wrote it and managers may. Raises NotAllowed, NotVisible.
    """
    inquiry = locked(Inquiry, actor, inquiry_id)
    _check_may_remove(actor, inquiry)
    inquiry.archived_at = clock.now()
    inquiry.version_id += 1
    cancel_callback(actor, inquiry)
    remove_lines(inquiry)
    _record(actor, inquiry, "inquiry.removed")
    return inquiry


def restore_inquiry(actor: Actor, *, public_id: str) -> Inquiry:
    """Bring a removed inquiry back. May be repeated. Raises NotAllowed, NotVisible."""
    statement = select(Inquiry).where(Inquiry.public_id == public_id, Inquiry.unit_id.in_(actor.unit_ids))
    inquiry = current_session().scalar(trusted(statement, because="removed inquiries of the actor's own units"))
    if inquiry is None or not actor.has_role(Role.COORDINATOR, Role.MANAGER):
        raise NotVisible("Not found, or not visible to you.")
    _check_may_remove(actor, inquiry)
    if inquiry.archived_at is not None:
        inquiry.archived_at = None
        inquiry.version_id += 1
        current_session().flush()  # Only what has come back is seen by those who write its lines.
        plan_callback(actor, inquiry)
        write_lines(actor, inquiry, zone=current_session().get_one(Unit, inquiry.unit_id).time_zone)
        _record(actor, inquiry, "inquiry.restored")
    return inquiry


def values_of(inquiry: Inquiry) -> dict[str, object]:
    """What stands in the columns that ``InquiryFields`` fills, and the version."""
    names = InquiryFields.__dataclass_fields__
    return {name: getattr(inquiry, name) for name in names} | {"version": inquiry.version_id}


def _fill(actor: Actor, inquiry: Inquiry, fields: InquiryFields, unit: Unit) -> None:
    _check(actor, fields, unit)
    day_changed = inquiry.received_on != fields.received_on
    for name, value in asdict(fields).items():
        setattr(inquiry, name, value)
    if fields.source == NOT_STATED and fields.employer_id is not None:
        inquiry.source = EMPLOYER
    if day_changed:
        inquiry.received_at = _moment(fields.received_on, unit)
    inquiry.answer_due_on = add_working_days(fields.received_on, fields.answer_within, unit.country)


def _unit_of(actor: Actor, unit_id: int | None) -> Unit:
    wanted = unit_id if unit_id is not None else actor.unit_id
    if wanted is None or not (actor.is_system or wanted in actor.unit_ids):
        raise NotAllowed(_("Only somebody of the unit can do this."))
    return current_session().get_one(Unit, wanted)


def _answered_at(inquiry: Inquiry, day: date, unit: Unit) -> datetime:
    if not inquiry.received_on <= day <= clock.today(unit.time_zone):
        raise DomainError(_("The day lies before the inquiry, or has not come yet."), field="answered_on")
    return max(_moment(day, unit), inquiry.received_at)


def _moment(day: date, unit: Unit) -> datetime:
    """Now, for what came in today; noon of another day, of which no time is known."""
    if day == clock.today(unit.time_zone):
        return clock.now()
    return clock.local_instant(day, _NOON, unit.time_zone)


def _check(actor: Actor, fields: InquiryFields, unit: Unit) -> None:
    if fields.received_on > clock.today(unit.time_zone):
        raise DomainError(_("This day has not come yet."), field="received_on")
    for name, list_name in _LISTS.items():
        if getattr(fields, name) not in picklists.codes(list_name):
            raise DomainError(_("Choose one of the alternatives."), field=name)
    if not 0 <= fields.answer_within <= MOST_DAYS:
        raise DomainError(_("Write a number of days from 0 to 60."), field="answer_within")
    session = current_session()
    if fields.employer_id is not None:
        employer = visible(Employer, actor).where(Employer.id == fields.employer_id)
        if session.scalar(employer) is None:
            raise DomainError(_("Choose an employer."), field="employer")
    handler = session.get(Staff, fields.handled_by_id) if fields.handled_by_id is not None else None
    if fields.handled_by_id is not None and (handler is None or handler.unit_id not in {*actor.unit_ids, unit.id}):
        raise DomainError(_("Choose a colleague."), field="handled_by")


def _begin(actor: Actor, inquiry: Inquiry) -> None:
    if inquiry.handled_by_id is None:
        inquiry.handled_by_id = actor.staff_id
    if inquiry.state is InquiryState.RECEIVED:
        inquiry.state = InquiryState.IN_PROGRESS
    inquiry.version_id += 1


def _check_open(inquiry: Inquiry) -> None:
    if inquiry.state is InquiryState.CLOSED:
        raise DomainError(_("The inquiry is closed. Open it again first."))


def _check_may_remove(actor: Actor, inquiry: Inquiry) -> None:
    if not may_remove(actor, inquiry):
        raise NotAllowed(_("Only the person who wrote this, or a manager, can remove it."))


def _sent_before(submission_key: str | None) -> Inquiry | None:
    if submission_key is None:
        return None
    statement = select(Inquiry).where(Inquiry.submission_key == submission_key)
    return current_session().scalar(trusted(statement, because="named by the key of the form that made it"))


def _record(actor: Actor, inquiry: Inquiry, action: str) -> None:
    record(actor, action, subject_type="inquiry", subject_id=inquiry.id, unit_id=inquiry.unit_id)
