"""Adding, changing and archiving participants; recording a death."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts import audit
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.events import EmitResult, ParticipantChanged, emit
from crm.messaging.addresses import show_phone
from crm.participants import rules
from crm.participants.fields import ParticipantFields, as_columns, checked, fields_of
from crm.participants.models import Enrolment, Participant
from crm.participants.services.editing import check_unit, check_version, unit_of
from crm.participants.services.exits import exit_enrolment
from crm.participants.submissions import address_of_submission

_ALL_FIELDS = tuple(each.name for each in fields(ParticipantFields))


def add_participant(actor: Actor, *, given: ParticipantFields, submission_key: str | None = None) -> Participant:
    """A new participant of one of the actor's units. Raises DomainError for a field that is wrong.

    The same ``submission_key`` with the same name makes one participant, and whoever was sent twice at the same moment
    meets the unique address of the first. Without a key it is not repeatable, except that an external reference can
    exist only once in a unit.
    """
    unit = check_unit(actor, given.unit_id)
    values = checked(given, unit)
    _refuse_known_reference(values.external_ref, unit_id=unit.id)
    person = Participant(**as_columns(values), created_at=clock.now())
    if submission_key:
        person.public_id = address_of_submission(submission_key, values)
    session = current_session()
    session.add(person)
    session.flush()  # The id stands in the audit entry and in the event.
    _audit(actor, person, "participant_added")
    _tell(person, _ALL_FIELDS)
    return person


def change_participant(
    actor: Actor, *, participant_id: int, version: int | None, given: ParticipantFields
) -> Participant:
    """Save what was changed. Listeners hear which fields were changed (``ParticipantChanged``).

    Raises DomainError for a field that is wrong, EditConflict with what now stands there when somebody else saved
    after ``version``, NotVisible. Saving the same again changes nothing and tells nobody.
    """
    person = locked(Participant, actor, participant_id)
    check_version(person, version, lambda: current_values(person))
    before = fields_of(person)
    unit = unit_of(given.unit_id) if given.unit_id == person.unit_id else check_unit(actor, given.unit_id)
    values = checked(given, unit)
    changed = _changed(before, values)
    if not changed:
        return person
    if "external_ref" in changed:
        _refuse_known_reference(values.external_ref, unit_id=unit.id)
    for name, value in as_columns(values).items():
        setattr(person, name, value)
    person.version_id += 1
    _audit(actor, person, "participant_changed", fields=changed)
    _tell(person, changed)
    return person


def record_death(actor: Actor, *, participant_id: int, died_on: date) -> Participant:
    """Write down that a participant has died: nothing is sent any more, and what is open ends with that reason.

    Raises DomainError for a day to come; NotVisible. May be repeated.
    """
    person = locked(Participant, actor, participant_id)
    if not rules.EARLIEST <= died_on <= clock.today(unit_of(person.unit_id).time_zone):
        raise DomainError(_("The day of death cannot be in the future or before 1990."), field="died_on")
    if person.deceased_on != died_on:
        person.deceased_on = died_on
        person.version_id += 1
        _audit(actor, person, "death_recorded")
        _tell(person, ("deceased_on",))
    for enrolment in _open_enrolments(participant_id):
        ends_on = max(died_on, enrolment.starts_on)
        exit_enrolment(actor, enrolment_id=enrolment.id, exit_on=ends_on, reason=rules.DECEASED)
        person.deceased_on = died_on
    return person


def take_back_death(actor: Actor, *, participant_id: int) -> EmitResult:
    """Correct a death that was recorded by mistake. Exits stay; reopen them one by one. May be repeated."""
    person = locked(Participant, actor, participant_id)
    if person.deceased_on is None:
        return EmitResult()
    person.deceased_on = None
    person.version_id += 1
    _audit(actor, person, "death_taken_back")
    return _tell(person, ("deceased_on",))


def archive_participant(actor: Actor, *, participant_id: int) -> Participant:
    """Put a participant away: gone from lists and from search, nothing is deleted. May be repeated.

    Raises DomainError while an enrolment is open; NotVisible.
    """
    person = locked(Participant, actor, participant_id)
    if _open_enrolments(participant_id):
        raise DomainError(_("End the enrolment first. Then the participant can be archived."))
    if person.archived_at is None:
        person.archived_at = clock.now()
        person.version_id += 1
        _audit(actor, person, "participant_archived")
        _tell(person, ("archived_at",))
    return person


def restore_participant(actor: Actor, *, participant_id: int) -> Participant:
    """Take a participant out of the archive. May be repeated."""
    person = locked(Participant, actor, participant_id)
    if person.archived_at is not None:
        person.archived_at = None
        person.version_id += 1
        _audit(actor, person, "participant_restored")
        _tell(person, ("archived_at",))
    return person


def current_values(person: Participant) -> Mapping[str, object]:
    """What stands in the row, by field name: for showing the difference after an edit conflict."""
    now = fields_of(person)
    values = {each.name: getattr(now, each.name) for each in fields(now)}
    # As the form shows it; what was typed may still differ from it in blanks, which is no conflict to worry about.
    phone = show_phone(person.phone, unit_of(person.unit_id).country) if person.phone else None
    return {**values, "phone": phone, "person_version": person.version_id}


def _changed(before: ParticipantFields, after: ParticipantFields) -> tuple[str, ...]:
    names = [each.name for each in fields(before)]
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _tell(person: Participant, changed: tuple[str, ...]) -> EmitResult:
    current_session().flush()  # Listeners read the row.
    return emit(ParticipantChanged(participant_id=person.id, fields=changed))


def _open_enrolments(participant_id: int) -> list[Enrolment]:
    statement = select(Enrolment).where(Enrolment.participant_id == participant_id, Enrolment.exited_on.is_(None))
    return list(current_session().scalars(trusted(statement, because="of a participant already checked")))


def _refuse_known_reference(reference: str | None, *, unit_id: int) -> None:
    if reference is None:
        return
    statement = select(Participant.id).where(Participant.unit_id == unit_id, Participant.external_ref == reference)
    known = current_session().scalar(trusted(statement, because="whether the reference is taken, no person shown"))
    if known is not None:
        raise DomainError(_("Another participant of the unit has this reference."), field="external_ref")


def _audit(actor: Actor, person: Participant, action: str, *, fields: tuple[str, ...] = ()) -> None:
    details = {"fields": list(fields)} if fields else {}
    audit.record(
        actor,
        action,
        subject_type="participant",
        subject_id=person.id,
        unit_id=person.unit_id,
        details=details,
    )
