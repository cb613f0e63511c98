"""The talks during a placement: planned when it begins, each with a task on its day."""

from collections.abc import Collection, Iterator
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
from crm.tasks.models import Task, TaskState
from crm.tasks.services import add_task, cancel_tasks, complete_task, revive_tasks
from crm.tasks.working_days import add_working_days

CHECK_IN = "placements.check_in"
FOLLOW_UP = "placements.follow_up"
WEEKS = (1, 4, 8, 12)
FOLLOWED_UP = {"talk": timedelta(days=3), "visit": timedelta(days=21)}
"""What is planned at the meeting before the start, and how long after the start it is."""


def plan_check_ins(actor: Actor, placement: Placement, *, again: Collection[date] = ()) -> None:
    """Plan the talks of weeks 1, 4, 8 and 12, each with a task for the coordinator; move those that are planned.

    Days that have passed, or lie after the last day, get none: nobody could keep them.
    Those of ``again`` had been planned before. May be repeated.
    """
    if not placements_in_full(placement.unit_id):
        return
    unit = unit_of(placement.unit_id)
    today = clock.today(unit.time_zone)
    there = {each.week: each for each in placement.check_ins}
    for week in WEEKS:
        due_on = add_working_days(placement.starts_on + timedelta(weeks=week), 0, unit.country)
        if (due_on < today and due_on not in again) or (placement.ends_on is not None and due_on > placement.ends_on):
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


def call_off_tasks(actor: Actor, placement: Placement, last_day: date) -> None:
    """A placement ends: what is planned after its last day falls away, and once it is over, every task about it.

    Talks that were due before the end can still be written down. May be repeated, also with another day.
    """
    over = placement.cancelled or last_day <= clock.today(unit_of(placement.unit_id).time_zone)
    for kind, source_ref, due_on in list(_sources(placement)):
        change = cancel_tasks if over or due_on > last_day else revive_tasks
        change(actor, kind=kind, source_ref=source_ref)
    for row in [each for each in placement.check_ins if each.done is None and each.due_on > last_day]:
        current_session().delete(row)
        placement.check_ins.remove(row)


def bring_tasks_back(actor: Actor, placement: Placement) -> None:
    """The end was a mistake: what was called off with it is to be done again, with its old day. May be repeated."""
    for kind, source_ref, _due_on in list(_sources(placement)):
        revive_tasks(actor, kind=kind, source_ref=source_ref)
    if placement.has_begun and not placement.has_ended:
        plan_check_ins(actor, placement, again=_called_off(placement))


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


def follow_up_ref(placement: Placement, key: str) -> str:
    """What names the task of a follow-up: one of FOLLOWED_UP."""
    return f"placement:{placement.id}:{key}"


def _sources(placement: Placement) -> Iterator[tuple[str, str, date]]:
    """Kind, reference and planned day of what may be open about a placement."""
    for row in placement.check_ins:
        if row.done is None:
            yield CHECK_IN, _ref(row), row.due_on
    for key, after in FOLLOWED_UP.items():
        yield FOLLOW_UP, follow_up_ref(placement, key), placement.starts_on + after


def _called_off(placement: Placement) -> set[date]:
    """The planned days of the person's talks that were called off: their rows are gone, their tasks say when."""
    statement = select(Task.source_ref).where(
        Task.kind == CHECK_IN, Task.participant_id == placement.participant_id, Task.state == TaskState.CANCELLED
    )
    refs = current_session().scalars(trusted(statement, because="of a placement already checked"))
    return {date.fromisoformat(ref.rpartition(":")[2]) for ref in refs if ref}


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
