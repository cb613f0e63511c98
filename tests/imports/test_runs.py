"""Files sent in on the page: preview, confirmation, report; the work in the background; the command line."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from crm import clock
from crm.accounts.models import AuditEntry, Staff
from crm.actors import Role
from crm.db import current_session, transaction
from crm.imports import runs
from crm.imports.commands import import_command
from crm.imports.models import ImportRun, RunState
from crm.participants.models import Participant
from tests.imports.conftest import Office, csv_of
from tests.world import World

Browser = Callable[[str], FlaskClient]
GOOD = csv_of("Name;Year of birth;Phone", "Eva Ek;1985;", "Bo By;1986;12", "Li Xu;1987;")


def _send(client: FlaskClient, office: Office, content: bytes = GOOD, name: str = "list.csv") -> str:
    form = {
        "kind": "participants",
        "unit_id": str(office.unit_id),
        "programme_id": str(office.programme_id),
        "file": (io.BytesIO(content), name),
    }
    answer = client.post("/imports", data=form, content_type="multipart/form-data")
    return answer.location if answer.status_code == 303 else answer.get_data(as_text=True)


def _run() -> ImportRun:
    current_session().rollback()
    return current_session().scalars(select(ImportRun)).one()


def _people() -> int:
    return current_session().scalar(select(func.count()).select_from(Participant)) or 0


def test_a_file_is_shown_before_it_is_read_in(browser: Browser, there: Office, core_app: Flask) -> None:
    client = browser(there.manager_email)
    page = _send(client, there)
    preview = client.get(page).get_data(as_text=True)
    assert "Read in 2 rows" in preview
    assert "phone number" in preview
    with core_app.app_context():
        assert _people() == 0
        assert _run().state is RunState.CHECKED
    client.post(f"{page}/confirm")
    report = client.get(page).get_data(as_text=True)
    assert "The file is read in" in report
    with core_app.app_context():
        assert _people() == 2
        assert (_run().state, _run().content) == (RunState.DONE, None)
        entry = current_session().scalars(select(AuditEntry).where(AuditEntry.action == "file_imported")).one()
        assert entry.details["created"] == 2


def test_a_file_that_cannot_be_read_is_refused_at_once(browser: Browser, there: Office, core_app: Flask) -> None:
    assert "neither a CSV" in _send(browser(there.manager_email), there, b"\x00\x01\x02", "photo.png")
    with core_app.app_context():
        assert current_session().scalar(select(func.count()).select_from(ImportRun)) == 0


def test_a_file_may_be_dropped_after_the_preview(browser: Browser, there: Office, core_app: Flask) -> None:
    client = browser(there.manager_email)
    client.post(f"{_send(client, there)}/drop")
    with core_app.app_context():
        assert current_session().scalar(select(func.count()).select_from(ImportRun)) == 0


def test_an_administrator_reads_employers_in_and_no_participants(
    browser: Browser, there: Office, core_app: Flask, world: World
) -> None:
    with core_app.app_context():
        email = world.staff(Role.ADMINISTRATOR).email
    client = browser(email)
    assert 'value="participants"' not in client.get("/imports").get_data(as_text=True)
    assert "Choose one" in _send(client, there)


def test_only_who_sent_a_file_sees_it(browser: Browser, there: Office) -> None:
    page = _send(browser(there.manager_email), there)
    other = browser(there.coordinator_email)
    assert other.get(page).status_code == 404
    assert other.post(f"{page}/confirm").status_code == 404


def test_a_file_is_read_in_once_however_often_it_is_confirmed(browser: Browser, there: Office, core_app: Flask) -> None:
    client = browser(there.manager_email)
    page = _send(client, there)
    for _time in range(3):
        assert client.post(f"{page}/confirm").status_code == 303
    with core_app.app_context():
        assert _people() == 2


def test_a_long_file_shows_how_far_it_is_and_the_background_ends_it(
    browser: Browser, there: Office, core_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.imports.routes._AT_ONCE_SECONDS", -1.0)
    client = browser(there.manager_email)
    rows = csv_of("Name;Year of birth", *(f"Eva Ek{number};1985" for number in range(120)))
    page = _send(client, there, rows)
    progress = client.get(page).get_data(as_text=True)
    assert '<progress value="50" max="120"' in progress
    assert 'http-equiv="refresh"' in progress
    with core_app.app_context():
        assert runs.work_on_all().startswith("1 files")
        assert _run().state is RunState.CHECKED
    assert "Read in 120 rows" in client.get(page).get_data(as_text=True)


def test_a_run_goes_on_where_a_worker_died(there: Office, core_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = csv_of("Name;Year of birth", *(f"Eva Ek{number};1985" for number in range(120)))
    with core_app.app_context():
        with transaction():
            run_id = runs.start_run(
                there.manager, kind="participants", filename="x", content=rows, defaults=there.defaults, language="sv"
            ).id
        runs.work_on(run_id)
        with transaction():
            runs.confirm_run(there.manager, run_id=run_id)
        assert runs.work_on(run_id, seconds=-1) is False
        assert (_run().rows_done, _people()) == (50, 50)
        assert runs.work_on(run_id) is True
        assert (_run().state, _people()) == (RunState.DONE, 120)
        assert _run().report["created"] == 120


def test_a_run_that_fails_again_and_again_is_stopped(
    there: Office, core_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **values: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(runs, "take_batch", broken)
    with core_app.app_context():
        with transaction():
            run_id = runs.start_run(
                there.manager, kind="participants", filename="x", content=GOOD, defaults=there.defaults, language="en"
            ).id
        for _time in range(runs.MOST_ATTEMPTS):
            with pytest.raises(ValueError, match="broken"):
                runs.work_on(run_id)
        assert runs.work_on(run_id) is True
        assert (_run().state, _run().content) == (RunState.STOPPED, None)


def test_the_file_of_somebody_who_may_no_longer_sign_in_is_not_read(there: Office, core_app: Flask) -> None:
    with core_app.app_context():
        with transaction():
            run_id = runs.start_run(
                there.manager, kind="participants", filename="x", content=GOOD, defaults=there.defaults, language="en"
            ).id
        with transaction() as session:
            session.get_one(Staff, there.manager.staff_id).active = False
        runs.work_on(run_id)
        assert _run().state is RunState.STOPPED


def test_files_that_nobody_confirms_are_forgotten_after_a_day_and_reports_after_thirty(
    there: Office, core_app: Flask
) -> None:
    with core_app.app_context():
        with transaction():
            run_id = runs.start_run(
                there.manager, kind="participants", filename="x", content=GOOD, defaults=there.defaults, language="en"
            ).id
        runs.work_on(run_id)
        assert runs.forget_old() == 0
        now = clock.now()
        with clock.travelling(now + timedelta(days=2)):
            assert runs.forget_old() == 1
            assert _run().content is None
        with clock.travelling(now + timedelta(days=31)):
            assert runs.forget_old() == 1
        assert current_session().scalar(select(func.count()).select_from(ImportRun)) == 0


def test_messages_about_rows_are_in_the_language_of_whoever_sent_the_file(there: Office, core_app: Flask) -> None:
    with core_app.app_context():
        with transaction():
            run_id = runs.start_run(
                there.manager, kind="participants", filename="x", content=GOOD, defaults=there.defaults, language="sv"
            ).id
        runs.work_on(run_id)
        assert _run().report["error_count"] == 1


def test_the_command_reads_a_file_and_prints_its_report_as_json(there: Office, core_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(csv_of("Name;Year of birth;Start date", "Eva Ek;1985;2026-02-01", "Bo By;x;"))
    arguments = ["participants", str(file), "--json", "--programme", there.code.lower(), "--unit", "umeå"]
    runner = core_app.test_cli_runner()
    tried = runner.invoke(import_command, [*arguments, "--dry-run"])
    done = runner.invoke(import_command, arguments)
    again = runner.invoke(import_command, arguments)
    assert (tried.exit_code, done.exit_code, again.exit_code) == (1, 1, 1), done.output
    report = json.loads(done.output)
    assert (report["created"], report["errors"][0]["line"], report["errors"][0]["column"]) == (1, 3, "Year of birth")
    assert report["errors"][0]["value"] == "x"
    assert json.loads(tried.output)["dry_run"]
    assert json.loads(again.output)["unchanged"] == 1


def test_the_command_says_what_is_wrong_with_a_file_and_ends_with_2(core_app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"\x00\x00")
    runner = core_app.test_cli_runner()
    plain = runner.invoke(import_command, ["employers", str(file)])
    assert (plain.exit_code, "neither a CSV" in plain.output) == (2, True)
    as_json = runner.invoke(import_command, ["employers", str(file), "--json"])
    assert json.loads(as_json.output)["errors"][0]["line"] == 0
    unknown = runner.invoke(import_command, ["participants", str(file), "--programme", "NONE"])
    assert unknown.exit_code == 2
