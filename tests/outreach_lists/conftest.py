"""The application with the plugin, and a room in it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from tests.apps import Lender
from tests.conftest import lent
from tests.outreach_lists.room import NOON, Room, make_room
from tests.world import World


@pytest.fixture(autouse=True)
def midsummer() -> Iterator[Callable[..., None]]:
    """A Tuesday in June, at noon; tests move on from there."""
    with clock.travelling(NOON) as jump:
        yield jump


@pytest.fixture
def outreach_app(lender: Lender) -> Iterator[Flask]:
    """The core and this plugin."""
    with lent(lender, "outreach") as app:
        yield app


@pytest.fixture
def room(outreach_app: Flask, world: World) -> Iterator[Room]:
    """For tests of services."""
    with outreach_app.app_context():
        yield make_room(world)


@pytest.fixture
def outside(outreach_app: Flask, world: World) -> Room:
    """For tests of pages: made in a context that is closed again before the first request."""
    with outreach_app.app_context():
        return make_room(world)


@pytest.fixture
def browser(
    outreach_app: Flask, outside: Room, sign_in: Callable[[FlaskClient, str], None]
) -> Callable[[str], FlaskClient]:
    """``browser("manager")`` is a client with that person signed in."""

    def as_somebody(who: str) -> FlaskClient:
        client = outreach_app.test_client()
        sign_in(client, outside.emails[who])
        return client

    return as_somebody
