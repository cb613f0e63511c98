"""One unit's relationship to an employer: owner, deputy, stage. Somebody is always responsible."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff, StaffRole, Unit, staff_roles
from crm.accounts.scopes import locked, trusted, visible
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship, Stage, StageChange
from crm.employers.rules import check_version
from crm.employers.services.lines import write_employer_line
from crm.employers.stages import STAGES, stage_label
from crm.errors import DomainError, NotAllowed
from crm.languages import in_all_languages
from crm.tasks.services import add_task
from crm.tasks.working_days import add_working_days

WITHOUT_OWNER = "employer.without_owner"


def take_relationship(actor: Actor, *, employer_id: int, unit_id: int, owner_id: int | None) -> EmployerRelationship:
    """Give a unit a relationship to an employer, or its owner where it has none. May be repeated.

    Raises NotVisible, NotAllowed for a unit that is not the actor's, DomainError when a colleague owns it already.
    """
    employer = locked(Employer, actor, employer_id)
    if not actor.is_system and unit_id not in actor.unit_ids:
        raise NotAllowed(_("Choose one of your own units."))
    relationship = find_relationship(actor, employer.id, unit_id)
    if relationship is None:
        relationship = _begin(actor, employer, unit_id, owner_id)
    elif owner_id is not None and relationship.owner_id is None:
        relationship.owner_id = owner_id
        relationship.version_id += 1
        _owner_line(actor, relationship)
        _record(actor, relationship, "relationship.taken")
    elif owner_id not in (None, relationship.owner_id):
        raise DomainError(_("A colleague is responsible already. Ask them to hand over."))
    return relationship


def hand_over_relationship(
    actor: Actor,
    *,
    relationship_id: int,
    version: int | None,
    owner_id: int | None,
    deputy_id: int | None = None,
) -> EmployerRelationship:
    """Name who is responsible and their deputy. Without an owner the unit is responsible and its manager gets a task.

    The owner, the deputy and managers may hand over; anybody in the unit where nobody owns it. Raises NotVisible,
    NotAllowed, EditConflict, and DomainError for somebody who does not work in the unit.
    """
    relationship = locked(EmployerRelationship, actor, relationship_id)
    check_version(relationship, version, {"owner_id": relationship.owner_id, "deputy_id": relationship.deputy_id})
    holders = {relationship.owner_id, relationship.deputy_id} - {None}
    if holders and actor.staff_id not in holders and not actor.has_role(Role.MANAGER):
        raise NotAllowed(_("Only the person responsible or a manager hands over."))
    if owner_id is not None and owner_id == deputy_id:
        raise DomainError(_("Choose two different people."), field="deputy_id")
    before = (relationship.owner_id, relationship.deputy_id)
    if before == (owner_id, deputy_id):
        return relationship
    _check_works_there(relationship.unit_id, owner_id, "owner_id")
    _check_works_there(relationship.unit_id, deputy_id, "deputy_id")
    relationship.owner_id, relationship.deputy_id = owner_id, deputy_id
    relationship.version_id += 1
    _record(actor, relationship, "relationship.handed_over")
    if before[0] != owner_id:
        _owner_line(actor, relationship)
    if before[0] is not None and owner_id is None:
        _tell_manager(actor, relationship)
    return relationship


def change_stage(actor: Actor, *, relationship_id: int, stage: str, version: int | None = None) -> EmployerRelationship:
    """Move a relationship to another stage; the move is kept with its time. May be repeated.

    Raises NotVisible, EditConflict, and DomainError for a stage that does not exist.
    """
    relationship = locked(EmployerRelationship, actor, relationship_id)
    check_version(relationship, version, {"stage": relationship.stage})
    if stage not in STAGES:
        raise DomainError(_("Choose one of the stages."), field="stage")
    if stage != relationship.stage:
        move_to_stage(actor, relationship, stage)
    return relationship


def move_to_stage(actor: Actor, relationship: EmployerRelationship, stage: str) -> None:
    """Move a relationship that the caller has locked, with its row of the stage history and its line."""
    before, now = relationship.stage, clock.now()
    current_session().add(
        StageChange(relationship_id=relationship.id, from_stage=before, to_stage=stage, at=now, by_id=actor.staff_id)
    )
    relationship.stage, relationship.stage_since = stage, now
    relationship.version_id += 1
    _record(actor, relationship, "relationship.moved")
    write_employer_line(
        actor,
        kind="stage",
        employer_id=relationship.employer_id,
        unit_id=relationship.unit_id,
        summary=lambda: _(
            "Stage: %(new)s (before: %(old)s)", new=str(stage_label(stage)), old=str(stage_label(before))
        ),
    )


def find_relationship(actor: Actor, employer_id: int, unit_id: int) -> EmployerRelationship | None:
    """The relationship of a unit to an employer, locked, if there is one that the actor sees."""
    statement = visible(EmployerRelationship, actor).where(
        EmployerRelationship.employer_id == employer_id, EmployerRelationship.unit_id == unit_id
    )
    return current_session().scalar(statement.with_for_update(of=EmployerRelationship))


def _begin(actor: Actor, employer: Employer, unit_id: int, owner_id: int | None) -> EmployerRelationship:
    now, session = clock.now(), current_session()
    relationship = EmployerRelationship(
        employer_id=employer.id, unit_id=unit_id, owner_id=owner_id, stage=Stage.NEW.value, stage_since=now,
        created_at=now,
    )  # fmt: skip
    session.add(relationship)
    # The first row of the stage history needs the number of the relationship.
    session.flush()
    session.add(StageChange(relationship_id=relationship.id, to_stage=Stage.NEW.value, at=now, by_id=actor.staff_id))
    _record(actor, relationship, "relationship.begun")
    if owner_id is not None:
        _owner_line(actor, relationship)
    return relationship


def _record(actor: Actor, relationship: EmployerRelationship, action: str) -> None:
    record(
        actor,
        action,
        subject_type="employer",
        subject_id=relationship.employer_id,
        unit_id=relationship.unit_id,
        details={"relationship_id": relationship.id},
    )


def _owner_line(actor: Actor, relationship: EmployerRelationship) -> None:
    owner = current_session().get(Staff, relationship.owner_id) if relationship.owner_id else None
    name = owner.name if owner else None
    write_employer_line(
        actor,
        kind="relationship",
        employer_id=relationship.employer_id,
        unit_id=relationship.unit_id,
        summary=lambda: (
            _("%(name)s is responsible", name=name) if name else _("The unit is responsible until somebody takes over")
        ),
    )


def _check_works_there(unit_id: int, staff_id: int | None, field: str) -> None:
    if staff_id is None:
        return
    person = current_session().get(Staff, staff_id)
    if person is None or not person.active or not _works_for(person.unit_id, unit_id):
        raise DomainError(_("Choose somebody who works in this unit."), field=field)


def _works_for(staff_unit_id: int, unit_id: int) -> bool:
    """Whether the person's unit is the relationship's, or stands above it."""
    at: int | None = unit_id
    while at is not None and at != staff_unit_id:
        unit = current_session().get(Unit, at)
        at = unit.parent_id if unit else None
    return at is not None


def _tell_manager(actor: Actor, relationship: EmployerRelationship) -> None:
    statement = select(Employer).where(Employer.id == relationship.employer_id)
    employer = current_session().scalars(trusted(statement, because="the relationship was just locked")).one()
    unit = current_session().get(Unit, relationship.unit_id)
    name = employer.name
    add_task(
        actor,
        kind=WITHOUT_OWNER,
        source_ref=f"{relationship.public_id}:{relationship.version_id}",
        title=in_all_languages(lambda: _("%(name)s has nobody responsible", name=name)),
        due_on=add_working_days(clock.today(), 2, unit.country if unit else ""),
        unit_id=relationship.unit_id,
        owner_id=_manager_of(relationship.unit_id),
        employer_id=employer.id,
    )


def _manager_of(unit_id: int) -> int | None:
    """An active manager of the unit itself, or of the nearest unit above that has one."""
    at: int | None = unit_id
    while at is not None:
        statement = (
            select(Staff.id)
            .join(staff_roles, staff_roles.c.staff_id == Staff.id)
            .join(StaffRole, StaffRole.id == staff_roles.c.role_id)
            .where(StaffRole.name == Role.MANAGER.value, Staff.unit_id == at, Staff.active)
            .order_by(Staff.id)
            .limit(1)
        )
        found = current_session().scalar(statement)
        if found is not None:
            return found
        unit = current_session().get(Unit, at)
        at = unit.parent_id if unit else None
    return None
