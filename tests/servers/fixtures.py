"""Fixtures that start the servers when a test first asks for them.

Where a server is not installed its tests are skipped; with the environment variable CI they fail instead, so
that a build machine without a server does not pass by testing nothing.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.servers import browser as browser_module
from tests.servers import postgres, redis_server
from tests.servers.browser import Windows
from tests.servers.callback_receiver import CallbackReceiver
from tests.servers.elks46 import ElksSimulator
from tests.servers.postgres import PostgresServer
from tests.servers.redis_server import RedisServer
from tests.servers.s3 import S3Simulator
from tests.servers.shared import SharedPostgres
from tests.servers.smtp import SmtpSink


def _require(available: bool, what: str) -> None:
    if available:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed")
    pytest.skip(f"{what} is not installed")


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all workers of this test run share."""
    own = factory.getbasetemp()
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own


@pytest.fixture(scope="session")
def shared_postgres(tmp_path_factory: pytest.TempPathFactory) -> SharedPostgres:
    """The cluster of this test run, for `ensure_template`; most tests want `postgres_url`."""
    _require(postgres.is_available(), "PostgreSQL")
    return SharedPostgres(run_folder(tmp_path_factory))


@pytest.fixture(scope="session")
def postgres_server(shared_postgres: SharedPostgres) -> Iterator[PostgresServer]:
    """One PostgreSQL cluster for the whole run, without fsync."""
    yield shared_postgres.acquire()
    shared_postgres.release()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database of this test's own, removed afterwards."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    yield postgres_server.create_database(name)
    postgres_server.drop_database(name)


@pytest.fixture
def durable_postgres() -> Iterator[PostgresServer]:
    """A cluster of this test's own with fsync, that may be killed and restarted."""
    _require(postgres.is_available(), "PostgreSQL")
    server = PostgresServer(durable=True).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _running_redis() -> Iterator[RedisServer]:
    _require(redis_server.is_available(), "redis-server")
    server = RedisServer().start()
    yield server
    server.stop()


@pytest.fixture
def redis_private(_running_redis: RedisServer) -> RedisServer:
    """An empty Redis server of this worker's own, that may be killed and restarted."""
    if not _running_redis.answers():
        _running_redis.restart()
    _running_redis.flush()
    return _running_redis


@pytest.fixture(scope="session")
def _running_sink() -> Iterator[SmtpSink]:
    sink = SmtpSink().start()
    yield sink
    sink.stop()


@pytest.fixture
def smtp_sink(_running_sink: SmtpSink) -> SmtpSink:
    """An SMTP server that has accepted nothing yet and behaves."""
    if not _running_sink.answers():
        _running_sink.restart()
    _running_sink.reset()
    return _running_sink


@pytest.fixture(scope="session")
def _running_elks() -> Iterator[ElksSimulator]:
    simulator = ElksSimulator().start()
    yield simulator
    simulator.stop()


@pytest.fixture
def elks_simulator(_running_elks: ElksSimulator) -> ElksSimulator:
    """A simulator of 46elks that has accepted nothing yet and behaves."""
    if not _running_elks.answers():
        _running_elks.restart()
    _running_elks.reset()
    return _running_elks


@pytest.fixture
def callback_receiver() -> Iterator[CallbackReceiver]:
    """An HTTP server that receives callbacks."""
    receiver = CallbackReceiver().start()
    yield receiver
    receiver.stop()


@pytest.fixture
def s3_simulator() -> Iterator[S3Simulator]:
    """A server of the S3 protocol with one empty bucket."""
    simulator = S3Simulator().start()
    yield simulator
    simulator.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What starts browsers; a process has room for one. Tests that kill their browser start it with this."""
    _require(browser_module.chromium_path() is not None, "Chromium")
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for this worker."""
    with browser_module.launched(playwright) as running:
        yield running


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Opens windows (phone, desktop, dark, without_scripts) and closes them after the test."""
    opened = Windows(browser)
    yield opened
    opened.close()
