"""The next step of a contact: one task, named by the contact."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import NextStep
from crm.employers.models import Contact, Employer
from crm.languages import in_all_languages
from crm.tasks.models import Task, TaskState
from crm.tasks.services import add_task, cancel_tasks

KIND = "employer.next_step"


def next_step_of(contact: Contact) -> Task | None:
    """The task of a contact's next step, whatever its state."""
    statement = select(Task).where(Task.kind == KIND, Task.source_ref == contact.public_id)
    return current_session().scalar(trusted(statement, because="the next step of a contact already checked"))


def plan_next_step(actor: Actor, contact: Contact, employer: Employer, step: NextStep | None) -> Task | None:
    """Make the task agree with what was promised: add it, change it while it is open, cancel it. May be repeated.

    A task that is done stays as it is.
    """
    if step is None:
        cancel_next_step(actor, contact)
        return None
    name = employer.name
    title = {"": step.text} if step.text else in_all_languages(lambda: _("Follow up %(name)s", name=name))
    task = next_step_of(contact)
    if task is None:
        persons = [met.person_id for met in contact.met]
        return add_task(
            actor, kind=KIND, source_ref=contact.public_id, title=title, due_on=step.due_on, unit_id=contact.unit_id,
            owner_id=contact.staff_id, employer_id=employer.id, contact_person_id=persons[0] if persons else None,
        )  # fmt: skip
    if task.state is not TaskState.DONE and (task.title, task.due_on, task.state) != (
        title, step.due_on, TaskState.OPEN,
    ):  # fmt: skip
        task.title, task.due_on, task.state = title, step.due_on, TaskState.OPEN
        task.closed_at = task.closed_by_id = None
        task.version_id += 1
    return task


def cancel_next_step(actor: Actor, contact: Contact) -> None:
    """Cancel the open task of a contact that no longer plans anything. May be repeated."""
    cancel_tasks(actor, kind=KIND, source_ref=contact.public_id)


def reopen_next_step(actor: Actor, contact: Contact) -> NextStep | None:
    """Open the cancelled task of a contact that has come back, and say what it promises."""
    task = next_step_of(contact)
    if task is None:
        return None
    if task.state is TaskState.CANCELLED:
        task.state = TaskState.OPEN
        task.closed_at = task.closed_by_id = None
        task.version_id += 1
    return NextStep(due_on=task.due_on, text=task.title.get(""))
