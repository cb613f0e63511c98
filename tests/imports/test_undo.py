"""Taking an import back, on both databases where it matters."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from crm import clock
from crm.db import current_session, transaction
from crm.employers.fields import EmployerFields
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position, StageChange, Workplace
from crm.employers.services.employers import change_employer
from crm.imports import runs
from crm.imports.commands import import_command
from crm.imports.models import ImportRun, RunState
from crm.imports.services import import_employers
from crm.search.tables import document
from crm.tasks.models import Task
from tests.imports.conftest import Office, csv_of
from tests.world import World

BEFORE = csv_of("Name;Orgnr;City;Contact person", "Nordlys AB;5567037485;Umeå;Eva Ek")
LIST = csv_of(
    "Name;Orgnr;City;Phone;Contact person;Contact phone;Workplace;Stage",
    "Nordlys AB;5567037485;Umeå;090-123456;Eva Ek;070-174 06 05;Norr;Avtal",
    "Ica AB;;Umeå;;Bo By;;Söder;",
    "Ica AB;;Umeå;;Li Xu;;;",
    "Coop AB;;Luleå;;;;;",
)


def _counts() -> dict[str, int]:
    session = current_session()
    session.rollback()
    tables = (Employer, ContactPerson, Position, Workplace, EmployerRelationship, StageChange)
    return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def _values() -> list[tuple[object, ...]]:
    employers = [(row.name, row.phone, row.city) for row in current_session().scalars(select(Employer))]
    persons = [(row.name, row.phone) for row in current_session().scalars(select(ContactPerson))]
    stages = [(row.stage, row.owner_id) for row in current_session().scalars(select(EmployerRelationship))]
    return [*employers, *persons, *stages]


def _undo(office: Office, public_id: str | None) -> ImportRun:
    run = current_session().scalars(select(ImportRun).where(ImportRun.public_id == public_id)).one()
    run_id = run.id
    with transaction():
        runs.undo_run(office.coordinator, run_id=run_id)
    runs.work_on(run_id)
    return current_session().get_one(ImportRun, run_id)


def _read(office: Office, content: bytes, *, overwrite: bool = False) -> str | None:
    source = import_employers(office.coordinator, source=content, defaults=office.defaults, overwrite=overwrite)
    assert not source.errors
    return source.id


def test_an_import_taken_back_leaves_everything_as_it_was(office: Office) -> None:
    _read(office, BEFORE)
    before, values = _counts(), _values()
    documents = current_session().execute(select(document.c.kind, document.c.title, document.c.body)).all()
    imported = _read(office, LIST, overwrite=True)
    assert _counts()["employer"] == 3
    run = _undo(office, imported)
    assert run.state is RunState.UNDONE
    assert run.undo_report is not None
    assert (run.undo_report["kept_count"], _counts()) == (0, before)
    assert _values() == values
    now = current_session().execute(select(document.c.kind, document.c.title, document.c.body)).all()
    assert sorted(now) == sorted(documents)


def test_what_somebody_has_changed_or_used_since_is_kept_and_listed(office: Office, world: World) -> None:
    _read(office, BEFORE)
    imported = _read(office, LIST)
    rows = {row.name: row.id for row in current_session().scalars(select(Employer))}
    current_session().rollback()
    with transaction():
        change_employer(
            office.coordinator,
            employer_id=rows["Ica AB"],
            version=None,
            fields=EmployerFields(name="Ica Maxi AB", city="Umeå"),
        )
        change_employer(
            office.coordinator, employer_id=rows["Nordlys AB"], version=None,
            fields=EmployerFields(name="Nordlys AB", city="Skellefteå"), confirmed=("similar_name",),
        )  # fmt: skip
    world.save(
        Task(title={"": "Ring"}, due_on=clock.today(), unit_id=office.unit_id, employer_id=rows["Coop AB"],
             created_at=clock.now())
    )  # fmt: skip
    run = _undo(office, imported)
    report = run.undo_report or {}
    assert {(each["kind"], each["name"], each["why"]) for each in report["kept"]} == {
        ("employer", "Ica Maxi AB", "changed"),
        ("employer", "Nordlys AB", "changed"),
        ("employer", "Coop AB", "used"),
        ("employer_relationship", "Coop AB", "used"),
    }
    names = set(current_session().scalars(select(Employer.name)))
    assert names == {"Ica Maxi AB", "Nordlys AB", "Coop AB"}


def test_an_import_is_taken_back_once_and_a_dead_worker_is_followed_by_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.imports.undoing._AT_ONCE", 7)
    imported = _read(office, csv_of("Name;Contact person", *(f"Ica {n};Eva Ek" for n in range(40))))
    run_id = current_session().scalars(select(ImportRun.id).where(ImportRun.public_id == imported)).one()
    for _time in range(2):
        with transaction():
            runs.undo_run(office.coordinator, run_id=run_id)
    assert runs.work_on(run_id, seconds=-1) is False
    assert 0 < _counts()["contact_person"] < 40
    assert runs.work_on(run_id) is True
    assert runs.work_on(run_id) is True
    assert set(_counts().values()) == {0}
    run = current_session().get_one(ImportRun, run_id)
    assert (run.state, (run.undo_report or {})["removed"]) == (RunState.UNDONE, 120)


def test_the_command_takes_an_import_back(there: Office, core_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(LIST)
    runner = core_app.test_cli_runner()
    done = runner.invoke(import_command, ["employers", str(file), "--json", "--unit", "Umeå"])
    report = json.loads(done.output)
    assert (report["created"], report["updated"], done.exit_code) == (3, 1, 0), done.output
    undone = runner.invoke(import_command, ["undo", report["id"], "--json"])
    assert (undone.exit_code, json.loads(undone.output)["removed"]) == (0, 3 + 3 + 2 + 3), undone.output
    with core_app.app_context():
        assert set(_counts().values()) == {0}
    assert runner.invoke(import_command, ["undo", "nothing"]).exit_code == 2
    again = runner.invoke(import_command, ["undo", report["id"]])
    assert (again.exit_code, again.stdout, "already" in again.stderr) == (2, "", True)


def test_the_page_takes_an_import_back(browser: Callable[[str], FlaskClient], there: Office, core_app: Flask) -> None:
    with core_app.app_context():
        imported = _read(there, LIST)
    client = browser(there.coordinator_email)
    page = f"/imports/{imported}"
    assert "Take this import back" in client.get(page).text
    assert client.post(f"{page}/undo").status_code == 303
    assert "The import is taken back" in client.get(page).text
    assert browser(there.manager_email).post(f"{page}/undo").status_code == 404
    with core_app.app_context():
        assert set(_counts().values()) == {0}
