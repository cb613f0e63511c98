"""A register says that an employer went bankrupt, is being wound up, or has closed: everybody who must know is told."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship, RegisterStatus
from crm.employers.registers.words import status_sentence
from crm.employers.services.lines import write_employer_line
from crm.employers.services.responsible import manager_of
from crm.events import EmployerClosed, emit
from crm.languages import in_all_languages
from crm.register_points import RegisterEntry
from crm.tasks.services import add_task, cancel_tasks
from crm.tasks.working_days import add_working_days

CLOSED_TASK = "employer.closed"
_ALL = "everybody who works with an employer hears that it has closed"


def tell_status(actor: Actor, employer: Employer, entry: RegisterEntry) -> bool:
    """Take over whether the company is bankrupt, wound up, closed or active again, and tell about it when that is new:
    a line of the history, tasks for those responsible and their managers, EmployerClosed. Whether it was new.

    The caller has locked the employer. May be repeated.
    """
    if "status" in entry.missing:
        return False
    status, old = RegisterStatus(entry.status), employer.register_status or RegisterStatus.ACTIVE
    if status is old:
        employer.register_status_since = entry.status_since or employer.register_status_since
        return False
    since = entry.status_since or clock.today()
    employer.register_status = status
    employer.register_status_since = None if status is RegisterStatus.ACTIVE else since
    name = employer.name
    write_employer_line(
        actor,
        kind="register",
        employer_id=employer.id,
        summary=lambda: status_sentence(status, name),
        detail=None,
    )
    _drop_tasks(actor, employer, old)
    if status is not RegisterStatus.ACTIVE:
        _add_tasks(actor, employer, status)
        emit(EmployerClosed(employer_id=employer.id, status=status.value, since=since))
    return True


def _add_tasks(actor: Actor, employer: Employer, status: RegisterStatus) -> None:
    name = employer.name
    for relationship in _relationships(employer.id):
        unit = current_session().get(Unit, relationship.unit_id)
        manager = manager_of(relationship.unit_id)
        for owner in dict.fromkeys((relationship.owner_id or manager, manager)):
            add_task(
                actor,
                kind=CLOSED_TASK,
                source_ref=f"{_reference(employer, status)}:{relationship.id}:{owner or 0}",
                title=in_all_languages(
                    lambda: _("%(what)s: who is there, and what now?", what=status_sentence(status, name))
                ),
                due_on=add_working_days(clock.today(), 1, unit.country if unit else ""),
                unit_id=relationship.unit_id,
                owner_id=owner,
                employer_id=employer.id,
            )


def _drop_tasks(actor: Actor, employer: Employer, old: RegisterStatus) -> None:
    """What was said before no longer holds; its open tasks go."""
    if old is RegisterStatus.ACTIVE:
        return
    for relationship in _relationships(employer.id):
        manager = manager_of(relationship.unit_id)
        for owner in dict.fromkeys((relationship.owner_id or manager, manager)):
            reference = f"{_reference(employer, old)}:{relationship.id}:{owner or 0}"
            cancel_tasks(actor, kind=CLOSED_TASK, source_ref=reference)


def _reference(employer: Employer, status: RegisterStatus) -> str:
    return f"{employer.public_id}:{status.value}"


def _relationships(employer_id: int) -> list[EmployerRelationship]:
    statement = select(EmployerRelationship).where(EmployerRelationship.employer_id == employer_id)
    return list(current_session().scalars(trusted(statement.order_by(EmployerRelationship.id), because=_ALL)))
