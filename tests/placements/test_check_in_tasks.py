"""A check-in and its task never disagree: the task is done by writing the check-in down, and by nothing else."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.events import EmployerClosed, EmployerClosingUndone, emit
from crm.placements.models import Placement
from crm.placements.preparing_services import plan_follow_up
from crm.placements.services import PlacementFields, change_placement, end_placement, take_back_end
from crm.tasks.models import Task, TaskState
from crm.tasks.services import complete_task
from tests.participants.conftest import Here
from tests.placements.test_course import MORNING, START, start
from tests.placements.test_course_pages import _send
from tests.world import World

Browser = Callable[[str], FlaskClient]
CHECK_INS = select(Task).where(Task.kind == "placements.check_in").order_by(Task.due_on)


def _first(core_app: Flask) -> Task:
    with core_app.app_context():
        return current_session().scalars(CHECK_INS).all()[0]


def test_a_tick_in_the_list_leads_to_the_check_in_and_saving_it_does_the_task(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    with clock.travelling(MORNING) as travel:
        with core_app.app_context():
            start(there, world)
        travel(datetime(2026, 3, 10, 8, tzinfo=UTC))
        client, task = browser("coordinator"), _first(core_app)
        assert "Write it down" in client.get("/tasks").get_data(as_text=True)
        ticked = client.post(f"/tasks/{task.public_id}/done")
        assert "/check-ins/" in ticked.location
        assert _first(core_app).state is TaskState.OPEN
        assert _send(client, ticked.location) == 303
        assert _first(core_app).state is TaskState.DONE
        with core_app.app_context():
            row = current_session().scalars(select(Placement)).one().check_ins[0]
            assert (row.done, row.done_on, row.channel) == (True, date(2026, 3, 10), "phone")
        assert "/check-ins/" in client.post(f"/tasks/{task.public_id}/reopen").location
        assert _first(core_app).state is TaskState.DONE


def test_no_service_does_the_task_without_the_check_in(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        start(here, world)
        task = current_session().scalars(CHECK_INS).all()[0]
        with pytest.raises(DomainError), transaction():
            complete_task(here.coordinator, task_id=task.id)


def test_a_start_that_is_moved_away_and_back_has_its_tasks_again(here: Here, world: World) -> None:
    with clock.travelling(MORNING):
        placement = start(here, world)
        for days in (7, 0):
            given = PlacementFields(placement.employer_id, "other", START + timedelta(days=days))
            with transaction():
                change_placement(here.coordinator, placement_id=placement.id, version=None, given=given)
        open_days = [task.due_on for task in current_session().scalars(CHECK_INS) if task.state is TaskState.OPEN]
        assert open_days == [row.due_on for row in placement.check_ins]
        assert len(open_days) == 4


def _open_days() -> list[tuple[str, date]]:
    found = current_session().scalars(select(Task).where(Task.state == TaskState.OPEN, Task.kind.like("placements.%")))
    return sorted((task.kind, task.due_on) for task in found)


def test_the_tasks_of_a_placement_end_with_its_employer_and_come_back_when_that_was_a_mistake(
    here: Here, world: World
) -> None:
    with clock.travelling(MORNING) as travel:
        placement = start(here, world)
        with transaction():
            plan_follow_up(here.coordinator, placement)
        planned = _open_days()
        assert len(planned) == 6
        # Two talks are overdue by now, one of them since before the employer closed.
        travel(datetime.combine(START + timedelta(weeks=5), MORNING.timetz()))
        closed = EmployerClosed(placement.employer_id, "bankrupt", START + timedelta(weeks=2))
        with transaction():
            emit(closed)
        assert _open_days() == []
        with transaction():
            emit(EmployerClosingUndone(placement.employer_id, "bankrupt", closed.memory))
        assert placement.end_reason is None
        assert _open_days() == planned


@pytest.mark.parametrize(("weeks", "left"), [(0, 0), (6, 2)])
def test_an_end_to_come_calls_off_only_what_lies_behind_it(here: Here, world: World, weeks: int, left: int) -> None:
    with clock.travelling(MORNING) as travel:
        placement = start(here, world)
        travel(datetime.combine(START, MORNING.timetz()))
        last_day = START + timedelta(weeks=weeks)
        with transaction():
            end_placement(here.coordinator, placement_id=placement.id, ends_on=last_day, reason="completed")
        assert len(_open_days()) == left
        with transaction():
            take_back_end(here.coordinator, placement_id=placement.id)
        assert len(_open_days()) == 4
