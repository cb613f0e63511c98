"""Contact persons, and the employers that they work for."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import condition, locked, scoped
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import PersonFields, PositionFields
from crm.employers.models import ContactPerson, Employer, Position, Workplace
from crm.employers.rules import check_version, sort_name
from crm.employers.ways import WAYS
from crm.errors import DomainError, NotVisible
from crm.events import ContactPersonChanged, emit
from crm.messaging.addresses import normalise_email, normalise_phone

_PLAIN = ("name", "phone", "email", "do_not_call", "do_not_mail", "preferred_way", "told_on")


def add_contact_person(
    actor: Actor, *, employer_id: int, fields: PersonFields, position: PositionFields | None = None
) -> ContactPerson:
    """Add a person who works at an employer. Raises DomainError for what is wrong, NotVisible."""
    employer = locked(Employer, actor, employer_id)
    person = ContactPerson(created_at=clock.now())
    _fill(person, fields)
    session = current_session()
    session.add(person)
    # The number of the row is needed for the position and the event.
    session.flush()
    _place(employer, person, position or PositionFields())
    record(actor, "contact_person.added", subject_type="contact_person", subject_id=person.id)
    emit(ContactPersonChanged(person_id=person.id))
    return person


def change_contact_person(actor: Actor, *, person_id: int, version: int | None, fields: PersonFields) -> ContactPerson:
    """Change a contact person everywhere they work. Raises DomainError, NotVisible, EditConflict."""
    person = locked(ContactPerson, actor, person_id)
    check_version(person, version, values_of(person))
    _fill(person, fields)
    person.version_id += 1
    record(actor, "contact_person.changed", subject_type="contact_person", subject_id=person.id)
    emit(ContactPersonChanged(person_id=person.id))
    return person


def note_told(actor: Actor, *, person_id: int, on: date) -> ContactPerson:
    """Write down that a contact person was told that we keep their details. The first day stays. May be repeated."""
    person = locked(ContactPerson, actor, person_id)
    if person.told_on is None:
        person.told_on = on
        person.version_id += 1
        record(actor, "contact_person.told", subject_type="contact_person", subject_id=person.id)
    return person


def values_of(person: ContactPerson) -> dict[str, object]:
    """What stands in the columns that ``PersonFields`` fills."""
    return {name: getattr(person, name) for name in _PLAIN}


def add_position(actor: Actor, *, person_id: int, employer_id: int, fields: PositionFields) -> Position:
    """Say that a contact person works at an employer, or change what they are there. May be repeated.

    Somebody who had left is there again. Raises NotVisible, DomainError for a workplace of another employer.
    """
    employer = locked(Employer, actor, employer_id)
    person = locked(ContactPerson, actor, person_id)
    position = _place(employer, person, fields)
    _record_position(actor, position, "position.added")
    emit(ContactPersonChanged(person_id=person.id))
    return position


def leave_position(actor: Actor, *, person_id: int, employer_id: int, left_on: date) -> Position:
    """Say that somebody no longer works at an employer; the history stays. May be repeated. Raises NotVisible."""
    position = _position(actor, person_id, employer_id)
    if position.left_on is None:
        position.left_on = left_on
        _record_position(actor, position, "position.left")
        emit(ContactPersonChanged(person_id=person_id))
    return position


def return_to_position(actor: Actor, *, person_id: int, employer_id: int) -> Position:
    """Take back that somebody has left. May be repeated. Raises NotVisible."""
    position = _position(actor, person_id, employer_id)
    if position.left_on is not None:
        position.left_on = None
        _record_position(actor, position, "position.returned")
        emit(ContactPersonChanged(person_id=person_id))
    return position


def _record_position(actor: Actor, position: Position, action: str) -> None:
    record(
        actor,
        action,
        subject_type="contact_person",
        subject_id=position.person_id,
        details={"employer_id": position.employer_id},
    )


def _place(employer: Employer, person: ContactPerson, fields: PositionFields) -> Position:
    session = current_session()
    if fields.workplace_id is not None:
        place = session.get(Workplace, fields.workplace_id)
        if place is None or place.employer_id != employer.id:
            raise DomainError(_("Choose one of this employer's workplaces."), field="workplace_id")
    position = next((each for each in person.positions if each.employer_id == employer.id), None)
    if position is None:
        position = Position(employer_id=employer.id, person_id=person.id)
        person.positions.append(position)
    position.title, position.decides = fields.title, fields.decides
    position.workplace_id, position.left_on = fields.workplace_id, None
    # Whoever hears of the event reads the position.
    session.flush()
    return position


def _position(actor: Actor, person_id: int, employer_id: int) -> Position:
    statement = select(Position).where(Position.person_id == person_id, Position.employer_id == employer_id)
    found = current_session().scalar(scoped(statement, condition(Position, actor)).with_for_update())
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def _fill(person: ContactPerson, fields: PersonFields) -> None:
    if not fields.name:
        raise DomainError(_("Write the person's name."), field="name")
    person.name, person.sort_name = fields.name, sort_name(fields.name)[:160]
    person.phone = normalise_phone(fields.phone, fields.country) if fields.phone else None
    person.email = normalise_email(fields.email) if fields.email else None
    if fields.preferred_way not in (None, *WAYS):
        raise DomainError(_("Choose one of the alternatives."), field="preferred_way")
    person.do_not_call, person.told_on = fields.do_not_call, fields.told_on
    person.do_not_mail, person.preferred_way = fields.do_not_mail, fields.preferred_way
