"""Several callers on one list: everybody is called once, and nobody is forgotten. On both databases."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.actors import Actor
from crm.app import create_app
from crm.db import current_session, db, transaction
from crm.settings import Settings, load_settings
from outreach.lists.models import CallEntry, EntryState
from outreach.lists.services import finish_entry, next_entry
from tests.conftest import make_app, make_settings
from tests.outreach_lists.room import make_room
from tests.simultaneous import at_once
from tests.world import World

MANY = 500
SOME = 200
A_CALL = 0.004


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings_there(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    values = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    return make_settings(tmp_path, PLUGINS="outreach", **values)


@pytest.fixture
def app_there(settings_there: Settings) -> Iterator[Flask]:
    app = make_app(settings_there)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def call_until_empty(actor: Actor, list_id: int) -> list[int]:
    """Take one after another and finish each, until there is nobody left. Returns the employers that were called."""
    called: list[int] = []
    while True:
        with transaction():
            entry = next_entry(actor, list_id=list_id)
            entry_id = entry.id if entry else None
        if entry_id is None:
            return called
        # A call takes a moment. Who waits for SQLite's one writer sleeps, and would sleep past gaps that are shorter.
        time.sleep(A_CALL)
        with transaction():
            entry = finish_entry(
                actor, current_session().get_one(CallEntry, entry_id), outcome="interested", contact_id=None
            )
            called.append(entry.employer_id)


def call_in_a_process(environment: dict[str, str], actor: Actor, list_id: int, everybody: Barrier) -> list[int]:
    """The same in a process of its own. Nobody begins before everybody is ready: one alone would soon have them all."""
    app = create_app(load_settings(environment))
    with app.app_context():
        everybody.wait(120)
        found = call_until_empty(actor, list_id)
        db.session.remove()
        db.engine.dispose()
    return found


def test_two_processes_call_500_once_each(app_there: Flask, settings_there: Settings) -> None:
    list_id, callers = _prepare(app_there, 2, MANY)
    environment = dict(settings_there.environment)
    context = get_context("forkserver")
    with context.Manager() as manager, ProcessPoolExecutor(2, mp_context=context) as pool:
        everybody = manager.Barrier(2)
        waiting = [pool.submit(call_in_a_process, environment, caller, list_id, everybody) for caller in callers]
        _check(app_there, [each.result(timeout=240) for each in waiting], MANY)


def test_eight_threads_call_200_once_each(app_there: Flask) -> None:
    list_id, callers = _prepare(app_there, 8, SOME)
    calls = [lambda caller=caller: call_until_empty(caller, list_id) for caller in callers]
    _check(app_there, at_once(app_there, *calls), SOME)


def test_an_employer_of_two_lists_is_in_one_hand_at_a_time(app_there: Flask) -> None:
    with app_there.app_context():
        room = make_room(World())
        room.employers(40)
        first, second = (room.call_list(name=name, cooldown_days=0).id for name in ("First", "Second"))

    def hold_some(actor: Actor, list_id: int) -> set[int]:
        """Claims are kept: each lets go in the database only by giving its entry another state."""
        found = set()
        for _each in range(20):
            with transaction():
                entry = next_entry(actor, list_id=list_id)
                assert entry is not None
                # As if this caller held many at once.
                entry.taken_by_id = None
                found.add(entry.employer_id)
        return found

    held = at_once(app_there, lambda: hold_some(room.caller, first), lambda: hold_some(room.colleague, second))
    assert not held[0] & held[1]
    assert len(held[0] | held[1]) == 40


def _prepare(app: Flask, callers: int, employers: int) -> tuple[int, list[Actor]]:
    with app.app_context():
        world = World()
        room = make_room(world)
        room.employers(employers)
        unit = world.session.get_one(type(world.unit()), room.unit_id)
        actors = [world.actor(world.staff(unit=unit)) for _each in range(callers)]
        ids = frozenset(actor.staff_id or 0 for actor in actors)
        return room.call_list(caller_ids=ids).id, actors


def _check(app: Flask, called: list[list[int]], employers: int) -> None:
    counted = Counter(employer for some in called for employer in some)
    assert [employer for employer, times in counted.items() if times > 1] == []
    assert len(counted) == employers
    assert sum(1 for some in called if some) > 1, "they worked side by side"
    with app.app_context():
        done = select(func.count()).select_from(CallEntry).where(CallEntry.state == EntryState.DONE)
        assert current_session().scalar(done) == employers
