"""A handover whose process is killed: all of it has happened or nothing, and sending the form again finishes it."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.accounts.models import Staff, StaffRole
from crm.actors import Role
from crm.db import current_session, db, transaction
from crm.employers import services
from crm.employers.handover_models import Handover, HandoverItem
from crm.employers.models import EmployerRelationship
from crm.employers.services.handovers import Assignment, HandoverWish
from crm.tasks.models import Task
from crm.tasks.services import add_task
from tests.conftest import make_app, make_settings
from tests.world import World

MANY = 12
KEY = "sent-twice"
_PROGRAM = """
import sys, time
from pathlib import Path
from sqlalchemy import event
from crm.app import create_app
from crm.db import db
from tests.conftest import make_settings
from tests.employers.test_handover_killed import hand_over
folder, url, unit_id, leaver_id, point = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:5]), sys.argv[5]
app = create_app(make_settings(folder, PLUGINS="", **({"DATABASE_URL": url} if url else {})))

def wait(*arguments):
    print("here", flush=True)
    time.sleep(60)

def after(connection, cursor, statement, *rest):
    if statement.startswith("UPDATE employer_relationship"):
        wait()

with app.test_request_context():
    event.listen(db.engine, *(("after_cursor_execute", after) if point == "writing" else ("commit", wait)))
    hand_over(unit_id, leaver_id)
"""
"""``writing``: some rows name their new owner, the history says nothing yet. ``committing``: everything is written."""


@dataclass
class Place:
    """A database with somebody who leaves, a colleague and a dozen employers."""

    app: Flask
    folder: Path
    url: str
    unit_id: int
    leaver_id: int


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    app = make_app(make_settings(tmp_path, PLUGINS="", **({"DATABASE_URL": url} if url else {})))
    world = World()
    with app.app_context():
        unit = world.unit()
        world.staff(Role.MANAGER, unit=unit)
        leaver = world.staff(unit=unit)
        for _number in range(MANY):
            relationship = world.relationship(world.employer(), unit, leaver)
        with transaction():
            add_task(world.actor(leaver), title={"": "Call"}, due_on=relationship.created_at.date(), unit_id=unit.id,
                     owner_id=leaver.id, employer_id=relationship.employer_id)  # fmt: skip
        found = Place(app, tmp_path, url, unit.id, leaver.id)
        _let_go()
    return found


def hand_over(unit_id: int, leaver_id: int) -> None:
    """Every employer of somebody goes to the manager of the unit, as when the form is sent."""
    session, world = current_session(), World()
    rows = session.scalars(select(EmployerRelationship.id).where(EmployerRelationship.unit_id == unit_id)).all()
    of_unit = select(Staff).where(Staff.unit_id == unit_id, Staff.roles.any(StaffRole.name == Role.MANAGER.value))
    manager = session.scalars(of_unit).one()
    assignments = [Assignment(row_id, manager.id) for row_id in rows]
    with transaction():
        services.hand_over_many(
            world.actor(manager), HandoverWish(leaver_id, assignments, note="Call before ten.", submission_key=KEY)
        )


@pytest.mark.parametrize(
    ("place", "point"),
    [("sqlite", "writing"), pytest.param("postgres", "committing", marks=pytest.mark.postgres)],
    indirect=["place"],
)
def test_a_killed_handover_leaves_everybody_with_somebody_and_is_finished_by_sending_it_again(
    place: Place, point: str
) -> None:
    command = [sys.executable, "-c", _PROGRAM, str(place.folder), place.url, str(place.unit_id), str(place.leaver_id)]
    root = Path(__file__).parents[2]
    with subprocess.Popen([*command, point], stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "here"
        os.kill(process.pid, signal.SIGKILL)
    with place.app.app_context():
        owners, (handovers, items, moved) = _owners(), _counts(place)
        assert owners == {place.leaver_id}, "nothing has happened: the transaction was never committed"
        assert (handovers, items, moved) == (0, 0, 0)
        for _time in range(2):
            hand_over(place.unit_id, place.leaver_id)
            current_session().rollback()
            (owner,) = _owners()
            assert owner not in (None, place.leaver_id)
            assert _counts(place) == (1, MANY, 1)
        _let_go()


def _owners() -> set[int | None]:
    return set(current_session().scalars(select(EmployerRelationship.owner_id)))


def _counts(place: Place) -> tuple[int, int, int]:
    """Handovers, their employers, and open tasks of the employers that are no longer the leaver's."""
    session = current_session()
    return (
        session.scalar(select(func.count()).select_from(Handover)) or 0,
        session.scalar(select(func.count()).select_from(HandoverItem)) or 0,
        session.scalar(
            select(func.count()).where(Task.employer_id.is_not(None), Task.owner_id != place.leaver_id)
        ) or 0,
    )  # fmt: skip


def _let_go() -> None:
    db.session.remove()
    db.engine.dispose()
