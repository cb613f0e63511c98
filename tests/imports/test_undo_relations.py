"""Taking a list back after people have worked with the relationships that it began or moved."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.employers.models import Employer, EmployerRelationship, StageChange
from crm.employers.services.relationships import change_stage, undo_stage_change
from crm.history.models import HistoryLine
from crm.imports import runs
from crm.imports.models import ImportRun
from crm.imports.services import import_employers
from crm.tasks.models import Task
from tests.imports.conftest import Office, csv_of
from tests.world import World


def _read(office: Office, *rows: str, overwrite: bool = False) -> str:
    source = csv_of("Name;Stage", *rows)
    report = import_employers(office.coordinator, source=source, defaults=office.defaults, overwrite=overwrite)
    assert report.id is not None
    return report.id


def _undo(office: Office, public_id: str) -> list[tuple[str, str, str]]:
    run_id = current_session().scalars(select(ImportRun.id).where(ImportRun.public_id == public_id)).one()
    with transaction():
        runs.undo_run(office.coordinator, run_id=run_id)
    runs.work_on(run_id)
    report = current_session().get_one(ImportRun, run_id).undo_report or {}
    return [(each["kind"], each["name"], each["why"]) for each in report["kept"]]


def _relation() -> EmployerRelationship:
    current_session().rollback()
    return current_session().scalars(select(EmployerRelationship)).one()


def _move(office: Office, *stages: str) -> None:
    for stage in stages:
        key = _relation().id
        with transaction():
            change_stage(office.coordinator, relationship_id=key, stage=stage)


def _known(world: World) -> int:
    """An employer that nobody works with yet."""
    now = clock.now()
    return world.save(Employer(name="Nordlys AB", sort_name="nordlys ab", created_at=now)).id


@pytest.mark.parametrize("known", [True, False])
def test_a_relationship_that_was_moved_and_moved_back_goes_with_its_list(
    office: Office, world: World, known: bool
) -> None:
    if known:
        _known(world)
    imported = _read(office, "Nordlys AB;")
    _move(office, "contact", "new")
    assert _undo(office, imported) == []
    assert current_session().scalars(select(EmployerRelationship)).all() == []
    assert len(current_session().scalars(select(Employer)).all()) == known
    assert bool(current_session().scalars(select(HistoryLine)).all()) == known


def test_a_relationship_that_stands_elsewhere_or_that_the_unit_works_with_is_kept_with_its_employers_name(
    office: Office, world: World
) -> None:
    employer_id = _known(world)
    imported = _read(office, "Nordlys AB;")
    world.save(
        Task(title={"": "Ring"}, due_on=clock.today(), unit_id=office.unit_id, employer_id=employer_id,
             created_at=clock.now())
    )  # fmt: skip
    assert _undo(office, imported) == [("employer_relationship", "Nordlys AB", "used")]


def test_a_stage_of_a_list_is_taken_back_only_where_no_later_move_tells_of_it(office: Office) -> None:
    _read(office, "Nordlys AB;New")
    first = _read(office, "Nordlys AB;Agreement")
    _move(office, "contact")
    key = _relation().id
    with transaction():
        undo_stage_change(office.coordinator, relationship_id=key, version=None)
    assert _undo(office, first) == []
    assert _relation().stage == "new"
    second = _read(office, "Nordlys AB;Agreement")
    _move(office, "contact", "agreement")
    assert _undo(office, second) == [("employer_relationship", "Nordlys AB", "changed")]
    moves = current_session().scalars(select(StageChange.to_stage).order_by(StageChange.id)).all()
    assert moves == ["new", "agreement", "contact", "agreement"]


def test_the_page_takes_back_what_was_moved_and_moved_back(
    core_app: Flask, there: Office, world: World, browser: Callable[[str], FlaskClient]
) -> None:
    with core_app.app_context():
        _known(world)
        imported = _read(there, "Nordlys AB;", "Ny AB;")
        rows = current_session().scalars(select(EmployerRelationship.id)).all()
        current_session().rollback()
        for key in rows:
            for stage in ("contact", "new"):
                with transaction():
                    change_stage(there.coordinator, relationship_id=key, stage=stage)
    browser(there.coordinator_email).post(f"/imports/{imported}/undo")
    with core_app.app_context():
        assert current_session().scalars(select(Employer.name)).all() == ["Nordlys AB"]
        assert current_session().scalars(select(EmployerRelationship)).all() == []


def test_the_page_links_what_is_kept_to_its_employer(
    core_app: Flask, there: Office, world: World, browser: Callable[[str], FlaskClient]
) -> None:
    with core_app.app_context():
        _known(world)
        imported = _read(there, "Nordlys AB;")
        _move(there, "contact")
        _undo(there, imported)
        address = current_session().scalars(select(Employer.public_id)).one()
    page = browser(there.coordinator_email).get(f"/imports/{imported}").text
    assert f'href="/employers/{address}">Nordlys AB</a>' in page
    assert "A relationship to an employer · Changed since" in page
