"""Reading one employer and what stands around it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, false, func, select, true
from sqlalchemy.orm import contains_eager, joinedload

from crm.accounts.models import Staff, StaffRole, Unit, staff_roles
from crm.accounts.scopes import condition, prepared, read_prepared, scoped, trusted, visible
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
from crm.errors import NotVisible

Columns = TypeVarTuple("Columns")
STAFF = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
_OWNER, _DEPUTY, _CALLER = (Staff.__table__.alias(name) for name in ("owner", "deputy", "caller"))
_NEWEST, _CONTACT = (Contact.__table__.alias(name) for name in ("newest_contact", "contact_of_unit"))
_GUARDED = "the contact guard tells only number, date, kind, unit and owner of other units' relationships"


class OwnRelationship(NamedTuple):
    """The columns of a relationship that those who are of its unit read."""

    public_id: str
    version_id: int
    unit_id: int
    owner_id: int | None
    stage: str
    stage_since: datetime
    prior_experience: str
    prior_experience_reason: str | None
    preferred_information: str | None
    note: str | None


class PersonAt(NamedTuple):
    """Somebody who works or has worked at an employer: the person, and what they are there."""

    person_id: int
    public_id: str
    name: str
    phone: str | None
    email: str | None
    do_not_call: bool
    do_not_mail: bool
    preferred_way: str | None
    told_on: date | None
    created_at: datetime
    title: str | None
    decides: bool
    left_on: date | None
    workplace: str | None


@dataclass(frozen=True)
class UnitRelationship:
    """What everybody may know of a unit's relationship. ``own`` is more of it where it is one of the reader's units."""

    unit: str
    owner: str | None
    deputy: str | None
    own: OwnRelationship | None
    last_on: date | None = None
    last_channel: str | None = None
    last_staff: str | None = None
    """The unit's newest contact: day, kind and who; nothing of what was said."""
    last_outcome: str | None = None
    """What came of it, where the unit is the reader's."""
    last_staff_id: int | None = None
    contacts: int = 0
    """How many contacts the unit has had."""


def everybody_here(actor: Actor) -> ColumnElement[bool]:
    """Employers, workplaces and contact persons are the organisation's: all roles but evaluators see them."""
    return true() if actor.has_role(*STAFF) else false()


def own_relationships(actor: Actor) -> ColumnElement[bool]:
    """Relationships of the actor's units."""
    return and_(everybody_here(actor), EmployerRelationship.unit_id.in_(actor.unit_ids))


def own_contacts(actor: Actor) -> ColumnElement[bool]:
    """Contacts of the actor's units that have not been removed."""
    return and_(everybody_here(actor), Contact.unit_id.in_(actor.unit_ids), Contact.archived_at.is_(None))


def employer_with_workplaces(actor: Actor, public_id: str) -> Employer:
    """An employer with its workplaces in one query. Raises NotVisible."""
    statement = prepared(actor, "employer", lambda: _one_employer(actor))
    found = current_session().scalars(statement, {"public_id": public_id}).unique().first()
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return found


def _one_employer(actor: Actor) -> Select[Employer]:
    statement = visible(Employer, actor).where(Employer.public_id == bindparam("public_id"))
    warner = joinedload(Employer.warned_by).load_only(Staff.name)
    return statement.options(joinedload(Employer.workplaces), warner)


def positions_at(actor: Actor, employer_id: int) -> list[Position]:
    """Who works at an employer, those who have left last; persons and workplaces are loaded with them."""
    statement = select(Position).options(contains_eager(Position.person), joinedload(Position.workplace))
    return list(current_session().scalars(_by_person(actor, statement), {"employer_id": employer_id}))


def people_at(actor: Actor, employer_id: int) -> list[PersonAt]:
    """Who works at an employer, in the order of ``positions_at``, for a page that only shows them."""
    rows = read_prepared(actor, "people at an employer", lambda: _people_at(actor), employer_id=employer_id)
    return [PersonAt._make(row) for row in rows]


def _people_at(actor: Actor) -> Select[Any]:
    of_person = (
        ContactPerson.id, ContactPerson.public_id, ContactPerson.name, ContactPerson.phone, ContactPerson.email,
        ContactPerson.do_not_call, ContactPerson.do_not_mail, ContactPerson.preferred_way, ContactPerson.told_on,
        ContactPerson.created_at,
    )  # fmt: skip
    statement: Any = select(*of_person, Position.title, Position.decides, Position.left_on, Workplace.name)
    return _by_person(actor, statement.select_from(Position)).outerjoin(Position.workplace)


def _by_person(actor: Actor, statement: Select[*Columns]) -> Select[*Columns]:
    statement = (
        statement.join(Position.person)
        .where(Position.employer_id == bindparam("employer_id"), ContactPerson.archived_at.is_(None))
        .order_by(Position.left_on.is_not(None), Position.decides.desc(), ContactPerson.sort_name)
    )
    return scoped(statement, condition(Position, actor))


def positions_of(actor: Actor, person_id: int) -> list[Position]:
    """Where a contact person works or has worked; employers are loaded with them."""
    statement = (
        select(Position)
        .where(Position.person_id == person_id)
        .options(joinedload(Position.employer), joinedload(Position.workplace))
        .order_by(Position.left_on.is_not(None), Position.id)
    )
    return list(current_session().scalars(scoped(statement, condition(Position, actor))))


def employer_of_id(actor: Actor, employer_id: int) -> Employer | None:
    """The employer with this number, if ``actor`` sees it."""
    return current_session().scalar(visible(Employer, actor).where(Employer.id == employer_id))


def person_of_id(actor: Actor, person_id: int) -> ContactPerson | None:
    """The contact person with this number, if ``actor`` sees them."""
    return current_session().scalar(visible(ContactPerson, actor).where(ContactPerson.id == person_id))


def employer_of_relationship(relationship: EmployerRelationship) -> Employer:
    """The employer of a relationship that the caller has checked."""
    statement = select(Employer).where(Employer.id == relationship.employer_id)
    return current_session().scalars(trusted(statement, because="of a relationship already checked")).one()


def workplaces_of(actor: Actor, employer_id: int) -> list[Workplace]:
    """The workplace units in use of an employer, by name."""
    statement = visible(Workplace, actor).where(Workplace.employer_id == employer_id, Workplace.archived_at.is_(None))
    return list(current_session().scalars(statement.order_by(Workplace.name)))


def relationships_to(actor: Actor, employer_id: int) -> list[UnitRelationship]:
    """Every unit's relationship to an employer with its newest contact, the reader's own first: the contact guard.

    Of other units only who, when and how is told. A contact always leaves its unit with a relationship.
    """
    rows = read_prepared(actor, "relationships", lambda: _relationships(actor), employer_id=employer_id)
    return sorted((_relationship(actor, row) for row in rows), key=lambda each: each.own is None)


def _relationship(actor: Actor, row: Sequence[Any]) -> UnitRelationship:
    *columns, unit, owner, deputy, on, channel, outcome, caller, caller_id, count = row
    told = OwnRelationship(*columns)
    own = told if told.unit_id in actor.unit_ids else None
    return UnitRelationship(unit, owner, deputy, own, on, channel, caller, outcome if own else None, caller_id, count)


def _relationships(actor: Actor) -> Select[Any]:
    statement: Any = (
        select(
            *(getattr(EmployerRelationship, name) for name in OwnRelationship._fields),
            Unit.name, _OWNER.c.name, _DEPUTY.c.name, _NEWEST.c.on_date, _NEWEST.c.channel,
            _NEWEST.c.outcome, _CALLER.c.name, _CALLER.c.id, _count_of_contacts(),
        )
        .join(Unit, Unit.id == EmployerRelationship.unit_id)
        .outerjoin(_OWNER, _OWNER.c.id == EmployerRelationship.owner_id)
        .outerjoin(_DEPUTY, _DEPUTY.c.id == EmployerRelationship.deputy_id)
        .outerjoin(_NEWEST, _NEWEST.c.id == _newest_contact())
        .outerjoin(_CALLER, _CALLER.c.id == _NEWEST.c.staff_id)
        .where(EmployerRelationship.employer_id == bindparam("employer_id"))
        .order_by((EmployerRelationship.unit_id == actor.unit_id).desc(), Unit.name)
    )  # fmt: skip
    return trusted(statement, because=_GUARDED)


def _newest_contact() -> ScalarSelect[int]:
    newest = (
        select(_CONTACT.c.id)
        .where(
            _CONTACT.c.employer_id == EmployerRelationship.employer_id,
            _CONTACT.c.unit_id == EmployerRelationship.unit_id,
            _CONTACT.c.archived_at.is_(None),
        )
        .order_by(_CONTACT.c.on_date.desc(), _CONTACT.c.id.desc())
        .limit(1)
    )
    return newest.correlate(EmployerRelationship).scalar_subquery()


def _count_of_contacts() -> ScalarSelect[int]:
    counted = select(func.count()).where(
        _CONTACT.c.employer_id == EmployerRelationship.employer_id,
        _CONTACT.c.unit_id == EmployerRelationship.unit_id,
        _CONTACT.c.archived_at.is_(None),
    )
    return counted.correlate(EmployerRelationship).scalar_subquery()


def staff_of_units(unit_ids: Collection[int]) -> Sequence[Staff]:
    """Active colleagues of some units, by name: who may be responsible. Colleagues' names are known to everybody.

    Evaluators are not among them: they see no employer.
    """
    fit = (
        select(staff_roles.c.staff_id)
        .join(StaffRole, StaffRole.id == staff_roles.c.role_id)
        .where(StaffRole.name.in_([role.value for role in STAFF]))
    )
    statement = (
        select(Staff).where(Staff.unit_id.in_(unit_ids), Staff.active, Staff.id.in_(fit)).order_by(Staff.name, Staff.id)
    )
    return current_session().scalars(statement).all()


def employer_choices(actor: Actor, ids: Collection[int]) -> list[tuple[int, str]]:
    """Id and name of some employers that ``actor`` sees, by name."""
    statement = scoped(select(Employer.id, Employer.name), condition(Employer, actor)).where(Employer.id.in_(ids))
    return [(row[0], row[1]) for row in current_session().execute(statement.order_by(Employer.sort_name))]
