"""Whom others have named: found in the list of employers, laid aside, or taken up again."""

from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.tasks.models import Task, TaskState
from crm.tasks.services import complete_task, reopen_task
from outreach.calling.models import Referral
from outreach.calling.services.carrying import REFERRAL


def settle_referral(actor: Actor, *, referral_id: int, employer_id: int | None) -> Referral:
    """Say which employer was meant, or (None) lay the referral aside; its task is done. May be repeated.

    Raises NotVisible.
    """
    referral = locked(Referral, actor, referral_id)
    if employer_id is not None:
        referral.to_employer_id = locked(Employer, actor, employer_id).id
    if referral.settled_at is None:
        referral.settled_at = clock.now()
        for task in _tasks(referral, TaskState.OPEN):
            complete_task(actor, task_id=task.id, settled=True)
    _changed(actor, referral, "outreach_referral.settled")
    return referral


def reopen_referral(actor: Actor, *, referral_id: int) -> Referral:
    """Take back that a referral was dealt with; its task is open again. May be repeated. Raises NotVisible."""
    referral = locked(Referral, actor, referral_id)
    if referral.settled_at is not None:
        referral.settled_at = referral.to_employer_id = None
        for task in _tasks(referral, TaskState.DONE):
            reopen_task(actor, task_id=task.id)
        _changed(actor, referral, "outreach_referral.reopened")
    return referral


def _tasks(referral: Referral, state: TaskState) -> list[Task]:
    statement = select(Task).where(
        Task.kind == REFERRAL, Task.source_ref == referral.public_id, Task.state == state,
        Task.unit_id == referral.unit_id,
    )  # fmt: skip
    return list(current_session().scalars(trusted(statement, because="the task of a referral that was checked")))


def _changed(actor: Actor, referral: Referral, action: str) -> None:
    referral.version_id += 1
    record(
        actor, action, subject_type="outreach_referral", subject_id=referral.id, unit_id=referral.unit_id,
        details={"employer_id": referral.from_employer_id},
    )  # fmt: skip
