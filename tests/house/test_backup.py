"""A backup holds everything, a restore puts it back, and nothing is sent afterwards until somebody says so."""

import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.app import create_app
from crm.cli import main
from crm.db import current_session, db
from crm.messaging.hold import RESTORED, current_hold
from crm.serving.backup import BackupError, back_up, restore
from crm.serving.installation import Installation
from crm.serving.postgres_files import connection_variables
from crm.settings import load_settings
from tests.conftest import SECRET
from tests.servers.gunicorn_app import brobygg, health_of, run_brobygg
from tests.servers.processes import LOOPBACK, free_port
from tests.world import World


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def environment(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables of an installation of the core, in force for commands too."""
    values = {
        "BROBYGG_HOME": str(tmp_path / "home"),
        "BROBYGG_SECRET_KEY": SECRET,
        "BROBYGG_MAIL": "mailbox",
        "BROBYGG_PLUGINS": "",
    }
    if request.param == "postgresql":
        values["BROBYGG_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.fixture
def installed(environment: dict[str, str]) -> dict[str, str]:
    """An installation with one unit, called Before."""
    _brobygg("upgrade")
    _add_unit(environment, "Before")
    return environment


def _brobygg(*arguments: str, status: int = 0) -> str:
    installation = Installation()
    done = CliRunner().invoke(main, list(arguments), obj=installation)
    if "app" in vars(installation):
        # The end of a real command's process closes its connections.
        with installation.app.app_context():
            db.engine.dispose()
    assert done.exit_code == status, done.output
    return done.output


def _add_unit(environment: dict[str, str], name: str) -> None:
    app = create_app(load_settings(environment))
    with app.app_context():
        World().unit(name)
        current_session().close()
        db.engine.dispose()


def _state(environment: dict[str, str]) -> tuple[list[str], str | None]:
    app = create_app(load_settings(environment))
    with app.app_context():
        names = sorted(current_session().scalars(select(Unit.name)))
        hold = current_hold()
        current_session().close()
        db.engine.dispose()
    return names, hold.reason if hold else None


def test_a_restore_brings_back_what_was_saved_and_holds_sending(installed: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    _brobygg("backup", str(file))
    _add_unit(installed, "After")
    assert _state(installed) == (["After", "Before"], None)
    _brobygg("restore", "--yes", str(file))
    assert _state(installed) == (["Before"], RESTORED)


def test_a_backup_can_be_read_by_its_owner_only(installed: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    _brobygg("backup", str(file))
    assert file.stat().st_mode & 0o077 == 0


def test_attached_files_are_saved_and_come_back(installed: dict[str, str], tmp_path: Path) -> None:
    folder, file = tmp_path / "home" / "attachments", tmp_path / "backup"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / ("ab" * 16)).write_bytes(b"signed on paper")
    (folder / "ab" / ("ab" * 16)).with_suffix(".part").write_bytes(b"half")
    _brobygg("backup", str(file))
    archive = tmp_path / "backup.files.tar"
    assert archive.stat().st_mode & 0o077 == 0
    shutil.rmtree(folder)
    _brobygg("restore", "--yes", str(file))
    assert [path.name for path in folder.glob("*/*")] == ["ab" * 16]
    assert (folder / "ab" / ("ab" * 16)).read_bytes() == b"signed on paper"


def test_a_damaged_archive_of_files_changes_nothing(installed: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    _brobygg("backup", str(file))
    (tmp_path / "backup.files.tar").write_text("no archive")
    _add_unit(installed, "After")
    assert "attached files cannot be read" in _brobygg("restore", "--yes", str(file), status=1)
    assert _state(installed) == (["After", "Before"], None)


def test_a_backup_never_replaces_a_file(installed: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_text("mine")
    assert "is there already" in _brobygg("backup", str(file), status=1)
    assert file.read_text() == "mine"


def test_a_database_in_use_is_not_replaced(installed: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    _brobygg("backup", str(file))
    app = create_app(load_settings(installed))
    with app.app_context():
        current_session().scalars(select(Unit.name)).all()
        with pytest.raises(BackupError, match="in use"):
            restore(load_settings(installed), file)
        current_session().close()
        db.engine.dispose()
    assert _state(installed) == (["Before"], None)


def test_a_server_with_the_file_mapped_goes_on_when_a_restore_is_refused(tmp_path: Path) -> None:
    port, file, log = free_port(), tmp_path / "backup", tmp_path / "log"
    url = f"http://{LOOPBACK}:{port}"
    values = {"BROBYGG_HOME": str(tmp_path / "home"), "BROBYGG_SECRET_KEY": SECRET, "BROBYGG_MAIL": "mailbox"}
    settings, own = load_settings(values), {**values, "BROBYGG_BASE_URL": url}
    run_brobygg("upgrade", log=log, env=own)
    back_up(settings, file)
    server = brobygg("serve", "--bind", f"{LOOPBACK}:{port}", "--workers", "1", log=log, env=own)
    server.start()
    try:
        server.wait_ready(lambda: health_of(url) == 200)
        assert _has_mapped(settings.home / "brobygg.db")
        with pytest.raises(BackupError, match="in use"):
            restore(settings, file)
        assert health_of(url) == 200
        assert "SIGBUS" not in log.read_text()
    finally:
        server.stop()
    assert restore(settings, file) is not None


def _has_mapped(file: Path) -> bool:
    """Whether a process reads this file through a map of it (proc(5))."""
    maps = []
    for path in Path("/proc").glob("[0-9]*/maps"):
        with suppress(OSError):
            maps += path.read_text().splitlines()
    return any(line.endswith(f" {file}") for line in maps)


def test_a_file_that_is_no_backup_is_refused(installed: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "letter"
    file.write_text("Dear all")
    assert "no backup" in _brobygg("restore", "--yes", str(file), status=1)
    assert _state(installed) == (["Before"], None)


def test_a_damaged_backup_changes_nothing(installed: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    _brobygg("backup", str(file))
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(BackupError):
        restore(load_settings(installed), file)
    assert _state(installed) == (["Before"], None)


def test_without_a_yes_nothing_is_restored(installed: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "backup"
    _brobygg("backup", str(file))
    _add_unit(installed, "After")
    assert "Aborted" in _brobygg("restore", str(file), status=1)
    assert _state(installed)[0] == ["After", "Before"]


def test_a_restore_into_an_empty_place_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"BROBYGG_SECRET_KEY": SECRET, "BROBYGG_MAIL": "mailbox", "BROBYGG_PLUGINS": ""}
    here, there = ({**values, "BROBYGG_HOME": str(tmp_path / name)} for name in ("here", "there"))
    for name, value in here.items():
        monkeypatch.setenv(name, value)
    _brobygg("upgrade")
    _add_unit(here, "Before")
    back_up(load_settings(here), tmp_path / "backup")
    monkeypatch.setenv("BROBYGG_HOME", there["BROBYGG_HOME"])
    _brobygg("restore", "--yes", str(tmp_path / "backup"))
    assert _state(there) == (["Before"], RESTORED)


def test_the_database_that_was_there_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"BROBYGG_SECRET_KEY": SECRET, "BROBYGG_MAIL": "mailbox", "BROBYGG_PLUGINS": ""}
    values["BROBYGG_HOME"] = str(tmp_path / "home")
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    _brobygg("upgrade")
    _add_unit(values, "Kept")
    back_up(load_settings(values), tmp_path / "backup")
    _brobygg("restore", "--yes", str(tmp_path / "backup"))
    [kept] = (tmp_path / "home").glob("brobygg.db.before-*")
    connection = sqlite3.connect(kept)
    assert connection.execute("SELECT name FROM unit").fetchall() == [("Kept",)]
    connection.close()


@pytest.mark.parametrize(
    ("url", "variables"),
    [
        (
            "postgresql+psycopg://anna:s%40fe@db.example:5433/brobygg?sslmode=require",
            {"PGHOST": "db.example", "PGPORT": "5433", "PGUSER": "anna", "PGPASSWORD": "s@fe", "PGDATABASE": "brobygg"}
            | {"PGSSLMODE": "require"},
        ),
        (
            "postgresql+psycopg://brobygg@/brobygg?host=/var/run/postgresql",
            {"PGHOST": "/var/run/postgresql", "PGUSER": "brobygg", "PGDATABASE": "brobygg"},
        ),
    ],
)
def test_the_programs_of_postgresql_are_told_where_to_connect(url: str, variables: dict[str, str]) -> None:
    assert connection_variables(url) == variables
