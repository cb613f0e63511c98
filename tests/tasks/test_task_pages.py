"""The Today page and the list of tasks."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.db import current_session
from crm.tasks.models import Task, TaskState
from crm.tasks.working_days import add_working_days
from tests.world import World


@pytest.fixture
def desk(app: Flask, world: World, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]) -> FlaskClient:
    with app.app_context():
        world.staff(name="Maria Lindqvist", email="maria@example.org")
    sign_in(client, "maria@example.org")
    return client


def add(desk: FlaskClient, due_on: date, **values: str) -> None:
    data = {"title": "Ring tillbaka", "due_on": due_on.isoformat(), "owner": "me"}
    assert desk.post("/tasks/new", data=data | values).status_code == 303


def only(app: Flask) -> Task:
    with app.app_context():
        return current_session().scalars(select(Task)).one()


def test_somebody_new_is_greeted_with_first_steps(desk: FlaskClient) -> None:
    page = desk.get("/").text
    assert "Hello Maria" in page
    assert "Your first steps" in page
    assert "Nothing is waiting for you" in page
    assert desk.get("/today").text.count("Hello Maria") == 1


def test_a_task_of_ones_own_is_done_with_one_tap_and_undone(app: Flask, desk: FlaskClient) -> None:
    add(desk, clock.today())
    task = only(app)
    page = desk.post(f"/tasks/{task.public_id}/done", data={"next": "/today"}, follow_redirects=True).text
    assert "Done: Ring tillbaka" in page
    assert f"/tasks/{task.public_id}/reopen" in page
    assert only(app).state is TaskState.DONE
    desk.post(f"/tasks/{task.public_id}/reopen")
    assert only(app).state is TaskState.OPEN


def test_an_overdue_task_is_postponed_from_today_to_a_working_day(app: Flask, desk: FlaskClient) -> None:
    today = clock.today()
    add(desk, today - timedelta(days=9))
    task = only(app)
    assert "1 task is overdue" in desk.get("/").text
    desk.post(f"/tasks/{task.public_id}/postpone", data={"days": "7"})
    assert only(app).due_on == add_working_days(today + timedelta(days=7), 0, "SE")
    assert desk.post(f"/tasks/{task.public_id}/postpone", data={"days": "5"}).status_code == 400
    desk.post(f"/tasks/{task.public_id}/move", data={"due_on": task.due_on.isoformat()})
    assert only(app).due_on == task.due_on


def test_a_task_of_the_unit_is_taken(app: Flask, desk: FlaskClient) -> None:
    add(desk, clock.today(), owner="unit")
    task = only(app)
    assert "I take it" in desk.get("/").text
    page = desk.post(f"/tasks/{task.public_id}/take", follow_redirects=True).text
    assert only(app).owner_id is not None
    undo = {"version": str(only(app).version_id)}
    assert f'action="/tasks/{task.public_id}/give-back"' in page
    assert f'name="version" value="{undo["version"]}"' in page
    assert (
        "the unit&#39;s again" in desk.post(f"/tasks/{task.public_id}/give-back", data=undo, follow_redirects=True).text
    )
    assert only(app).owner_id is None
    assert "cannot be undone" in desk.post(f"/tasks/{task.public_id}/give-back", data=undo, follow_redirects=True).text


def test_a_task_without_a_title_keeps_what_was_typed(desk: FlaskClient) -> None:
    answer = desk.post("/tasks/new", data={"title": "", "due_on": "2026-12-01", "note": "Kept"})
    assert answer.status_code == 422
    assert "Kept" in answer.text


def test_the_list_filters_by_state_and_owner(app: Flask, desk: FlaskClient) -> None:
    add(desk, clock.today() - timedelta(days=1))
    shown = desk.get("/tasks?state=overdue").text
    assert "Ring tillbaka" in shown
    assert 'class="fold-rows bare tasks"' in shown, "on a phone a row is folded, so that its buttons are seen"
    assert "Ring tillbaka" not in desk.get("/tasks?state=done").text
    assert "Ring tillbaka" not in desk.get("/tasks?who=unowned").text
    assert desk.get("/tasks?who=nonsense&state=nonsense&page=99").status_code == 200


def test_tasks_are_found_by_their_words_and_by_whom_they_are_about(app: Flask, desk: FlaskClient, world: World) -> None:
    add(desk, clock.today(), title="Återkoppla om arbetskläder")
    add(desk, clock.today(), title="Boka rum")
    with app.app_context():
        employer = world.employer("Kvarnby Bageri 100 %")
        task = current_session().scalars(select(Task).where(Task.title[""].as_string() == "Boka rum")).one()
        task.employer_id = employer.id
        current_session().commit()
    for words, first, second in (("åter kläder", True, False), ("kvarnby 100 %", False, True), ("okänt", False, False)):
        page = desk.get("/tasks", query_string={"q": words}).text
        assert ("Återkoppla om arbetskläder" in page, "Boka rum" in page) == (first, second), words


def test_another_units_task_does_not_exist(app: Flask, desk: FlaskClient, world: World) -> None:
    with app.app_context():
        unit = world.unit()
        task = Task(title={"": "x"}, due_on=clock.today(), unit_id=unit.id, created_at=clock.now())
        public_id = world.save(task).public_id
    assert desk.post(f"/tasks/{public_id}/done").status_code == 404
    assert desk.get("/tasks?who=unit").status_code == 200


def test_the_way_back_never_leads_to_another_site(app: Flask, desk: FlaskClient) -> None:
    add(desk, clock.today())
    answer = desk.post(f"/tasks/{only(app).public_id}/done", data={"next": "//evil.example/"})
    assert answer.location == "/today"
