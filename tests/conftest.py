"""Fixtures for every test: applications on fresh databases, factories and signing in."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.accounts.models import Staff
from crm.accounts.sign_in import security_of
from crm.app import create_app
from crm.db import db
from crm.settings import Settings, load_settings
from tests.apps import CompiledTemplates, Lender, Lent, make_tables
from tests.world import PASSWORD, World

pytest_plugins = ["tests.servers.fixtures"]

SECRET = "test-secret-key-of-more-than-32-characters"

# Files that take a minute or more, and folders of such files, the longest first; then what is longer than others.
_LONGEST = (
    "tests/browser/test_every_page.py",
    "tests/contracts/test_posts.py",
    "tests/faults/",
    "tests/contracts/test_junk_on_postgres.py",
    "tests/browser/",
    "tests/simulation/",
    "tests/journeys/",
    "tests/contracts/",
    "tests/bench/",
    "tests/samples/",
    "tests/properties/",
    "tests/outreach_lists/test_at_once.py",
    "tests/outreach_scripts/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left alone with it at the end."""

    def rank(item: pytest.Item) -> int:
        return next((place for place, name in enumerate(_LONGEST) if item.nodeid.startswith(name)), len(_LONGEST))

    items.sort(key=rank)


def pytest_collection_finish() -> None:
    """Thousands of tests and their modules stay until the end: looking through them again and again finds no garbage.

    What a test leaves behind is collected when much has come. A quarter less time in all.
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
    app.jinja_env.bytecode_cache = CompiledTemplates()
    with app.app_context():
        make_tables(db.engine)
    return app


@pytest.fixture(scope="session")
def lender(tmp_path_factory: pytest.TempPathFactory) -> Lender:
    """Lends applications to tests; most ask for ``app`` or ``core_app``."""

    def make(plugins: str | None) -> Lent:
        home = tmp_path_factory.mktemp("lent")
        return Lent(make_app(make_settings(home, **({} if plugins is None else {"PLUGINS": plugins}))), home)

    return Lender(make)


@contextmanager
def lent(lender: Lender, plugins: str | None = None) -> Iterator[Flask]:
    """An application with these plugins, for as long as a test takes."""
    found = lender.lend(plugins)
    yield found.app
    lender.take_back(found, plugins)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture
def app(lender: Lender) -> Iterator[Flask]:
    """The whole application with every bundled plugin, on a fresh SQLite file."""
    with lent(lender) as app:
        yield app


@pytest.fixture
def core_app(lender: Lender) -> Iterator[Flask]:
    """The core alone: no plugin is enabled."""
    with lent(lender, "") as app:
        yield app


@pytest.fixture
def postgres_app(tmp_path: Path, postgres_url: str) -> Iterator[Flask]:
    """The core alone on an empty PostgreSQL database, in an application context. For tests marked ``postgres``."""
    app = make_app(make_settings(tmp_path, PLUGINS="", DATABASE_URL=postgres_url))
    with app.app_context():
        yield app
        db.session.remove()
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
