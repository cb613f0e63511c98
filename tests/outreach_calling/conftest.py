"""The application with the plugin, a caller with a list, an employer with a contact person, and a sheet."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from tests.apps import Lender
from tests.conftest import lent
from tests.outreach_calling.desk import NOON, Desk, make_desk
from tests.world import World


@pytest.fixture(autouse=True)
def a_tuesday() -> Iterator[Callable[..., None]]:
    """A Tuesday in November, at noon; tests move on from there."""
    with clock.travelling(NOON) as jump:
        yield jump


@pytest.fixture
def outreach_app(lender: Lender) -> Iterator[Flask]:
    """The core and this plugin."""
    with lent(lender, "outreach") as app:
        yield app


@pytest.fixture
def desk(outreach_app: Flask, world: World) -> Iterator[Desk]:
    """For tests of services."""
    with outreach_app.test_request_context():
        yield make_desk(world)


@pytest.fixture
def outside(outreach_app: Flask, world: World) -> Desk:
    """For tests of pages: made in a context that is closed again before the first request."""
    with outreach_app.app_context():
        return make_desk(world)


@pytest.fixture
def browser(
    outreach_app: Flask, outside: Desk, sign_in: Callable[[FlaskClient, str], None]
) -> Callable[[str], FlaskClient]:
    """``browser("caller")`` is a client with that person signed in."""

    def as_somebody(who: str) -> FlaskClient:
        client = outreach_app.test_client()
        sign_in(client, outside.emails[who])
        return client

    return as_somebody
