"""An import whose process is killed: what is there is whole, the background goes on, and it can be taken back."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.actors import system_actor
from crm.db import current_session, db, transaction
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position
from crm.imports import runs
from crm.imports.models import ImportRun, RunState
from tests.conftest import make_app, make_settings
from tests.imports.conftest import csv_of
from tests.world import World

ROWS = 3000
_PROGRAM = """
import sys
from pathlib import Path
from crm.actors import system_actor
from crm.imports.lookups import Defaults
from crm.imports.services import import_employers
from tests.conftest import make_settings
from crm.app import create_app
app = create_app(make_settings(Path(sys.argv[1]), PLUGINS="", **({"DATABASE_URL": sys.argv[3]} if sys.argv[3] else {})))
with app.test_request_context():
    import_employers(
        system_actor("test"), source=Path(sys.argv[2]), defaults=Defaults(unit_id=int(sys.argv[4])),
        progress=lambda done, total: print(done, flush=True),
    )
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, Path, str]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    values = {"DATABASE_URL": url} if url else {}
    return make_app(make_settings(tmp_path, PLUGINS="", **values)), tmp_path, url


def _counts() -> list[int]:
    session = current_session()
    session.rollback()
    tables = (Employer, ContactPerson, Position, EmployerRelationship)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_killed_import_is_whole_so_far_goes_on_by_itself_and_can_be_taken_back(
    place: tuple[Flask, Path, str],
) -> None:
    app, folder, url = place
    file = folder / "list.csv"
    file.write_bytes(csv_of("Name;Contact person", *(f"Ica {number};Eva Ek" for number in range(ROWS))))
    with app.app_context():
        unit_id = World().unit().id
        db.session.remove()
        db.engine.dispose()
    command = [sys.executable, "-c", _PROGRAM, str(folder), str(file), url, str(unit_id)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "500"
        time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
    with app.app_context():
        run = current_session().scalars(select(ImportRun)).one()
        run_id, done = run.id, run.rows_done
        assert run.state is RunState.RUNNING
        assert 500 <= done < ROWS
        assert _counts() == [done] * 4
        runs.work_on_all()
        assert _counts() == [ROWS] * 4
        assert current_session().get_one(ImportRun, run_id).report["created"] == ROWS
        current_session().rollback()
        with transaction():
            runs.undo_run(system_actor("test"), run_id=run_id)
        runs.work_on(run_id)
        assert _counts() == [0] * 4
        db.session.remove()
        db.engine.dispose()
