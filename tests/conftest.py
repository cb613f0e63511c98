"""Fixtures for every test: applications on fresh databases, factories and signing in."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.accounts.models import Staff
from crm.accounts.sign_in import security_of
from crm.app import create_app
from crm.db import Base, db
from crm.search import tables as search_tables
from crm.settings import Settings, load_settings
from tests.world import PASSWORD, World

pytest_plugins = ["tests.servers.fixtures"]

SECRET = "test-secret-key-of-more-than-32-characters"


def pytest_collection_finish() -> None:
    """Thousands of tests and their modules stay until the end: looking through them again and again finds no garbage.

    Each test makes an application of its own, so the rest is collected when much has come. A quarter less time in all.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


def make_settings(home: Path, **values: str) -> Settings:
    """Settings as from an environment with a local mailbox; ``values`` are BROBYGG_ variables without the prefix."""
    environment = {
        "BROBYGG_HOME": str(home),
        "BROBYGG_SECRET_KEY": SECRET,
        "BROBYGG_MAIL": "mailbox",
        "BROBYGG_BASE_URL": "http://localhost",
        "BROBYGG_DEVELOPMENT": "1",
    }
    environment.update({f"BROBYGG_{name}": value for name, value in values.items()})
    return load_settings(environment)


def make_app(settings: Settings) -> Flask:
    """An application for tests: its schema made from the models, cheap password hashes, no rate limits."""
    app = create_app(settings)
    app.config.update(TESTING=True, RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False, BROBYGG_KEEP_FIGURES=False)
    security_of(app).pwd_context.update(argon2__memory_cost=64, argon2__time_cost=1, argon2__parallelism=1)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            search_tables.ensure(connection)
    return app


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole application with every bundled plugin, on a fresh SQLite file."""
    app = make_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def core_app(tmp_path: Path) -> Iterator[Flask]:
    """The core alone: no plugin is enabled."""
    app = make_app(make_settings(tmp_path, PLUGINS=""))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context for tests of services. Not together with ``client``: it would leak the sign-in."""
    with app.app_context():
        yield


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in() -> Callable[[FlaskClient, Staff], None]:
    """Sign a member of staff in through the real form."""

    def go(client: FlaskClient, email: str) -> None:
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code in (302, 303), answer.status_code

    return go
