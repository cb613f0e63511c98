"""The product starts as processes and ends without leaving any."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.servers.gunicorn_app import AppServer, DevServer, brobygg, run_brobygg
from tests.servers.processes import ManagedProcess, ServerDidNotStart, port_answers, wait_until
from tests.servers.redis_server import RedisServer
from tests.servers.shared import is_alive
from tests.servers.smtp import SmtpSink

pytestmark = pytest.mark.faults
# The core alone: what is tested here are the processes.
CORE = {"BROBYGG_PLUGINS": ""}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_the_server_of_make_run_answers_and_ends(folder: Path) -> None:
    server = DevServer(home=folder, env=CORE, sample=False).start()
    try:
        assert requests.get(f"{server.url}/health", timeout=10).status_code in (200, 503)
    finally:
        server.stop()
    assert not port_answers(server.port)


def test_the_product_runs_with_postgres_redis_and_a_mail_server(
    postgres_url: str, redis_private: RedisServer, smtp_sink: SmtpSink, folder: Path
) -> None:
    settings = CORE | {
        "BROBYGG_DATABASE_URL": postgres_url,
        "BROBYGG_REDIS_URL": redis_private.url,
        "BROBYGG_SMTP_URL": smtp_sink.url,
        "BROBYGG_SMTP_ASK_URL": smtp_sink.ask_url,
    }
    server = AppServer(env=settings, background=2, folder=folder).start()
    try:
        wait_until(lambda: server.health() == 200, seconds=60, what="a healthy installation")
        first = server.workers[0].pid
        server.workers[0].kill()
        assert not is_alive(first)
        assert server.workers[1].is_running()
    finally:
        server.stop()
    assert not port_answers(server.port)
    assert server.workers == []


def test_a_wrong_setting_shows_in_the_error(folder: Path) -> None:
    with pytest.raises(RuntimeError, match="BROBYGG_SECRET_KEY"):
        run_brobygg("upgrade", log=folder / "log", env={"BROBYGG_SECRET_KEY": "short"})


def test_a_command_that_ends_early_shows_its_log(folder: Path) -> None:
    process: ManagedProcess = brobygg("no-such-command", log=folder / "log", env={"BROBYGG_HOME": str(folder)})
    process.start()
    with pytest.raises(ServerDidNotStart, match="no-such-command"):
        process.wait_ready(lambda: False)
