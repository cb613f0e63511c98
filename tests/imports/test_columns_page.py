"""Saying what columns mean on the page, remembering it, and correcting the rows that were wrong."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.db import current_session
from crm.employers.models import Employer
from crm.imports import routes, runs
from crm.imports.commands import import_command
from crm.imports.models import ImportMapping
from tests.imports.conftest import Office, csv_of

Browser = Callable[[str], FlaskClient]
UNUSUAL = csv_of("Hvem;Ort;Tlf. sentralbord;Orgnr", "Nordlys AB;Umeå;090-123456;", "=1+1;Umeå;12;", "Ica AB;Luleå;;12")


def _send(client: FlaskClient, office: Office, content: bytes, **given: str) -> str:
    form = {"kind": "employers", "unit_id": str(office.unit_id), "file": (io.BytesIO(content), "list.csv"), **given}
    answer = client.post("/imports", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def _employers(app: Flask) -> list[tuple[str, str | None]]:
    with app.app_context():
        return [(row.name, row.phone) for row in current_session().scalars(select(Employer).order_by(Employer.name))]


def test_columns_that_are_not_understood_are_asked_for_and_remembered(
    browser: Browser, there: Office, core_app: Flask
) -> None:
    client = browser(there.coordinator_email)
    page = _send(client, there, UNUSUAL)
    asked = client.get(page)
    assert asked.location == f"{page}/columns"
    form = client.get(asked.location).text
    assert 'value="place" selected' in form
    assert "Nordlys AB" in form
    nothing = client.post(f"{page}/columns", data={"column-1": "city"})
    assert (nothing.status_code, "column Name" in nothing.text) == (422, True)
    twice = client.post(f"{page}/columns", data={"column-0": "name", "column-1": "name"})
    assert (twice.status_code, "mean the same" in twice.text) == (422, True)
    chosen = {"column-0": "name", "column-1": "city", "column-2": "phone", "column-3": "org_number"}
    client.post(f"{page}/columns", data={**chosen, "save_as": "From the chamber"})
    preview = client.get(page).text
    assert "Read in one row" in preview
    assert "Change what the columns mean" in preview
    assert _employers(core_app) == []
    again = _send(client, there, UNUSUAL)
    assert "Read in one row" in client.get(again).text
    client.post(f"{again}/confirm")
    assert _employers(core_app) == [("Nordlys AB", "+4690123456")]


def test_remembered_columns_are_named_on_the_command_line_and_can_be_forgotten(
    browser: Browser, there: Office, core_app: Flask, tmp_path: Path
) -> None:
    client = browser(there.coordinator_email)
    page = _send(client, there, UNUSUAL)
    client.post(f"{page}/columns", data={"column-0": "name", "save_as": "Mine"})
    file = tmp_path / "list.csv"
    file.write_bytes(UNUSUAL)
    runner = core_app.test_cli_runner()
    arguments = ["employers", str(file), "--json", "--dry-run", "--mapping"]
    assert json.loads(runner.invoke(import_command, [*arguments, "Mine"]).output)["created"] == 3
    assert runner.invoke(import_command, [*arguments, "Nobody's"]).exit_code == 2
    with core_app.app_context():
        public_id = current_session().scalars(select(ImportMapping.public_id)).one()
    assert "Mine" in client.get("/imports").text
    assert client.post(f"/imports/mappings/{public_id}/forget").status_code == 303
    assert client.post(f"/imports/mappings/{public_id}/forget").status_code == 404
    assert runner.invoke(import_command, [*arguments, "Mine"]).exit_code == 2


def test_the_wrong_rows_come_as_a_file_that_can_be_corrected_and_sent_again(
    browser: Browser, there: Office, core_app: Flask
) -> None:
    client = browser(there.coordinator_email)
    page = _send(client, there, csv_of("Name;Phone;Note", "Nordlys AB;090-123456;", "Ica AB;12;=1+1", "Coop AB;13;"))
    client.post(f"{page}/confirm")
    answer = client.get(f"{page}/wrong-rows")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Name", "Phone", "Note"]
    assert [row[:3] for row in rows[1:]] == [["Ica AB", "12", "'=1+1"], ["Coop AB", "13", ""]]
    assert all("Phone" in row[3] for row in rows[1:])
    corrected = answer.data.replace(b";12;", b";090-123457;").replace(b";13;", b";090-123458;")
    fixed = _send(client, there, corrected)
    assert "Read in 2 rows" in client.get(fixed).text
    client.post(f"{fixed}/confirm")
    assert [name for name, _phone in _employers(core_app)] == ["Coop AB", "Ica AB", "Nordlys AB"]
    assert browser(there.manager_email).get(f"{page}/wrong-rows").status_code == 404


def test_the_progress_bar_asks_again_with_and_without_scripts(
    browser: Browser, there: Office, monkeypatch: pytest.MonkeyPatch, core_app: Flask
) -> None:
    monkeypatch.setattr(routes, "_AT_ONCE_SECONDS", -1.0)
    client = browser(there.coordinator_email)
    page = _send(client, there, csv_of("Name", *(f"Ica {number}" for number in range(1200))))
    whole, part = client.get(page).text, client.get(page, headers={"HX-Request": "true"}).text
    assert '<noscript><meta http-equiv="refresh"' in whole
    assert 'hx-trigger="every 2s"' in whole
    assert 'value="500" max="1200"' in part
    assert "<html" not in part
    with core_app.app_context():
        runs.work_on_all()
    done = client.get(page, headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"].endswith(page)
