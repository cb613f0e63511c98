"""Whoever wants to be called back is a task with a day, so that it comes onto the overdue list."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor, system_actor
from crm.db import current_session
from crm.employers.models import Contact, Employer
from crm.employers.stages import NOT_REACHED
from crm.events import ContactLogged
from crm.inquiries.models import Inquiry, InquiryState
from crm.languages import in_all_languages
from crm.tasks.models import Task, TaskState
from crm.tasks.services import add_task, cancel_tasks, complete_task
from crm.tasks.working_days import add_working_days

OF_INQUIRY = "inquiry.callback"
OF_CONTACT = "contact.callback"
_STEP = "employer.next_step"
_WISH = "callback_requested"
CALL_WITHIN = 2
"""Working days, where nothing else was promised."""
_OWN = "tasks of a contact that was just written"


def plan_callback(actor: Actor, inquiry: Inquiry) -> None:
    """Make the task agree with the wish: add it, move it, cancel it once they have their answer. May be repeated."""
    wanted = inquiry.callback_requested and inquiry.answered_at is None and inquiry.state is not InquiryState.CLOSED
    if not wanted:
        cancel_callback(actor, inquiry)
        return
    task = add_task(
        actor, kind=OF_INQUIRY, source_ref=inquiry.public_id, title=_title(inquiry.employer_id),
        due_on=inquiry.answer_due_on, unit_id=inquiry.unit_id, owner_id=inquiry.handled_by_id,
        employer_id=inquiry.employer_id,
    )  # fmt: skip
    if task.state is not TaskState.DONE:
        task.title, task.employer_id = _title(inquiry.employer_id), inquiry.employer_id
        task.due_on, task.owner_id, task.state = inquiry.answer_due_on, inquiry.handled_by_id, TaskState.OPEN
        task.closed_at = task.closed_by_id = None


def cancel_callback(actor: Actor, inquiry: Inquiry) -> None:
    """Cancel the open task of an inquiry that was answered, closed or removed. May be repeated."""
    cancel_tasks(actor, kind=OF_INQUIRY, source_ref=inquiry.public_id)


def after_contact(event: ContactLogged) -> None:
    """A contact that ends in "wants a call back" and plans nothing becomes a task; one that reached them ends earlier
    ones of the same unit. May be repeated."""
    contact = current_session().scalars(
        trusted(select(Contact).where(Contact.id == event.contact_id), because="the contact of the event")
    ).one()  # fmt: skip
    actor = system_actor("inquiries.callbacks")
    if contact.outcome not in NOT_REACHED:
        _called_back(actor, contact)
    if contact.outcome == _WISH and not _has_next_step(contact):
        unit = current_session().get_one(Unit, contact.unit_id)
        due_on = add_working_days(contact.on_date, CALL_WITHIN, unit.country)
        add_task(
            actor, kind=OF_CONTACT, source_ref=contact.public_id, title=_title(contact.employer_id), due_on=due_on,
            unit_id=contact.unit_id, owner_id=contact.staff_id, employer_id=contact.employer_id,
        )  # fmt: skip


def _called_back(actor: Actor, contact: Contact) -> None:
    earlier = select(Task).where(
        Task.kind == OF_CONTACT,
        Task.employer_id == contact.employer_id,
        Task.unit_id == contact.unit_id,
        Task.state == TaskState.OPEN,
        Task.source_ref != contact.public_id,
    )
    for task in current_session().scalars(trusted(earlier, because=_OWN)).all():
        complete_task(actor, task_id=task.id)


def _has_next_step(contact: Contact) -> bool:
    step = select(Task.id).where(Task.kind == _STEP, Task.source_ref == contact.public_id)
    return current_session().scalar(trusted(step, because=_OWN)) is not None


def _title(employer_id: int | None) -> dict[str, str]:
    if employer_id is None:
        return in_all_languages(lambda: _("Call back"))
    statement = select(Employer.name).where(Employer.id == employer_id)
    name = current_session().scalar(trusted(statement, because="the employer of a row already checked"))
    return in_all_languages(lambda: _("Call back: %(name)s", name=name))
