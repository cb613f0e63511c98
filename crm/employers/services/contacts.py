"""Contacts with employers: logged, corrected, removed and brought back."""

from dataclasses import asdict
from datetime import date, time

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.scopes import condition, locked, scoped, trusted
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.fields import ContactFields, NextStep
from crm.employers.models import Contact, ContactMet, Employer, EmployerRelationship, Position, Stage, Workplace
from crm.employers.rules import check_version
from crm.employers.services.contact_lines import KIND, write_contact_line
from crm.employers.services.next_steps import cancel_next_step, plan_next_step, reopen_next_step
from crm.employers.services.relationships import move_to_stage, take_relationship
from crm.employers.stages import NOT_REACHED, meaning_of
from crm.employers.ways import BASES, BASES_WHEN_BLOCKED
from crm.errors import DomainError, NotAllowed, NotVisible
from crm.events import ContactLogged, emit
from crm.glossary import picklists
from crm.history.services import remove_line

_NOON = time(12)
_PLAIN = tuple(name for name in ContactFields.__dataclass_fields__ if name not in ("person_ids", "submission_key"))


def log_contact(
    actor: Actor,
    *,
    employer_id: int,
    fields: ContactFields,
    next_step: NextStep | None = None,
    unit_id: int | None = None,
) -> Contact:
    """Write down a contact with an employer: its line in the history, its next step as a task of the actor.

    The unit (default: the actor's) gets a relationship if it has none, and a new relationship moves to the stage
    "in contact" once somebody was reached. The same ``submission_key`` makes one contact, however often it is sent.
    Raises NotVisible, DomainError. Emits ContactLogged.
    """
    employer = locked(Employer, actor, employer_id)
    there = _sent_before(fields.submission_key)
    if there is not None:
        return there
    _check_basis(employer, fields.basis)
    unit = _unit(actor, unit_id)
    contact = Contact(
        employer_id=employer.id,
        unit_id=unit.id,
        staff_id=actor.staff_id,
        submission_key=fields.submission_key,
        created_at=clock.now(),
    )
    _fill(actor, contact, fields, unit)
    session = current_session()
    session.add(contact)
    # The history, the task and the event name the contact.
    session.flush()
    _update_relationship(actor, contact, owner_id=actor.staff_id)
    plan_next_step(actor, contact, employer, next_step)
    write_contact_line(actor, contact, next_step, zone=unit.time_zone)
    _record(actor, contact, "contact.logged")
    emit(ContactLogged(contact_id=contact.id, employer_id=employer.id))
    return contact


def change_contact(
    actor: Actor, *, contact_id: int, version: int | None, fields: ContactFields, next_step: NextStep | None
) -> Contact:
    """Correct a contact, its line and its next step. The author and managers may.

    Raises NotVisible, NotAllowed, EditConflict with what now stands there, DomainError.
    """
    contact = _own(actor, contact_id)
    check_version(contact, version, values_of(contact))
    unit = _unit(actor, contact.unit_id)
    _fill(actor, contact, fields, unit)
    contact.version_id += 1
    _record(actor, contact, "contact.changed")
    current_session().flush()
    employer = locked(Employer, actor, contact.employer_id)
    _update_relationship(actor, contact, owner_id=None)
    plan_next_step(actor, contact, employer, next_step)
    write_contact_line(actor, contact, next_step, zone=unit.time_zone)
    return contact


def remove_contact(actor: Actor, *, contact_id: int) -> Contact:
    """Take a contact away with its line and its open next step; ``restore_contact`` brings it back.

    The author and managers may. May be repeated. Raises NotVisible, NotAllowed.
    """
    contact = _own(actor, contact_id)
    if contact.archived_at is None:
        contact.archived_at = clock.now()
        contact.version_id += 1
        _record(actor, contact, "contact.removed")
        current_session().flush()
        remove_line(KIND, contact.public_id)
        cancel_next_step(actor, contact)
        _update_relationship(actor, contact, owner_id=None)
    return contact


def restore_contact(actor: Actor, *, public_id: str) -> Contact:
    """Bring back a contact that was removed, with its line and its next step. May be repeated.

    Raises NotVisible, NotAllowed.
    """
    statement = select(Contact).where(Contact.public_id == public_id, Contact.unit_id.in_(actor.unit_ids))
    contact = current_session().scalar(trusted(statement, because="removed contacts of the actor's own units"))
    if contact is None:
        raise NotVisible("Not found, or not visible to you.")
    _check_may_change(actor, contact)
    if contact.archived_at is not None:
        contact.archived_at = None
        contact.version_id += 1
        _record(actor, contact, "contact.restored")
        current_session().flush()
        next_step = reopen_next_step(actor, contact)
        _update_relationship(actor, contact, owner_id=None)
        write_contact_line(actor, contact, next_step, zone=_unit(actor, contact.unit_id).time_zone)
    return contact


def may_change(actor: Actor, contact: Contact) -> bool:
    """Whether ``actor`` wrote the contact or is a manager of its unit."""
    author = contact.staff_id is not None and contact.staff_id == actor.staff_id
    return author or (actor.has_role(Role.MANAGER) and (actor.is_system or contact.unit_id in actor.unit_ids))


def values_of(contact: Contact) -> dict[str, object]:
    """What stands in the columns that ``ContactFields`` fills."""
    met = frozenset(met.person_id for met in contact.met)
    return {name: getattr(contact, name) for name in _PLAIN} | {"person_ids": met}


def _record(actor: Actor, contact: Contact, action: str) -> None:
    record(
        actor,
        action,
        subject_type="employer",
        subject_id=contact.employer_id,
        unit_id=contact.unit_id,
        details={"contact_id": contact.id},
    )


def _own(actor: Actor, contact_id: int) -> Contact:
    contact = locked(Contact, actor, contact_id)
    _check_may_change(actor, contact)
    return contact


def _check_may_change(actor: Actor, contact: Contact) -> None:
    if not may_change(actor, contact):
        raise NotAllowed(_("Only the person who wrote this, or a manager, can change it."))


def _sent_before(submission_key: str | None) -> Contact | None:
    if submission_key is None:
        return None
    statement = select(Contact).where(Contact.submission_key == submission_key)
    return current_session().scalar(trusted(statement, because="named by the key of the form that made it"))


def _unit(actor: Actor, unit_id: int | None) -> Unit:
    wanted = actor.unit_id if unit_id is None else unit_id
    if wanted is None or not (actor.is_system or wanted in actor.unit_ids):
        raise NotAllowed(_("Choose one of your own units."))
    return current_session().get_one(Unit, wanted)


def _fill(actor: Actor, contact: Contact, fields: ContactFields, unit: Unit) -> None:
    _check_values(fields, today=clock.today(unit.time_zone))
    _check_workplace(contact.employer_id, fields.workplace_id)
    plain = asdict(fields)
    for name in _PLAIN:
        setattr(contact, name, plain[name])
    known = _persons_here(actor, contact.employer_id, fields.person_ids)
    contact.met = [met for met in contact.met if met.person_id in known]
    there = {met.person_id for met in contact.met}
    contact.met.extend(ContactMet(person_id=person_id) for person_id in sorted(known - there))


def _check_basis(employer: Employer, basis: str | None) -> None:
    """Who has a block is approached only for a reason that holds, and it is written down which."""
    if not (employer.advertising_block or employer.do_not_contact):
        return
    holding = BASES_WHEN_BLOCKED if employer.do_not_contact else frozenset(BASES)
    if basis not in holding:
        raise DomainError(
            _("They have a block. Say what gave you the right to approach them all the same."), field="basis"
        )


def _check_values(fields: ContactFields, *, today: date) -> None:
    if fields.on_date > today:
        raise DomainError(_("This day has not come yet. Write what you plan as the next step."), field="on_date")
    lists = {"channel": "contact_channel", "outcome": "contact_outcome", "purpose": "contact_purpose"}
    for name, list_name in lists.items():
        value = getattr(fields, name)
        if value is not None and value not in picklists.codes(list_name):
            raise DomainError(_("Choose one of the alternatives."), field=name)
    if fields.quality_level is not None and not 1 <= fields.quality_level <= 5:
        raise DomainError(_("Choose a level from 1 to 5."), field="quality_level")
    if fields.travel_minutes is not None and not 0 <= fields.travel_minutes <= 1440:
        raise DomainError(_("Write the minutes, 1440 at most."), field="travel_minutes")


def _check_workplace(employer_id: int, workplace_id: int | None) -> None:
    place = current_session().get(Workplace, workplace_id) if workplace_id else None
    if workplace_id is not None and (place is None or place.employer_id != employer_id):
        raise DomainError(_("Choose one of this employer's workplaces."), field="workplace_id")


def _persons_here(actor: Actor, employer_id: int, person_ids: frozenset[int]) -> set[int]:
    if not person_ids:
        return set()
    statement = select(Position.person_id).where(
        Position.employer_id == employer_id, Position.person_id.in_(person_ids)
    )
    return set(current_session().scalars(scoped(statement, condition(Position, actor))))


def _update_relationship(actor: Actor, contact: Contact, *, owner_id: int | None) -> None:
    """Keep the unit's relationship in step with its contacts: last contact, and out of the stage "new"."""
    relationship = _relationship_of(actor, contact, owner_id)
    if relationship is None:
        return
    newest = select(func.max(Contact.on_date)).where(
        Contact.employer_id == contact.employer_id,
        Contact.unit_id == contact.unit_id,
        Contact.archived_at.is_(None),
    )
    session = current_session()
    day = session.scalar(trusted(newest, because="the newest day of the contacts of the unit itself"))
    unit = session.get_one(Unit, contact.unit_id)
    relationship.last_contact_at = clock.local_instant(day, _NOON, unit.time_zone) if day else None
    reached = contact.archived_at is None and contact.outcome not in NOT_REACHED
    if reached and meaning_of(relationship.stage) is Stage.NEW:
        move_to_stage(actor, relationship, Stage.CONTACT.value)


def _relationship_of(actor: Actor, contact: Contact, owner_id: int | None) -> EmployerRelationship | None:
    statement = select(EmployerRelationship).where(
        EmployerRelationship.employer_id == contact.employer_id, EmployerRelationship.unit_id == contact.unit_id
    )
    found = current_session().scalar(trusted(statement, because="the relationship of the contact's own unit"))
    if found is None and contact.archived_at is None:
        return take_relationship(actor, employer_id=contact.employer_id, unit_id=contact.unit_id, owner_id=owner_id)
    return found
