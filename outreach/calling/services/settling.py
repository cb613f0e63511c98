"""Tasks that are done with a call: what was promised last time, and what the caller ticks."""

from collections.abc import Collection, Sequence

from crm import clock
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Contact
from crm.employers.services.next_steps import next_step_of
from crm.errors import NotVisible
from crm.tasks.models import Task, TaskState
from crm.tasks.places import is_settled_elsewhere
from crm.tasks.queries import TaskRow, open_tasks_of_employer
from crm.tasks.services import complete_task
from outreach.calling.models import Call

MOST = 5
"""So many open tasks of an employer are offered to be ticked, those due first."""


def settle_promise(actor: Actor, call: Call) -> None:
    """The call that was promised last time is made with this one, so its task is done."""
    task = _kept_promise(call)
    if task is None:
        return
    try:
        complete_task(actor, task_id=task.id, settled=True)
    except NotVisible:
        return  # A colleague's own task: they see in the history that the call was made.


def tasks_to_tick(call: Call, rows: Sequence[TaskRow]) -> list[TaskRow]:
    """Which of an employer's open tasks this call may have done. What is settled by itself or elsewhere, and what is
    about a participant, is not asked for."""
    promise = _kept_promise(call)
    own = promise.id if promise is not None else None
    return [row for row in rows if row.task.id != own and _is_ticked(row)][:MOST]


def settle_ticked(actor: Actor, call: Call, public_ids: Collection[str]) -> None:
    """What the caller has ticked is done. A task that a colleague has closed meanwhile stays as it is."""
    if public_ids:
        for row in tasks_to_tick(call, open_tasks_of_employer(actor, call.employer_id)):
            if row.task.public_id in public_ids:
                complete_task(actor, task_id=row.task.id)


def _kept_promise(call: Call) -> Task | None:
    """The open task of the last call of this entry, if its day has come."""
    if call.entry is None or call.entry.contact_id is None:
        return None
    before = current_session().get(Contact, call.entry.contact_id)
    task = next_step_of(before) if before is not None else None
    is_due = task is not None and task.state is TaskState.OPEN and task.due_on <= clock.today(call.unit.time_zone)
    return task if is_due else None


def _is_ticked(row: TaskRow) -> bool:
    return row.participant_id is None and not is_settled_elsewhere(row.task)
