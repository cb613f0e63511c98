"""Reading one employer and what stands around it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, false, select, true
from sqlalchemy.orm import joinedload

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import condition, scoped, trusted, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import (
    Contact,
    ContactPerson,
    Employer,
    EmployerRelationship,
    Position,
    Workplace,
)

STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
_GUARDED = "the contact guard tells only date, kind, unit and owner of other units' relationships"
_LAST_CONTACTS = 3


@dataclass(frozen=True)
class UnitRelationship:
    """What everybody may know of a unit's relationship. ``own`` is the row where it is one of the reader's units."""

    unit: str
    owner: str | None
    deputy: str | None
    last_contact_at: datetime | None
    own: EmployerRelationship | None


@dataclass(frozen=True)
class GuardContact:
    """A contact by any unit, as the contact guard tells it."""

    on_date: date
    channel: str
    unit: str
    staff: str | None


def everybody_here(actor: Actor) -> ColumnElement[bool]:
    """Employers, workplaces and contact persons are the organisation's: all roles but evaluators see them."""
    return true() if actor.has_role(*STAFF) else false()


def own_relationships(actor: Actor) -> ColumnElement[bool]:
    """Relationships of the actor's units."""
    return and_(everybody_here(actor), EmployerRelationship.unit_id.in_(actor.unit_ids))


def own_contacts(actor: Actor) -> ColumnElement[bool]:
    """Contacts of the actor's units that have not been removed."""
    return and_(everybody_here(actor), Contact.unit_id.in_(actor.unit_ids), Contact.archived_at.is_(None))


def positions_at(actor: Actor, employer_id: int) -> list[Position]:
    """Who works at an employer, those who have left last; persons and workplaces are loaded with them."""
    statement = (
        select(Position)
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(Position.employer_id == employer_id, ContactPerson.archived_at.is_(None))
        .options(joinedload(Position.person), joinedload(Position.workplace))
        .order_by(Position.left_on.is_not(None), Position.decides.desc(), ContactPerson.sort_name)
    )
    return list(current_session().scalars(scoped(statement, condition(Position, actor))))


def positions_of(actor: Actor, person_id: int) -> list[Position]:
    """Where a contact person works or has worked; employers are loaded with them."""
    statement = (
        select(Position)
        .where(Position.person_id == person_id)
        .options(joinedload(Position.employer), joinedload(Position.workplace))
        .order_by(Position.left_on.is_not(None), Position.id)
    )
    return list(current_session().scalars(scoped(statement, condition(Position, actor))))


def workplaces_of(actor: Actor, employer_id: int) -> list[Workplace]:
    """The workplace units in use of an employer, by name."""
    statement = visible(Workplace, actor).where(
        Workplace.employer_id == employer_id, Workplace.archived_at.is_(None)
    )
    return list(current_session().scalars(statement.order_by(Workplace.name)))


def relationships_to(actor: Actor, employer_id: int) -> list[UnitRelationship]:
    """Every unit's relationship to an employer, the reader's own first; of others only who and when."""
    owner, deputy = (Staff.__table__.alias(name) for name in ("owner", "deputy"))
    statement = (
        select(EmployerRelationship, Unit.name, owner.c.name, deputy.c.name)
        .join(Unit, Unit.id == EmployerRelationship.unit_id)
        .outerjoin(owner, owner.c.id == EmployerRelationship.owner_id)
        .outerjoin(deputy, deputy.c.id == EmployerRelationship.deputy_id)
        .where(EmployerRelationship.employer_id == employer_id)
        .order_by((EmployerRelationship.unit_id == actor.unit_id).desc(), Unit.name)
    )
    rows = current_session().execute(trusted(statement, because=_GUARDED)).all()
    found = [
        UnitRelationship(
            unit=unit, owner=owner_name, deputy=deputy_name, last_contact_at=row.last_contact_at,
            own=row if row.unit_id in actor.unit_ids else None,
        )
        for row, unit, owner_name, deputy_name in rows
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.own is None)


def last_contacts(employer_id: int, *, limit: int = _LAST_CONTACTS) -> list[GuardContact]:
    """The newest contacts by any unit: date, kind, unit and who, nothing of what was said."""
    statement = (
        select(Contact.on_date, Contact.channel, Unit.name, Staff.name)
        .join(Unit, Unit.id == Contact.unit_id)
        .outerjoin(Staff, Staff.id == Contact.staff_id)
        .where(Contact.employer_id == employer_id, Contact.archived_at.is_(None))
        .order_by(Contact.on_date.desc(), Contact.id.desc())
        .limit(limit)
    )
    rows = current_session().execute(trusted(statement, because=_GUARDED))
    return [GuardContact(*row) for row in rows]


def staff_of_units(unit_ids: Collection[int]) -> Sequence[Staff]:
    """Active colleagues of some units, by name: who may be responsible. Colleagues' names are known to everybody."""
    statement = select(Staff).where(Staff.unit_id.in_(unit_ids), Staff.active).order_by(Staff.name, Staff.id)
    return current_session().scalars(statement).all()


def employer_choices(actor: Actor, ids: Collection[int]) -> list[tuple[int, str]]:
    """Id and name of some employers that ``actor`` sees, by name."""
    statement = scoped(select(Employer.id, Employer.name), condition(Employer, actor)).where(Employer.id.in_(ids))
    return [(row[0], row[1]) for row in current_session().execute(statement.order_by(Employer.sort_name))]
