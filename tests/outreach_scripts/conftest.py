"""A unit that calls, with a manager, a coordinator and an evaluator, and another unit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.actors import Actor, Role
from crm.db import transaction
from outreach.scripts.models import CallScript
from outreach.scripts.services.scripts import create_script, install_shipped
from tests.world import World


@dataclass
class Place:
    """Where the tests happen. Rows are made in an application context."""

    world: World
    unit_id: int
    manager: Actor
    coordinator: Actor
    stranger: Actor
    emails: dict[str, str] = field(default_factory=dict)

    def script(self, title: str = "Autumn calls") -> CallScript:
        """A script of the unit with a draft."""
        with transaction():
            return create_script(self.manager, title={"en": title}, unit_id=self.unit_id)

    def shipped(self) -> dict[str, CallScript]:
        """The shipped scripts, published, by their keys."""
        with transaction():
            return {script.key: script for script in install_shipped(self.manager)}


def make_place(world: World) -> Place:
    unit = world.unit("Osby", modules=["calls"])
    other = world.unit("Kil", modules=["calls"])
    manager = world.staff(Role.MANAGER, unit=unit, name="Karin Berg")
    coordinator = world.staff(unit=unit, name="Maria Lindqvist")
    evaluator = world.staff(Role.EVALUATOR, unit=unit)
    stranger = world.staff(Role.MANAGER, unit=other)
    return Place(
        world=world,
        unit_id=unit.id,
        manager=world.actor(manager),
        coordinator=world.actor(coordinator),
        stranger=world.actor(stranger),
        emails={
            "manager": manager.email,
            "coordinator": coordinator.email,
            "evaluator": evaluator.email,
            "stranger": stranger.email,
        },
    )


@pytest.fixture
def place(app: Flask, world: World) -> Iterator[Place]:
    """For tests of services."""
    with app.app_context():
        yield make_place(world)


@pytest.fixture
def outside(app: Flask, world: World) -> Place:
    """For tests of pages: made in a context that is closed again before the first request."""
    with app.app_context():
        return make_place(world)


@pytest.fixture
def browser(app: Flask, outside: Place, sign_in: Callable[[FlaskClient, str], None]) -> Callable[[str], FlaskClient]:
    """``browser("manager")`` is a client with that person signed in."""

    def as_somebody(who: str) -> FlaskClient:
        client = app.test_client()
        sign_in(client, outside.emails[who])
        return client

    return as_somebody
