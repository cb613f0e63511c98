"""The people and pages of the participants' tests, and an employer."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.participants.conftest import Here, make_here
from tests.world import World


@pytest.fixture
def core(core_app: Flask) -> Iterator[Flask]:
    """An application context of the core alone, for tests of services."""
    with core_app.app_context():
        yield core_app


@pytest.fixture
def here(core: Flask, world: World) -> Here:
    """For tests of services."""
    return make_here(world)


@pytest.fixture
def there(core_app: Flask, world: World) -> Here:
    """For tests of pages."""
    with core_app.app_context():
        return make_here(world)


@pytest.fixture
def browser(core_app: Flask, there: Here, sign_in: Callable[[FlaskClient, str], None]) -> Callable[[str], FlaskClient]:
    """``browser("manager")`` is a client with that person signed in."""

    def as_somebody(who: str) -> FlaskClient:
        client = core_app.test_client()
        sign_in(client, there.emails[who])
        return client

    return as_somebody
