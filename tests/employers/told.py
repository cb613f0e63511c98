"""Whether somebody has been told that a unit itself is responsible for an employer."""

from sqlalchemy import or_, select

from crm.db import current_session
from crm.employers.handover_models import Handover, HandoverItem
from crm.employers.models import EmployerRelationship
from crm.employers.services.responsible import WITHOUT_OWNER, works_there
from crm.imports.models import ImportRun
from crm.imports.undoing import whole_journal
from crm.tasks.models import Task, TaskState


def tasks_about_nobody(row: EmployerRelationship) -> list[Task]:
    """The open tasks that say of this very relationship that nobody is responsible for it: by the employer's name, by
    the handover in which it was given to the unit, or by the list that brought it."""
    session = current_session()
    handed = select(Handover.public_id).join(HandoverItem).where(
        HandoverItem.relationship_id == row.id, HandoverItem.to_id.is_(None), HandoverItem.undone.is_(False)
    )  # fmt: skip
    lists = [
        run.public_id for run in session.scalars(select(ImportRun))
        if row.id in _written(run.id)
    ]  # fmt: skip
    sources = [f"{each}:{row.unit_id}" for each in [*session.scalars(handed), *lists]]
    statement = select(Task).where(
        Task.kind == WITHOUT_OWNER, Task.unit_id == row.unit_id, Task.state == TaskState.OPEN,
        or_(
            Task.employer_id == row.employer_id,
            Task.source_ref.in_([*sources, *(f"{each}:undone" for each in sources)]),
        ),
    )  # fmt: skip
    return list(session.scalars(statement))


def reaches_somebody(task: Task) -> bool:
    """Whether somebody has the task who may sign in, sees the unit and may do something about it."""
    return works_there(task.unit_id, task.owner_id)


def _written(run_id: int) -> set[int]:
    journal, table = whole_journal(run_id), EmployerRelationship.__tablename__
    return {*journal.created.get(table, ()), *journal.changed.get(table, {})}
