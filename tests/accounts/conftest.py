"""A small organisation: two branches below one top, with somebody in each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from crm.accounts.models import AuditEntry, Staff, Unit
from crm.actors import Actor, Role
from crm.db import current_session, db
from crm.messaging.models import OutboxMessage
from tests.conftest import make_app, make_settings
from tests.world import PASSWORD, World


@dataclass(frozen=True)
class Person:
    """What a test needs of somebody after the session that made them is gone."""

    id: int
    public_id: str
    email: str
    actor: Actor


@dataclass(frozen=True)
class Place:
    """The same of a unit."""

    id: int
    public_id: str
    version: int


@dataclass(frozen=True)
class Organisation:
    """``top`` has the branches ``north`` and ``south``."""

    top: Place
    north: Place
    south: Place
    administrator: Person
    manager: Person
    coordinator: Person
    stranger: Person
    """A coordinator of the other branch."""


def person(world: World, staff: Staff) -> Person:
    return Person(staff.id, staff.public_id, staff.email, world.actor(staff))


def place(unit: Unit) -> Place:
    return Place(unit.id, unit.public_id, unit.version_id)


@pytest.fixture
def organisation(core_app: Flask, world: World) -> Organisation:
    with core_app.app_context():
        top = world.unit("Top")
        north = world.unit("North", parent_id=top.id)
        south = world.unit("South", parent_id=top.id)
        return Organisation(
            top=place(top),
            north=place(north),
            south=place(south),
            administrator=person(world, world.staff(Role.ADMINISTRATOR, unit=top)),
            manager=person(world, world.staff(Role.MANAGER, unit=north)),
            coordinator=person(world, world.staff(Role.COORDINATOR, unit=north)),
            stranger=person(world, world.staff(Role.COORDINATOR, unit=south)),
        )


@pytest.fixture
def browser(core_app: Flask) -> FlaskClient:
    return core_app.test_client()


@pytest.fixture
def strict_app(tmp_path: Any) -> Flask:
    """The core with the check against forgery and the rate limits switched on, as in production."""
    app = make_app(make_settings(tmp_path, PLUGINS=""))
    app.config.update(WTF_CSRF_ENABLED=True, RATELIMIT_ENABLED=True)
    return app


def enter(browser: FlaskClient, who: Person, password: str = PASSWORD) -> Any:
    """Post the sign-in form."""
    return browser.post("/sign-in", data={"email": who.email, "password": password})


@contextmanager
def counting_queries(app: Flask) -> Iterator[list[str]]:
    """Collects every statement that reaches the database inside the block."""
    asked: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def staff_row(staff_id: int) -> Staff:
    return current_session().get_one(Staff, staff_id)


def outbox() -> list[OutboxMessage]:
    return list(current_session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def actions() -> list[str]:
    """What the audit log says, in order."""
    return list(current_session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
