"""Employers that another unit knows already: whose contacts a list makes them, and how the page tells of it."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship
from crm.imports.lookups import NOTHING_SAID, Defaults
from crm.imports.report import ImportReport
from crm.imports.services import import_employers
from tests.imports.conftest import Office, csv_of
from tests.world import World

BARE = csv_of("Name;Municipality", "Nordlys AB;Umeå", "Ny AB;Umeå")


@pytest.fixture
def elsewhere(office: Office, world: World) -> Actor:
    """Somebody of another unit than the one that knows Nordlys."""
    import_employers(
        office.coordinator, source=csv_of("Name;Municipality", "Nordlys AB;Umeå"), defaults=office.defaults
    )
    return world.actor(world.staff(Role.MANAGER, unit=world.unit("Brobygg"), name="Nils Berg"))


def _read(actor: Actor, source: bytes, defaults: Defaults = NOTHING_SAID, *, dry_run: bool = False) -> ImportReport:
    report = import_employers(actor, source=source, defaults=defaults, dry_run=dry_run)
    assert not report.errors
    return report


def _units() -> set[tuple[str, int]]:
    current_session().rollback()
    rows = select(Employer.name, EmployerRelationship.unit_id).join(Employer.relationships)
    return {(name, unit_id) for name, unit_id in current_session().execute(rows)}


def test_a_row_with_nothing_new_about_an_employer_of_another_unit_changes_nothing(
    office: Office, elsewhere: Actor
) -> None:
    report = _read(elsewhere, BARE)
    assert (report.created, report.unchanged, report.updated) == (1, 1, 0)
    assert elsewhere.unit_id is not None
    assert _units() == {("Nordlys AB", office.unit_id), ("Ny AB", elsewhere.unit_id)}
    found = _read(elsewhere, BARE, Defaults(of_no_unit=True), dry_run=True)
    assert (found.created, found.unchanged) == (0, 2)


@pytest.mark.parametrize("rows", [("Unit", "Brobygg"), ("Owner", "Nils Berg"), ("Stage", "Contact")])
def test_a_row_that_speaks_of_the_relationship_begins_the_units_own(
    office: Office, elsewhere: Actor, rows: tuple[str, str]
) -> None:
    report = _read(elsewhere, csv_of(f"Name;{rows[0]}", f"Nordlys AB;{rows[1]}"))
    assert (report.updated, len(_units())) == (1, 2)


def test_a_list_of_no_unit_adds_employers_alone(office: Office, elsewhere: Actor) -> None:
    _read(elsewhere, BARE, Defaults(of_no_unit=True))
    assert _units() == {("Nordlys AB", office.unit_id)}
    assert "Ny AB" in set(current_session().scalars(select(Employer.name)))


def _preview(client: FlaskClient, content: bytes, unit: int | None) -> tuple[str, str]:
    form = {"kind": "employers", "unit_id": "" if unit is None else str(unit), "file": (io.BytesIO(content), "l.csv")}
    page = client.post("/imports", data=form, content_type="multipart/form-data").location
    return page, client.get(page).text


def test_the_preview_says_in_words_which_employers_the_unit_gets_besides(
    core_app: Flask, there: Office, world: World, browser: Callable[[str], FlaskClient]
) -> None:
    with core_app.app_context():
        known = csv_of("Name", "Nordlys AB", "Kust AB")
        import_employers(there.coordinator, source=known, defaults=there.defaults)
        unit = world.unit("Brobygg")
        unit_id, email = unit.id, world.staff(Role.MANAGER, unit=unit, name="Nils Berg").email
    client = browser(email)
    rows = csv_of("Name;Owner", "Nordlys AB;", "Kust AB;Nils Berg", "Ny AB;")
    _page, chosen = _preview(client, rows, unit_id)
    assert "One employer that was here already is also added to Brobygg, as New, with nobody responsible." in chosen
    assert "is also added to Brobygg, as New. Responsible: Nils Berg." in chosen
    page, nothing = _preview(client, csv_of("Name", "Nordlys AB", "Kust AB"), None)
    assert "2 employers that were here already are not added to your unit" in nothing
    assert "Nothing in this file is new." in nothing
    client.post(f"{page}/columns", data={"column-0": "name", "unit_id": str(unit_id)})
    assert "2 employers that were here already are also added to Brobygg" in client.get(page).text
    client.post(f"{page}/columns", data={"column-0": "name", "unit_id": "0"})
    assert "added to" not in client.get(page).text


@pytest.mark.parametrize(("number", "country"), [("974 760 673", "Norway"), ("2331972-7", "Finland")])
def test_a_number_of_another_country_is_refused_with_the_way_out(office: Office, number: str, country: str) -> None:
    rows = csv_of("Name;Orgnr;Phone", f"Fjellvik AS;{number};+47 22 33 44 55")
    report = import_employers(office.coordinator, source=rows, defaults=office.defaults, dry_run=True)
    (error,) = report.errors
    assert f"a right number in another country: {country}" in error.message
    assert "column Country" in error.message
    wrong = csv_of("Name;Orgnr", "Fjellvik AS;974 760 674")
    report = import_employers(office.coordinator, source=wrong, defaults=office.defaults, dry_run=True)
    assert "A Swedish organisation number has ten digits" in report.errors[0].message
