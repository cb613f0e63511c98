"""Lists that name nobody who is responsible, or somebody else than before, and taking them back."""

import pytest
from sqlalchemy import select

from crm.accounts.models import Staff
from crm.accounts.services import disable_staff
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.employers.models import EmployerRelationship, StageChange
from crm.employers.services.responsible import WITHOUT_OWNER
from crm.imports import runs
from crm.imports.models import ImportRun
from crm.imports.services import import_employers
from crm.tasks.models import Task, TaskState
from tests.imports.conftest import Office, csv_of
from tests.world import World


def _read(office: Office, *rows: str, overwrite: bool = False, dry_run: bool = False) -> str | None:
    source = csv_of("Name;Owner", *rows)
    report = import_employers(
        office.coordinator, source=source, defaults=office.defaults, overwrite=overwrite, dry_run=dry_run
    )
    assert not report.errors
    return report.id


def _undo(office: Office, public_id: str | None) -> ImportRun:
    run_id = current_session().scalars(select(ImportRun.id).where(ImportRun.public_id == public_id)).one()
    with transaction():
        runs.undo_run(office.coordinator, run_id=run_id)
    runs.work_on(run_id)
    return current_session().get_one(ImportRun, run_id)


def _told() -> list[tuple[str, int | None]]:
    current_session().rollback()
    statement = select(Task).where(Task.kind == WITHOUT_OWNER, Task.state == TaskState.OPEN).order_by(Task.id)
    return [(task.title["en"], task.owner_id) for task in current_session().scalars(statement)]


def _rows() -> list[EmployerRelationship]:
    current_session().rollback()
    return list(current_session().scalars(select(EmployerRelationship).order_by(EmployerRelationship.id)))


def test_the_manager_is_told_once_of_all_employers_of_a_list_for_whom_nobody_is_responsible(office: Office) -> None:
    manager = office.manager.staff_id
    _read(office, "A AB;", "B AB;", dry_run=True)
    assert _told() == []
    first = _read(office, f"A AB;{office.coordinator_email}", *(f"B{number} AB;" for number in range(600)))
    assert _told() == [("600 employers have nobody responsible", manager)]
    _read(office, "B1 AB;", "C AB;")
    assert _told()[1:] == [("One employer has nobody responsible", manager)]
    _undo(office, first)
    assert _told() == [("One employer has nobody responsible", manager)]


def test_a_list_that_names_everybody_tells_nobody(office: Office) -> None:
    _read(office, f"A AB;{office.coordinator_email}")
    assert _told() == []


def test_taking_a_list_back_that_named_somebody_leaves_the_employer_to_the_unit_and_tells_its_manager(
    office: Office,
) -> None:
    _read(office, f"A AB;{office.coordinator_email}", "B AB;")
    with transaction() as session:
        for task in session.scalars(select(Task)):
            task.state = TaskState.DONE
    named = _read(office, f"B AB;{office.coordinator_email}")
    assert _told() == []
    _undo(office, named)
    assert [row.owner_id for row in _rows()] == [office.coordinator.staff_id, None]
    assert _told() == [("One employer has nobody responsible", office.manager.staff_id)]


def test_taking_a_list_back_gives_no_employer_to_who_has_left(office: Office, world: World) -> None:
    unit = current_session().get_one(Staff, office.coordinator.staff_id).unit
    leaver = world.staff(unit=unit, name="Nils Nyman")
    leaver_id, leaver_email = leaver.id, leaver.email
    _read(office, f"A AB;{leaver_email}")
    changed = _read(office, f"A AB;{office.coordinator_email}", overwrite=True)
    with transaction():
        disable_staff(system_actor("test"), staff_id=leaver_id)
    run = _undo(office, changed)
    assert run.undo_report is not None
    assert [each["why"] for each in run.undo_report["kept"]] == ["changed"]
    assert [row.owner_id for row in _rows()] == [office.coordinator.staff_id]


@pytest.mark.parametrize("undone", [False, True])
def test_who_stood_in_and_is_responsible_by_a_list_stands_in_no_longer(office: Office, undone: bool) -> None:
    _read(office, f"A AB;{office.manager_email}")
    maria, manager = office.coordinator.staff_id, office.manager.staff_id
    with transaction():
        _row = _rows()[0]
        _row.deputy_id = maria
    changed = _read(office, f"A AB;{office.coordinator_email}", overwrite=True)
    if undone:
        _undo(office, changed)
    (row,) = _rows()
    assert (row.owner_id, row.deputy_id) == ((manager, maria) if undone else (maria, None))


def test_an_employer_of_a_list_is_in_its_stage_since_the_moment_that_the_stage_history_tells(office: Office) -> None:
    _read(office, "A AB;")
    source = csv_of("Name;Stage", "A AB;Agreement", "B AB;Agreement")
    import_employers(office.coordinator, source=source, defaults=office.defaults)
    for row in _rows():
        moves = select(StageChange).where(StageChange.relationship_id == row.id).order_by(StageChange.id.desc())
        last = current_session().scalars(moves).first()
        assert last is not None
        assert (last.to_stage, last.at) == (row.stage, row.stage_since)
