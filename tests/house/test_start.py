"""A start is quick and small: what servers rarely need is not imported, and what workers share is made before them."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

from crm.db import db
from crm.serving.server import Server
from crm.serving.starting import undisturbed
from crm.settings import Settings, load_settings

# Each costs a start 10 ms or 2 MB, and belongs to exports, commands or installations with Redis or PostgreSQL.
HEAVY = (
    "alembic",
    "flufl.bounce",
    "psycopg",
    "rapidfuzz",
    "redis",
    "requests",
    "rq",
    "tqdm",
    "weasyprint",
    "xlsxwriter",
)


def _imported_by(code: str, folder: Path) -> set[str]:
    """The modules that a process of its own has imported after ``code``."""
    command = [sys.executable, "-c", f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"]
    environment = {
        "BROBYGG_HOME": str(folder),
        "BROBYGG_SECRET_KEY": "a-key-for-tests-that-guards-nothing-0123456789",
        "BROBYGG_BASE_URL": "http://127.0.0.1:1",
        "BROBYGG_MAIL": "mailbox",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=True)
    return set(done.stdout.split())


def test_the_command_itself_imports_almost_nothing(tmp_path: Path) -> None:
    found = _imported_by("import crm.cli", tmp_path)
    assert not {"flask", "sqlalchemy", "crm.app"} & found


def test_a_server_imports_nothing_heavy_that_it_rarely_needs(tmp_path: Path) -> None:
    load = "import crm.serving.commands\nfrom crm.serving.server import Server\n"
    load += "from crm.settings import load_settings\nServer(load_settings(), {}).load()"
    found = _imported_by(load, tmp_path)
    assert "surveys.plugin" in found
    assert not [name for name in HEAVY if name in found]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        {
            "BROBYGG_HOME": str(tmp_path),
            "BROBYGG_SECRET_KEY": "a-key-for-tests-that-guards-nothing-0123456789",
            "BROBYGG_BASE_URL": "http://127.0.0.1:1",
            "BROBYGG_MAIL": "mailbox",
        }
    )


def test_the_server_opens_no_connection_before_the_fork(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []

    def listen(engine: object) -> None:
        event.listen(engine, "connect", lambda *given: opened.append(given))

    monkeypatch.setattr("crm.app.prepare_engine", listen)
    app = Server(settings, {}).load()
    assert opened == []
    with app.app_context(), db.engine.connect():
        assert len(opened) == 1, "the listener is deaf"
        db.engine.dispose()


def test_a_start_is_not_disturbed_and_ends_with_the_collector_as_it_was() -> None:
    with undisturbed():
        with undisturbed():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
