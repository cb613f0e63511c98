"""Writing tasks: add, complete, reopen, move, hand over, cancel."""

from collections.abc import Collection, Mapping
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, select, update

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError, EditConflict
from crm.tasks.models import Task, TaskState
from crm.tasks.places import is_settled_elsewhere

_BY_KEY = "tasks of one source, named by the key of a row that the caller has checked"


def add_task(
    actor: Actor,
    *,
    title: dict[str, str],
    due_on: date,
    unit_id: int,
    owner_id: int | None,
    kind: str = "manual",
    source_ref: str | None = None,
    note: str | None = None,
    employer_id: int | None = None,
    contact_person_id: int | None = None,
    participant_id: int | None = None,
) -> Task:
    """Add a task; without ``owner_id`` it is the unit's. ``title`` maps languages to text ('' = as written by hand).

    With a ``source_ref`` there is one task for each (kind, source_ref): a second call returns it as it stands,
    also when somebody has completed it. Tasks of one source are written inside the transaction of their source.
    """
    if source_ref is not None:
        there = current_session().scalar(_of_source(kind, source_ref))
        if there is not None:
            return there
    task = Task(
        kind=kind, source_ref=source_ref, title=title, note=note, due_on=due_on, unit_id=unit_id, owner_id=owner_id,
        created_by_id=actor.staff_id, created_at=clock.now(), employer_id=employer_id,
        contact_person_id=contact_person_id, participant_id=participant_id,
    )  # fmt: skip
    current_session().add(task)
    # The caller may need the id for a link or an event before the commit.
    current_session().flush()
    _record(actor, task, "task_added")
    return task


def complete_task(actor: Actor, *, task_id: int, version: int | None = None, settled: bool = False) -> Task:
    """Mark a task as done. One that is done already stays as it is.

    ``settled``: what the task is about has been written down. Raises DomainError for a task that is settled elsewhere
    (``TaskPlace``) without it, so that the two never disagree; NotVisible, EditConflict.
    """
    task = locked(Task, actor, task_id)
    if task.state is TaskState.DONE:
        return task
    if is_settled_elsewhere(task) and not settled:
        raise DomainError(_("Write down what the task is about: then it is done by itself."))
    _check_version(task, version)
    task.state = TaskState.DONE
    task.closed_at, task.closed_by_id = clock.now(), actor.staff_id
    task.version_id += 1
    _record(actor, task, "task_completed")
    return task


def reopen_task(actor: Actor, *, task_id: int) -> Task:
    """Take back that a task was done or cancelled. Raises NotVisible."""
    task = locked(Task, actor, task_id)
    if task.state is not TaskState.OPEN:
        task.state = TaskState.OPEN
        task.closed_at = task.closed_by_id = None
        task.version_id += 1
        _record(actor, task, "task_reopened")
    return task


def reschedule_task(actor: Actor, *, task_id: int, due_on: date) -> Task:
    """Move an open task to another day. Raises NotVisible, and DomainError for a task that is closed."""
    task = locked(Task, actor, task_id)
    if task.state is not TaskState.OPEN:
        raise DomainError(_("The task is closed. Open it again before you move it."))
    if task.due_on != due_on:
        task.due_on = due_on
        task.version_id += 1
        _record(actor, task, "task_moved")
    return task


def take_task(actor: Actor, *, task_id: int) -> Task:
    """Make the actor the owner of a task. Raises NotVisible, and DomainError when a colleague was faster."""
    task = locked(Task, actor, task_id)
    if task.owner_id not in (None, actor.staff_id):
        raise DomainError(_("A colleague has taken this task already."))
    if task.owner_id is None:
        task.owner_id = actor.staff_id
        task.version_id += 1
        _record(actor, task, "task_taken")
    return task


def give_task_back(actor: Actor, *, task_id: int, version: int) -> Task:
    """Take back that the actor took a task: it is the unit's again.

    Raises NotVisible, and EditConflict when something has happened with it since.
    """
    task = locked(Task, actor, task_id)
    if task.version_id != version or task.owner_id != actor.staff_id:
        raise EditConflict(
            _("It cannot be undone: somebody has changed something meanwhile."), current={"owner_id": task.owner_id}
        )
    task.owner_id = None
    task.version_id += 1
    _record(actor, task, "task_given_back")
    return task


def hand_over_tasks(
    actor: Actor, *, from_id: int | None, to: Mapping[int, int | None], only: Collection[int] | None = None
) -> list[Task]:
    """Give somebody's open tasks about some employers to whoever is responsible now; returns those that moved.

    ``to`` maps employers to the new owner (None: the unit). ``only``: of these tasks alone, for taking it back. Tasks
    about a participant stay: they go with the participant. May be repeated.
    """
    statement = select(Task).where(
        Task.owner_id == from_id, Task.state == TaskState.OPEN, Task.employer_id.in_(to), Task.participant_id.is_(None)
    )
    if only is not None:
        statement = statement.where(Task.id.in_(only))
    because = "tasks about employers whose responsibility the caller has just moved"
    found = list(current_session().scalars(trusted(statement, because=because).with_for_update()))
    for task in found:
        assert task.employer_id is not None
        task.owner_id = to[task.employer_id]
        task.version_id += 1
        _record(actor, task, "task_handed_over")
    return found


def cancel_tasks(actor: Actor, *, kind: str, source_ref: str) -> int:
    """Cancel the open tasks of a source that no longer holds. Returns how many. May be repeated."""
    found = current_session().scalars(_of_source(kind, source_ref).where(Task.state == TaskState.OPEN)).all()
    for task in found:
        task.state = TaskState.CANCELLED
        task.closed_at, task.closed_by_id = clock.now(), actor.staff_id
        task.version_id += 1
        _record(actor, task, "task_cancelled")
    return len(found)


def revive_tasks(actor: Actor, *, kind: str, source_ref: str) -> int:
    """Open the cancelled tasks of a source that holds again. Returns how many. May be repeated."""
    found = current_session().scalars(_of_source(kind, source_ref).where(Task.state == TaskState.CANCELLED)).all()
    for task in found:
        task.state = TaskState.OPEN
        task.closed_at = task.closed_by_id = None
        task.version_id += 1
        _record(actor, task, "task_reopened")
    return len(found)


def remove_notes(kind: str, source_refs: Collection[str]) -> None:
    """Take the notes away from tasks whose source may no longer be read; the tasks stay. May be repeated."""
    tasks = update(Task).where(Task.kind == kind, Task.source_ref.in_(source_refs))
    current_session().execute(tasks.values(note=None))


def _record(actor: Actor, task: Task, action: str) -> None:
    record(actor, action, subject_type="task", subject_id=task.id, unit_id=task.unit_id)


def _of_source(kind: str, source_ref: str) -> Select[Task]:
    statement = select(Task).where(Task.kind == kind, Task.source_ref == source_ref).with_for_update()
    return trusted(statement, because=_BY_KEY)


def _check_version(task: Task, version: int | None) -> None:
    if version is not None and version != task.version_id:
        raise EditConflict(
            _("Somebody changed this task while you had the page open."), current={"due_on": task.due_on}
        )
