"""What a visit leaves elsewhere: a task for the day, a line in the history while it is no contact."""

from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.errors import NotVisible
from crm.history.services import Subject, remove_line, write_line
from crm.languages import in_all_languages
from crm.tasks.models import Task
from crm.tasks.services import add_task, cancel_tasks, complete_task
from crm.web.filters import show_date
from outreach.visits.models import Visit, VisitState

KIND = "outreach.visit"
"""Of the tasks and of the lines of visits."""


def visit_of_task(source_ref: str) -> str:
    """The public id of the visit that a task is about: every move of a visit makes a task of its own."""
    return source_ref.partition(".")[0]


def plan_task(actor: Actor, visit: Visit, employer: Employer) -> None:
    """The task of a planned visit, on its day, for who goes there."""
    local = visit.at.astimezone(ZoneInfo(visit.zone))
    name, time = employer.name, local.strftime("%H:%M")
    title = in_all_languages(lambda: _("Visit %(name)s at %(time)s", name=name, time=time))
    task = add_task(
        actor, kind=KIND, source_ref=_ref(visit), title=title, due_on=local.date(), unit_id=visit.unit_id,
        owner_id=visit.staff_id, employer_id=visit.employer_id, contact_person_id=visit.person_id,
    )  # fmt: skip
    visit.task_id = task.id


def cancel_task(actor: Actor, visit: Visit) -> None:
    """The task of a visit that was moved or cancelled is gone. May be repeated."""
    task = _task_of(visit)
    if task is not None and task.source_ref is not None:
        cancel_tasks(actor, kind=KIND, source_ref=task.source_ref)


def settle_task(actor: Actor, visit: Visit) -> None:
    """The task of a visit that has been logged is done; a colleague's, which the actor does not see, is cancelled."""
    if visit.task_id is None:
        return
    try:
        complete_task(actor, task_id=visit.task_id, settled=True)
    except NotVisible:
        cancel_task(actor, visit)


def write_visit_line(actor: Actor, visit: Visit) -> None:
    """Write, or write again, the line of a visit that is planned or cancelled. May be repeated."""
    local = visit.at.astimezone(ZoneInfo(visit.zone))
    day, time, cancelled = local.date(), local.strftime("%H:%M"), visit.state is VisitState.CANCELLED
    because = visit.cancelled_because or ""

    def summary() -> str:
        if cancelled:
            return str(_("The visit on %(day)s at %(time)s is cancelled", day=show_date(day), time=time))
        return str(_("Visit agreed: %(day)s at %(time)s", day=show_date(day), time=time))

    subjects = [Subject(employer_id=visit.employer_id)]
    if visit.person_id is not None:
        subjects.append(Subject(contact_person_id=visit.person_id))
    detail = because if cancelled else visit.about
    write_line(
        actor, kind=KIND, source_ref=visit.public_id, at=visit.changed_at, summary=in_all_languages(summary),
        detail=in_all_languages(lambda: detail) if detail else None, unit_id=visit.unit_id, subjects=subjects,
    )  # fmt: skip


def remove_visit_line(visit: Visit) -> None:
    """The contact that a visit has become tells of it from now on."""
    remove_line(KIND, visit.public_id)


def _ref(visit: Visit) -> str:
    return f"{visit.public_id}.{visit.version_id}"


def _task_of(visit: Visit) -> Task | None:
    statement = select(Task).where(Task.id == visit.task_id)
    return current_session().scalar(trusted(statement, because="the task of a visit already checked"))
