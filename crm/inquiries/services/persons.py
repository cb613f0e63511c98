"""Persons of an inquiry, and what came of it for each."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.scopes import locked, visible
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.glossary import picklists
from crm.inquiries.models import IN_PROCESS, Inquiry, InquiryPerson, InquiryState
from crm.inquiries.services.lines import write_lines
from crm.inquiries.sources import tells_who
from crm.participants.models import Participant


@dataclass(frozen=True)
class NewPerson:
    """Somebody whom an inquiry is about: a participant, or a label, or neither ("somebody")."""

    participant_id: int | None = None
    label: str | None = None
    outcome: str = IN_PROCESS
    outcome_on: date | None = None


def append_person(actor: Actor, inquiry: Inquiry, given: NewPerson) -> InquiryPerson:
    """Add somebody to an inquiry that the caller has locked. A participant who is in it already stays once.

    Raises DomainError for a label that tells who somebody is, or for a participant that ``actor`` does not see.
    """
    if given.label and tells_who(given.label):
        raise DomainError(
            _("A label must not have numbers or addresses that tell who it is. Find the participant instead."),
            field="label",
        )
    if given.participant_id is not None:
        for person in inquiry.persons:
            if person.participant_id == given.participant_id:
                return person
        seen = visible(Participant, actor).where(Participant.id == given.participant_id)
        if current_session().scalar(seen) is None:
            raise DomainError(_("Find the participant and choose them."), field="participant")
    person = InquiryPerson(participant_id=given.participant_id, label=given.label or None)
    inquiry.persons.append(person)
    _set(inquiry, person, given.outcome, given.outcome_on)
    return person


def add_person(actor: Actor, *, inquiry_id: int, given: NewPerson) -> InquiryPerson:
    """Add somebody to an inquiry. Raises DomainError also for an inquiry that is closed; NotVisible."""
    inquiry = locked(Inquiry, actor, inquiry_id)
    _check_open(inquiry)
    person = append_person(actor, inquiry, given)
    inquiry.version_id += 1
    current_session().flush()  # The line names the participant.
    write_lines(actor, inquiry, zone=current_session().get_one(Unit, inquiry.unit_id).time_zone)
    _record(actor, inquiry, "inquiry.person_added")
    return person


def remove_person(actor: Actor, *, person_id: int) -> None:
    """Take somebody out of an inquiry. Raises DomainError for an inquiry that is closed; NotVisible."""
    person = locked(InquiryPerson, actor, person_id)
    inquiry = locked(Inquiry, actor, person.inquiry_id)
    _check_open(inquiry)
    inquiry.persons.remove(person)
    inquiry.version_id += 1
    current_session().flush()
    write_lines(actor, inquiry, zone=current_session().get_one(Unit, inquiry.unit_id).time_zone)
    _record(actor, inquiry, "inquiry.person_removed")


def set_outcome(actor: Actor, *, person_id: int, outcome: str, outcome_on: date | None = None) -> InquiryPerson:
    """What came of it for one person, a code of inquiry_outcome; ``outcome_on`` is today where it is not said.

    Raises DomainError; on a closed inquiry also for "still in process".
    """
    person = locked(InquiryPerson, actor, person_id)
    inquiry = locked(Inquiry, actor, person.inquiry_id)
    if inquiry.state is InquiryState.CLOSED and outcome == IN_PROCESS:
        raise DomainError(_("The inquiry is closed. Open it again first."), field="outcome")
    _set(inquiry, person, outcome, outcome_on)
    inquiry.version_id += 1
    _record(actor, inquiry, "inquiry.outcome_set")
    return person


def _set(inquiry: Inquiry, person: InquiryPerson, outcome: str, outcome_on: date | None) -> None:
    if outcome not in picklists.codes("inquiry_outcome"):
        raise DomainError(_("Choose one of the alternatives."), field="outcome")
    today = clock.today(current_session().get_one(Unit, inquiry.unit_id).time_zone)
    if outcome_on is not None and not inquiry.received_on <= outcome_on <= today:
        raise DomainError(_("The day lies before the inquiry, or has not come yet."), field="outcome_on")
    person.outcome = outcome
    person.outcome_on = None if outcome == IN_PROCESS else outcome_on or max(today, inquiry.received_on)


def _check_open(inquiry: Inquiry) -> None:
    if inquiry.state is InquiryState.CLOSED:
        raise DomainError(_("The inquiry is closed. Open it again first."))


def _record(actor: Actor, inquiry: Inquiry, action: str) -> None:
    record(actor, action, subject_type="inquiry", subject_id=inquiry.id, unit_id=inquiry.unit_id)
