"""Fixtures of the surveys' tests: a small unit with somebody who has left, and a clock that stands still."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import event

from crm import clock
from crm.db import db
from crm.participants.models import EnrolmentExit
from tests.apps import Lender
from tests.conftest import lent
from tests.surveys.respondent import Asked, Respondent
from tests.surveys.scene import Office, Scene
from tests.world import World

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
"""A Wednesday, noon in Stockholm."""


@pytest.fixture
def app(lender: Lender) -> Iterator[Flask]:
    """The application with surveys and no other plugin."""
    with lent(lender, "surveys") as app:
        yield app


@pytest.fixture
def travel() -> Iterator[Callable[[datetime], None]]:
    """The clock stands at noon of a Wednesday; call it to go elsewhere."""
    with clock.travelling(NOON) as jump:
        yield jump


@pytest.fixture
def scene(travel: Callable[[datetime], None], context: None, world: World) -> Scene:
    """A unit with a coordinator, a programme and the shipped content."""
    return Scene(world, travel)


@pytest.fixture
def asked(app: Flask, scene: Scene) -> Asked:
    """Somebody who has left and got the message."""

    def go(**values: object) -> tuple[EnrolmentExit, Respondent]:
        exit_ = scene.leave(scene.person(**values))
        scene.work()
        return exit_, Respondent(app, scene.token(exit_))

    return go


@pytest.fixture
def office(app: Flask, travel: Callable[[datetime], None], world: World) -> Office:
    """The same unit, for tests in which staff sign in."""
    return Office(app, world, travel)


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[list[str]]]:
    """Count what is sent to the database inside a block."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting
