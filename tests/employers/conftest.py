"""Fixtures of the employers' tests: somebody signed in, and counting queries."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from crm.actors import Actor, Role
from crm.db import db
from tests.world import World


@dataclass
class Desk:
    """A signed-in coordinator: plain ids, because rows do not outlive their context."""

    client: FlaskClient
    staff_id: int
    unit_id: int
    actor: Actor


@pytest.fixture
def app(core_app: Flask) -> Flask:
    """The core alone: its tests run with no plugin enabled."""
    return core_app


@pytest.fixture
def desk(app: Flask, world: World, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]) -> Desk:
    with app.app_context():
        unit = world.unit("Umeå")
        staff = world.staff(Role.COORDINATOR, unit=unit, name="Maria Lindqvist", email="maria@example.org")
        made = Desk(client=client, staff_id=staff.id, unit_id=unit.id, actor=world.actor(staff))
    sign_in(client, "maria@example.org")
    return made


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements sent inside the block, without those that open and close transactions."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")):
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
