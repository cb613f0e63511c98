"""Tasks: who has them, who sees them, and what can be done with them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import visible
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotVisible
from crm.tasks import services
from crm.tasks.models import Task, TaskState
from crm.tasks.queries import agenda_of
from tests.world import World

DUE = date(2026, 11, 25)


@pytest.fixture
def unit(context: None, world: World) -> Unit:
    return world.unit()


@pytest.fixture
def actor(unit: Unit, world: World) -> Actor:
    return world.actor(world.staff(unit=unit))


def add(actor: Actor, *, owner: int | None = None, **values: object) -> Task:
    given: dict[str, object] = {"title": {"": "Call"}, "due_on": DUE, "unit_id": actor.unit_id, "owner_id": owner}
    with transaction():
        return services.add_task(actor, **(given | values))  # type: ignore[arg-type]


def seen_by(actor: Actor) -> int:
    return current_session().scalar(select(func.count()).select_from(visible(Task, actor).subquery())) or 0


def test_a_source_has_one_task_however_often_it_is_added(actor: Actor) -> None:
    first = add(actor, kind="x", source_ref="1").id
    assert add(actor, kind="x", source_ref="1", title={"": "Other"}).id == first
    assert add(actor).id != first


def test_a_task_is_done_opened_again_and_moved(actor: Actor) -> None:
    task = add(actor, owner=actor.staff_id)
    with transaction():
        done = services.complete_task(actor, task_id=task.id, version=1)
        assert (done.state, done.closed_by_id) == (TaskState.DONE, actor.staff_id)
    with transaction(), pytest.raises(DomainError):
        services.reschedule_task(actor, task_id=task.id, due_on=DUE)
    with transaction():
        services.reopen_task(actor, task_id=task.id)
        moved = services.reschedule_task(actor, task_id=task.id, due_on=DUE + timedelta(days=1))
        assert (moved.state, moved.due_on, moved.closed_at) == (TaskState.OPEN, DUE + timedelta(days=1), None)


def test_completing_what_somebody_changed_meanwhile_is_a_conflict(actor: Actor) -> None:
    task = add(actor, owner=actor.staff_id)
    with transaction():
        services.reschedule_task(actor, task_id=task.id, due_on=DUE + timedelta(days=1))
    with transaction(), pytest.raises(EditConflict):
        services.complete_task(actor, task_id=task.id, version=1)


def test_tasks_of_a_source_that_no_longer_holds_are_cancelled(actor: Actor) -> None:
    task = add(actor, kind="x", source_ref="1")
    with transaction():
        assert services.cancel_tasks(actor, kind="x", source_ref="1") == 1
        assert services.cancel_tasks(actor, kind="x", source_ref="1") == 0
    assert task.state is TaskState.CANCELLED


def test_a_coordinator_sees_own_tasks_and_the_units_unowned(actor: Actor, unit: Unit, world: World) -> None:
    colleague = world.actor(world.staff(unit=unit))
    add(actor, owner=actor.staff_id)
    add(actor, owner=colleague.staff_id)
    add(actor)
    assert seen_by(actor) == 2
    assert seen_by(world.actor(world.staff(Role.MANAGER, unit=unit))) == 3
    assert seen_by(world.actor(world.staff())) == 0
    assert seen_by(world.actor(world.staff(Role.EVALUATOR, unit=unit))) == 0


def test_a_task_about_a_participant_is_seen_by_those_who_see_the_participant(
    actor: Actor, unit: Unit, world: World
) -> None:
    hidden = world.participant(unit, protected=True)
    task = add(actor, participant_id=hidden.id)
    assert seen_by(actor) == 0
    with transaction(), pytest.raises(NotVisible):
        services.complete_task(actor, task_id=task.id)


def test_a_task_of_the_unit_is_taken_by_the_first_who_wants_it(actor: Actor, unit: Unit, world: World) -> None:
    task = add(actor)
    with transaction():
        assert services.take_task(actor, task_id=task.id).owner_id == actor.staff_id
    manager = world.actor(world.staff(Role.MANAGER, unit=unit))
    with transaction(), pytest.raises(DomainError):
        services.take_task(manager, task_id=task.id)


def test_the_agenda_parts_overdue_today_and_the_coming_week(actor: Actor) -> None:
    today = clock.today()
    for days in (-1, 0, 3, 30):
        add(actor, owner=actor.staff_id, due_on=today + timedelta(days=days))
    add(actor, due_on=today)
    agenda = agenda_of(actor, today)
    assert [len(part) for part in (agenda.overdue, agenda.today, agenda.coming, agenda.unowned)] == [1, 1, 1, 1]
    assert not agenda.is_empty
