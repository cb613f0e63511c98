"""Reading tasks, each with the names of what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, false, func, not_, or_, select

from crm.accounts.models import Staff
from crm.accounts.scopes import condition, read_prepared, scoped
from crm.actors import Actor, Role
from crm.db import current_session
from crm.history.approach import may_be_approached
from crm.history.subjects import participant_is_visible, table
from crm.registry import current_registry
from crm.tasks.models import Task, TaskState

COMING = timedelta(days=7)
_AT_MOST = 200
_READERS = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)


class TaskFacts(NamedTuple):
    """What a list wants to know of a task: its columns, which are read faster than the task as an object."""

    id: int
    public_id: str
    kind: str
    source_ref: str | None
    title: dict[str, str]
    note: str | None
    due_on: date
    state: TaskState
    unit_id: int
    owner_id: int | None
    contact_person_id: int | None
    employer_id: int | None
    participant_id: int | None


@dataclass(frozen=True)
class TaskRow:
    """A task with the names and public ids of its subjects, as lists show it."""

    task: TaskFacts
    owner: str | None = None
    employer: str | None = None
    employer_public_id: str | None = None
    person: str | None = None
    phone: str | None = None
    participant: str | None = None
    participant_public_id: str | None = None
    no_advertising: bool = False
    """The employer has a block against advertising; ``phone`` is there only where it may be called all the same."""

    @property
    def participant_id(self) -> int | None:
        """Whom the task is about."""
        return self.task.participant_id


@dataclass(frozen=True)
class Agenda:
    """What the Today page shows of one's own tasks, and of those that nobody in the unit has taken."""

    overdue: Sequence[TaskRow]
    today: Sequence[TaskRow]
    coming: Sequence[TaskRow]
    unowned: Sequence[TaskRow]

    @property
    def rows(self) -> list[TaskRow]:
        """Every task that is shown."""
        return [*self.overdue, *self.today, *self.coming, *self.unowned]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.rows


_FACTS = tuple(getattr(Task, name) for name in TaskFacts._fields)


def who_sees(actor: Actor) -> ColumnElement[bool]:
    """One's own tasks, those of one's units that have no owner, and for managers all of their units.

    A task about a participant is seen only by those who see the participant.
    """
    if not actor.has_role(*_READERS):
        return false()
    in_units: ColumnElement[bool] = Task.unit_id.in_(actor.unit_ids)
    if not actor.has_role(Role.MANAGER):
        in_units = and_(in_units, Task.owner_id.is_(None))
    mine = Task.owner_id == actor.staff_id
    return and_(or_(mine, in_units), participant_is_visible(actor, Task.participant_id.expression))


def agenda_of(actor: Actor, today: date) -> Agenda:
    """The actor's open tasks up to a week ahead, and the unowned ones of the actor's units. One query."""
    mine_or_unowned = or_(
        Task.owner_id == actor.staff_id, and_(Task.owner_id.is_(None), Task.unit_id.in_(actor.unit_ids))
    )
    rows = _rows(
        actor, Task.state == TaskState.OPEN, Task.due_on <= today + COMING, mine_or_unowned, *_in_no_panel(today)
    )
    mine = [row for row in rows if row.task.owner_id is not None]
    unowned = [row for row in rows if row.task.owner_id is None]
    return Agenda(
        overdue=[row for row in mine if row.task.due_on < today],
        today=[row for row in mine if row.task.due_on == today],
        coming=[row for row in mine if row.task.due_on > today],
        unowned=unowned,
    )


def next_task_with_employer(actor: Actor, today: date) -> TaskRow | None:
    """The actor's own open task with an employer that is due first, if there is any that no panel of Today shows."""
    own = (Task.owner_id == actor.staff_id, Task.employer_id.is_not(None), Task.state == TaskState.OPEN)
    where = (*own, *_in_no_panel(today))
    return next(iter(task_rows(actor, where, newest_first=False, limit=1, offset=0)), None)


def _in_no_panel(today: date) -> tuple[ColumnElement[bool], ...]:
    """Leaves out one's own tasks of the day of which Today has a panel already (``TaskPlace.own_panel``)."""
    kinds = [place.kind for place in current_registry().task_places.values() if place.own_panel]
    in_panel = and_(Task.kind.in_(kinds), Task.due_on <= today, Task.owner_id.is_not(None))
    return (not_(in_panel),) if kinds else ()


def task_rows(
    actor: Actor, where: Sequence[ColumnElement[bool]], *, newest_first: bool, limit: int, offset: int
) -> list[TaskRow]:
    """One page of tasks that ``actor`` sees, by due date."""
    order = (Task.due_on.desc(), Task.id.desc()) if newest_first else (Task.due_on, Task.id)
    statement = _select_rows(actor, *where).order_by(*order).limit(limit).offset(offset)
    return [_row(row) for row in current_session().execute(statement)]


def about_text(text: str, language: str) -> list[ColumnElement[bool]]:
    """Conditions for tasks of whose title, employer and participant every word of ``text`` is a part."""
    employer, participant = table("employer"), table("participant")
    title = func.lower(func.coalesce(*(Task.title[key].as_string() for key in (language, "", "en"))))
    return [
        or_(
            # SQLite makes small letters of A to Z only: a title may begin with "Å".
            title.contains(word, autoescape=True),
            title.contains(word.capitalize(), autoescape=True),
            Task.employer_id.in_(select(employer.c.id).where(employer.c.sort_name.contains(word, autoescape=True))),
            Task.participant_id.in_(
                select(participant.c.id).where(participant.c.sort_name.contains(word, autoescape=True))
            ),
        )
        for word in text.casefold().split()
    ]


def count_tasks(actor: Actor, where: Sequence[ColumnElement[bool]]) -> int:
    """How many tasks that ``actor`` sees fulfil the conditions."""
    statement = scoped(select(func.count()).select_from(Task).where(*where), condition(Task, actor))
    return current_session().scalar(statement) or 0


def open_tasks_of_employer(actor: Actor, employer_id: int) -> list[TaskRow]:
    """The open tasks about an employer that ``actor`` sees, the next one first."""
    rows = read_prepared(actor, "tasks of an employer", lambda: _of_employer(actor), employer=employer_id)
    return [_row(row) for row in rows]


def _of_employer(actor: Actor) -> Select[Any]:
    statement = _select_rows(actor, Task.employer_id == bindparam("employer"), Task.state == TaskState.OPEN)
    return statement.order_by(Task.due_on, Task.id).limit(_AT_MOST)


def next_with_employer(rows: Sequence[TaskRow], unit_id: int | None) -> TaskRow | None:
    """The next step with an employer among its open tasks, those due first in front: what one unit (None: whichever)
    promised it. Tasks about a participant are not a step with the employer; the board and the lists have the same rule.
    """
    own = (row for row in rows if row.participant_id is None)
    return next((row for row in own if unit_id is None or row.task.unit_id == unit_id), None)


def open_tasks_of_participant(actor: Actor, participant_id: int) -> list[TaskRow]:
    """The open tasks about a participant that ``actor`` sees, the next one first."""
    return _rows(actor, Task.participant_id == participant_id, Task.state == TaskState.OPEN)


def _rows(actor: Actor, *where: ColumnElement[bool]) -> list[TaskRow]:
    return task_rows(actor, where, newest_first=False, limit=_AT_MOST, offset=0)


def _row(row: Sequence[Any]) -> TaskRow:
    facts = len(_FACTS)
    return TaskRow(TaskFacts(*row[:facts]), *row[facts:])


def _select_rows(actor: Actor, *where: ColumnElement[bool]) -> Select[Any]:
    employer, person, participant = (table(name).c for name in ("employer", "contact_person", "participant"))
    # Nobody is offered a button to call an employer or a person who has asked not to be called.
    may_call = and_(person.do_not_call.is_not(True), may_be_approached(actor))
    phone = case((may_call, func.coalesce(person.phone, employer.phone)))
    statement = (
        select(
            *_FACTS, Staff.name, employer.name, employer.public_id, person.name, phone,
            participant.first_name + " " + participant.last_name, participant.public_id,
            func.coalesce(employer.advertising_block, false()),
        )
        .select_from(Task)
        .outerjoin(Staff, Staff.id == Task.owner_id)
        .outerjoin(table("employer"), employer.id == Task.employer_id)
        .outerjoin(table("contact_person"), person.id == Task.contact_person_id)
        .outerjoin(table("participant"), participant.id == Task.participant_id)
        .where(*where)
    )  # fmt: skip
    return scoped(statement, condition(Task, actor))
