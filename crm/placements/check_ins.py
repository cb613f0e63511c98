"""The talks during a placement: planned when it begins, each with a task on its day."""

from datetime import date, timedelta
from functools import partial

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from crm import clock
from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.languages import in_all_languages
from crm.participants.models import Enrolment, Participant
from crm.participants.services.editing import unit_of
from crm.placements.models import Placement
from crm.placements.queries import placements_in_full
from crm.placements.step_models import CheckIn
from crm.tasks.models import Task
from crm.tasks.services import add_task, cancel_tasks, complete_task, revive_tasks
from crm.tasks.working_days import add_working_days

CHECK_IN = "placements.check_in"
WEEKS = (1, 4, 8, 12)


def plan_check_ins(actor: Actor, placement: Placement) -> None:
    """Plan the talks of weeks 1, 4, 8 and 12, each with a task for the coordinator; move those that are planned.

    Days that have passed, or lie after the last day, get none: nobody could keep them. May be repeated.
    """
    if not placements_in_full(placement.unit_id):
        return
    unit = unit_of(placement.unit_id)
    today = clock.today(unit.time_zone)
    there = {each.week: each for each in placement.check_ins}
    for week in WEEKS:
        due_on = add_working_days(placement.starts_on + timedelta(weeks=week), 0, unit.country)
        if due_on < today or (placement.ends_on is not None and due_on > placement.ends_on):
            continue
        row = there.get(week)
        if row is None:
            row = CheckIn(week=week, due_on=due_on)
            placement.check_ins.append(row)
            current_session().flush()  # The task names the row by its random id.
        elif row.done is not None:
            continue
        elif row.due_on != due_on:
            cancel_tasks(actor, kind=CHECK_IN, source_ref=_ref(row))
            row.due_on = due_on
        _add_task(actor, placement, row)


def drop_check_ins_after(actor: Actor, placement: Placement, last_day: date) -> None:
    """A placement ends: talks that are planned after its last day fall away, with their tasks. May be repeated."""
    for row in list(placement.check_ins):
        if row.done is None and row.due_on > last_day:
            cancel_tasks(actor, kind=CHECK_IN, source_ref=_ref(row))
            current_session().delete(row)
            placement.check_ins.remove(row)


def close_task_of(actor: Actor, check_in: CheckIn) -> None:
    """The talk has been written down: its task is done. May be repeated."""
    mine = visible(Task, actor).where(Task.kind == CHECK_IN, Task.source_ref == _ref(check_in))
    task = current_session().scalar(mine)
    if task is not None:
        complete_task(actor, task_id=task.id, settled=True)
    else:
        # A colleague's task, which the actor does not see.
        cancel_tasks(actor, kind=CHECK_IN, source_ref=_ref(check_in))


def coordinator_of(placement: Placement) -> int | None:
    """Who coordinates the enrolment that a placement belongs to; the caller has checked the placement."""
    statement = select(Enrolment.coordinator_id).where(Enrolment.id == placement.enrolment_id)
    return current_session().scalar(trusted(statement, because="of a placement already checked"))


def task_employer(placement: Placement) -> int | None:
    """The employer of a task about a placement; none for a protected person, who is on no employer's page."""
    statement = select(Participant.protected).where(Participant.id == placement.participant_id)
    protected = current_session().scalar(trusted(statement, because="of a placement already checked"))
    return None if protected else placement.employer_id


def _add_task(actor: Actor, placement: Placement, row: CheckIn) -> None:
    add_task(
        actor,
        title=in_all_languages(partial(_title, row.week)),
        due_on=row.due_on,
        unit_id=placement.unit_id,
        owner_id=coordinator_of(placement),
        kind=CHECK_IN,
        source_ref=_ref(row),
        employer_id=task_employer(placement),
        participant_id=placement.participant_id,
    )
    # A day that was moved away from and back again finds its task cancelled.
    revive_tasks(actor, kind=CHECK_IN, source_ref=_ref(row))


def _title(week: int) -> str:
    return str(_("Check in at the placement: week %(week)s", week=str(week)))


def check_in_href(source_ref: str) -> str | None:
    """Where the task of a check-in is settled, by the task's source reference."""
    parts = source_ref.split(":")
    return url_for("placements.check_in", public_id=parts[1]) if len(parts) == 3 else None


def _ref(row: CheckIn) -> str:
    return f"check_in:{row.public_id}:{row.due_on.isoformat()}"
