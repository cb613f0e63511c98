"""Who is responsible for an employer in a unit. Somebody always is: without an owner it is the unit itself."""

from collections.abc import Callable, Collection

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Staff, StaffRole, Unit, staff_roles
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.rules import check_version
from crm.employers.services.lines import write_employer_line
from crm.errors import DomainError, NotAllowed
from crm.events import RelationshipHandedOver, emit
from crm.languages import in_all_languages
from crm.tasks.models import Task, TaskState
from crm.tasks.services import add_task, hand_over_tasks
from crm.tasks.working_days import add_working_days

WITHOUT_OWNER = "employer.without_owner"
_DAYS_TO_NAME_SOMEBODY = 2
_Holders = tuple[int | None, int | None]
"""Who is responsible, and the deputy."""


def hand_over_relationship(
    actor: Actor,
    *,
    relationship_id: int,
    version: int | None,
    owner_id: int | None,
    deputy_id: int | None = None,
    note: str | None = None,
) -> EmployerRelationship:
    """Name who is responsible and their deputy. Without an owner the unit is responsible and its manager gets a task.

    ``note``: what the successor must know; it stands in the history. Open tasks about the employer go along. The
    owner, the deputy and managers may hand over; anybody in the unit where nobody owns it. Raises NotVisible,
    NotAllowed, EditConflict, and DomainError for somebody who does not work in the unit, and for a unit that nobody
    leads: somebody must be responsible.
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
    check_works_there(relationship.unit_id, owner_id, "owner_id")
    check_works_there(relationship.unit_id, deputy_id, "deputy_id")
    if owner_id is None and before[0] is not None:
        check_somebody_leads(relationship.unit_id, "owner_id")
    relationship.owner_id, relationship.deputy_id = owner_id, deputy_id
    relationship.version_id += 1
    record_relationship(actor, relationship, "relationship.handed_over", before=before)
    if before[0] != owner_id:
        write_owner_line(actor, relationship, note=note)
        _move_along(actor, relationship, before[0])
    if before[0] is not None and owner_id is None:
        tell_manager(actor, relationship)
    if before[1] != deputy_id:
        tell_others(relationship, before[1], deputy_id, as_deputy=True)
    return relationship


def tell_others(
    relationship: EmployerRelationship, from_id: int | None, to_id: int | None, *, as_deputy: bool = False
) -> None:
    """Let other features move what they keep of whoever was responsible, or stood in, for this employer."""
    emit(RelationshipHandedOver(relationship.employer_id, relationship.unit_id, from_id, to_id, as_deputy))


def _move_along(actor: Actor, relationship: EmployerRelationship, before: int | None) -> None:
    if before is not None:
        hand_over_tasks(actor, from_id=before, to={relationship.employer_id: relationship.owner_id})
    tell_others(relationship, before, relationship.owner_id)


def record_relationship(
    actor: Actor, relationship: EmployerRelationship, action: str, *, before: _Holders | None = None
) -> None:
    """Write into the audit log what was done with a relationship. ``before``: who was responsible, and the deputy."""
    record(
        actor,
        action,
        subject_type="employer",
        subject_id=relationship.employer_id,
        unit_id=relationship.unit_id,
        details={"relationship_id": relationship.id} | (_from_whom_to_whom(relationship, before) if before else {}),
    )


def _from_whom_to_whom(relationship: EmployerRelationship, before: _Holders) -> dict[str, int]:
    owner, deputy = before
    found: dict[str, int | None] = {}
    if owner != relationship.owner_id:
        found |= {"from_staff_id": owner, "to_staff_id": relationship.owner_id}
        # Without anybody the unit itself is responsible.
        found |= {"unit_id": None if relationship.owner_id and owner else relationship.unit_id}
    if deputy != relationship.deputy_id:
        found |= {"deputy_id": relationship.deputy_id}
    return {key: number for key, number in found.items() if number is not None}


def write_owner_line(actor: Actor, relationship: EmployerRelationship, *, note: str | None = None) -> None:
    """The line of the history that names who is responsible now, with the note that was handed over."""
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
        detail=note or None,
    )


def check_works_there(unit_id: int, staff_id: int | None, field: str) -> None:
    """Raises DomainError for somebody of whom ``works_there`` does not hold. None is the unit itself."""
    if staff_id is not None and not works_there(unit_id, staff_id):
        raise DomainError(_("Choose somebody who works in this unit."), field=field)


def works_there(unit_id: int, staff_id: int | None) -> bool:
    """Whether somebody may sign in, works in the unit or above it, and sees its employers: evaluators see figures."""
    person = current_session().get(Staff, staff_id) if staff_id is not None else None
    if person is None or not person.active or person.role_names <= {Role.EVALUATOR}:
        return False
    return _works_for(person.unit_id, unit_id)


def check_somebody_leads(unit_id: int, field: str) -> None:
    """Raises DomainError for a unit that cannot be responsible itself, because nobody leads it or a unit above it."""
    if manager_of(unit_id) is None:
        raise DomainError(_("Choose a person: this unit has no manager who could be responsible."), field=field)


def employer_of(relationship: EmployerRelationship) -> Employer:
    """The employer of a relationship that the caller has locked."""
    statement = select(Employer).where(Employer.id == relationship.employer_id)
    return current_session().scalars(trusted(statement, because="the relationship was just locked")).one()


def tell_manager_of_many(actor: Actor, *, unit_id: int, count: int, source_ref: str) -> None:
    """One task for the manager of a unit that has become responsible for many employers. May be repeated."""
    _task_of_manager(
        actor,
        unit_id=unit_id,
        source_ref=source_ref,
        title=lambda: ngettext(
            "One employer has nobody responsible", "%(num)d employers have nobody responsible", count
        ),
    )


def tell_manager(actor: Actor, relationship: EmployerRelationship) -> None:
    """A task for the manager of a unit that is responsible for an employer itself. Repeatable for one version."""
    employer = employer_of(relationship)
    name = employer.name
    _task_of_manager(
        actor,
        unit_id=relationship.unit_id,
        source_ref=f"{relationship.public_id}:{relationship.version_id}",
        title=lambda: _("%(name)s has nobody responsible", name=name),
        employer_id=employer.id,
    )


def leave_tasks_to_units(actor: Actor, *, staff_id: int, unit_ids: Collection[int] | None = None) -> None:
    """What somebody leaves behind besides their employers: their open tasks about others' are the unit's from now on.

    Those that say that nobody is responsible go to its manager. ``unit_ids``: the units left; None means all of them.
    May be repeated.
    """
    about_employers = Task.employer_id.is_not(None) | (Task.kind == WITHOUT_OWNER)
    statement = select(Task).where(
        Task.owner_id == staff_id, Task.state == TaskState.OPEN, Task.participant_id.is_(None), about_employers
    )
    if unit_ids is not None:
        statement = statement.where(Task.unit_id.in_(unit_ids))
    because = "open tasks of somebody who may no longer work there"
    for task in current_session().scalars(trusted(statement, because=because).with_for_update()).all():
        task.owner_id = manager_of(task.unit_id) if task.kind == WITHOUT_OWNER else None
        task.version_id += 1
        record(actor, "task_handed_over", subject_type="task", subject_id=task.id, unit_id=task.unit_id)


def is_told(relationship: EmployerRelationship) -> bool:
    """Whether a task that names this employer waits already, because nobody is responsible for it."""
    waiting = select(Task.id).where(
        Task.kind == WITHOUT_OWNER, Task.employer_id == relationship.employer_id,
        Task.unit_id == relationship.unit_id, Task.state == TaskState.OPEN,
    )  # fmt: skip
    because = "only whether there is one, about a relationship that the caller has locked"
    return current_session().scalar(trusted(waiting.limit(1), because=because)) is not None


def _task_of_manager(
    actor: Actor, *, unit_id: int, source_ref: str, title: Callable[[], str], employer_id: int | None = None
) -> None:
    unit = current_session().get(Unit, unit_id)
    add_task(
        actor,
        kind=WITHOUT_OWNER,
        source_ref=source_ref,
        title=in_all_languages(title),
        due_on=add_working_days(clock.today(), _DAYS_TO_NAME_SOMEBODY, unit.country if unit else ""),
        unit_id=unit_id,
        owner_id=manager_of(unit_id),
        employer_id=employer_id,
    )


def _works_for(staff_unit_id: int, unit_id: int) -> bool:
    """Whether the person's unit is the relationship's, or stands above it."""
    at: int | None = unit_id
    while at is not None and at != staff_unit_id:
        unit = current_session().get(Unit, at)
        at = unit.parent_id if unit else None
    return at is not None


def manager_of(unit_id: int) -> int | None:
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
