"""Workplace units under an employer."""

from dataclasses import asdict
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import WorkplaceFields
from crm.employers.models import Employer, Workplace
from crm.employers.org_numbers import read_unit_number
from crm.errors import DomainError
from crm.events import EmployerChanged, WorkplaceClosed, WorkplaceReopened, emit
from crm.messaging.addresses import normalise_phone


def add_workplace(actor: Actor, *, employer_id: int, fields: WorkplaceFields) -> Workplace:
    """Add a workplace unit. Raises NotVisible, and DomainError for a name that the employer has already."""
    employer = locked(Employer, actor, employer_id)
    workplace = Workplace(employer_id=employer.id)
    _fill(workplace, fields, employer)
    session = current_session()
    session.add(workplace)
    # Whoever hears of the event reads the row.
    session.flush()
    _record(actor, workplace, "workplace.added")
    emit(EmployerChanged(employer_id=employer.id))
    return workplace


def change_workplace(actor: Actor, *, workplace_id: int, fields: WorkplaceFields) -> Workplace:
    """Change a workplace unit. Raises NotVisible, DomainError."""
    workplace = locked(Workplace, actor, workplace_id)
    with current_session().no_autoflush:
        _fill(workplace, fields, locked(Employer, actor, workplace.employer_id))
    _record(actor, workplace, "workplace.changed")
    emit(EmployerChanged(employer_id=workplace.employer_id))
    return workplace


def archive_workplace(actor: Actor, *, workplace_id: int, since: date | None = None) -> Workplace:
    """Put a workplace unit away that is closed, ``since`` a day (default: today). May be repeated.

    Emits WorkplaceClosed: who works there must not be forgotten.
    """
    workplace = locked(Workplace, actor, workplace_id)
    if workplace.archived_at is None:
        workplace.archived_at = clock.now()
        _record(actor, workplace, "workplace.archived")
        emit(WorkplaceClosed(workplace_id=workplace.id, since=since or clock.today()))
        emit(EmployerChanged(employer_id=workplace.employer_id))
    return workplace


def restore_workplace(actor: Actor, *, workplace_id: int) -> Workplace:
    """Take a workplace unit back. May be repeated. Emits WorkplaceReopened."""
    workplace = locked(Workplace, actor, workplace_id)
    if workplace.archived_at is not None:
        workplace.archived_at = None
        _record(actor, workplace, "workplace.restored")
        emit(WorkplaceReopened(workplace_id=workplace.id))
        emit(EmployerChanged(employer_id=workplace.employer_id))
    return workplace


def _record(actor: Actor, workplace: Workplace, action: str) -> None:
    record(actor, action, subject_type="workplace", subject_id=workplace.id)


def _fill(workplace: Workplace, fields: WorkplaceFields, employer: Employer) -> None:
    if not fields.name:
        raise DomainError(_("Write the name of the workplace."), field="name")
    same = select(Workplace.id).where(Workplace.employer_id == employer.id, Workplace.name == fields.name)
    there = current_session().scalar(trusted(same, because="workplaces of the employer that was just locked"))
    if there is not None and there != workplace.id:
        raise DomainError(_("This employer has a workplace of this name already."), field="name")
    # A number that was kept before it was checked stays until somebody changes it.
    is_new = bool(fields.unit_number) and fields.unit_number != workplace.unit_number
    number = read_unit_number(fields.unit_number or "", employer.country) if is_new else fields.unit_number
    for name, value in (asdict(fields) | {"unit_number": number}).items():
        setattr(workplace, name, value)
    workplace.phone = normalise_phone(fields.phone, employer.country) if fields.phone else None
