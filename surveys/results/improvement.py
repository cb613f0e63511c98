"""Improvement notes: what is done about a missed goal, by whom and until when. Each note is a task."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache

from flask_babel import gettext as _
from sqlalchemy import Select, bindparam, select

from crm import clock
from crm.accounts.models import Staff
from crm.accounts.scopes import trusted
from crm.actors import Actor, Role
from crm.db import current_session, new_public_id, reading_connection
from crm.errors import DomainError, NotAllowed, NotVisible
from crm.languages import in_all_languages
from crm.tasks.models import Task, TaskState
from crm.tasks.services import add_task

KIND = "surveys.goal_improvement"


@dataclass(frozen=True)
class Note:
    """A note as the report shows it."""

    text: str
    owner: str | None
    due_on: date
    is_done: bool
    is_late: bool


def add_improvement(
    actor: Actor, *, goal: str, wording: str, unit_id: int, owner_id: int, due_on: date, text: str
) -> Task:
    """Write down what is done about the goal with the key ``goal``: a task for its owner. Not repeatable.

    Raises NotAllowed for who is no manager, NotVisible for a foreign unit, DomainError for an empty text, a day
    that is over, or an owner who does not work in the actor's units.
    """
    if not actor.has_role(Role.MANAGER):
        raise NotAllowed(_("Only managers may do this."))
    if unit_id not in actor.unit_ids:
        raise NotVisible("Not found, or not visible to you.")
    if not text.strip():
        raise DomainError(_("Write what you will do."), field="text")
    if due_on < clock.today():
        raise DomainError(_("Choose today or a later day."), field="due_on")
    owner = current_session().get(Staff, owner_id)
    if owner is None or not owner.active or owner.unit_id not in actor.unit_ids:
        raise DomainError(_("Choose somebody of your units."), field="owner_id")
    return add_task(
        actor,
        title=in_all_languages(lambda: _("Improve: %(goal)s", goal=wording)),
        due_on=due_on,
        unit_id=unit_id,
        owner_id=owner_id,
        kind=KIND,
        source_ref=f"{goal}:{new_public_id()}",
        note=text.strip(),
    )


def notes_by_goal(unit_ids: Collection[int]) -> dict[str, tuple[Note, ...]]:
    """The notes of these units by goal, the next day first; cancelled ones are left out. One query."""
    rows = reading_connection().execute(_notes(), {"units": list(unit_ids)})
    found: defaultdict[str, list[Note]] = defaultdict(list)
    today = clock.today()
    for source_ref, text, due_on, state, owner in rows:
        is_done = state is TaskState.DONE
        note = Note(text or "", owner, due_on, is_done, is_late=not is_done and due_on < today)
        found[(source_ref or "").partition(":")[0]].append(note)
    return {key: tuple(notes) for key, notes in found.items()}


@cache
def _notes() -> Select[str | None, str | None, date, TaskState, str | None]:
    task, staff = Task.__table__, Staff.__table__
    statement = (
        select(task.c.source_ref, task.c.note, task.c.due_on, task.c.state, staff.c.name)
        .select_from(task.outerjoin(staff, staff.c.id == task.c.owner_id))
        .where(task.c.kind == KIND, task.c.unit_id.in_(bindparam("units", expanding=True)))
        .where(task.c.state != TaskState.CANCELLED)
        .order_by(task.c.due_on, task.c.id)
    )
    return trusted(statement, because="notes on goals, which name no participant")
