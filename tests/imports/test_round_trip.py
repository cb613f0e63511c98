"""What the list of employers gives as a file can be read in again, and comes back as it was."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.accounts.models import Staff, Unit
from crm.db import current_session, transaction
from crm.employers.columns import COLUMNS
from crm.employers.models import Employer, EmployerKind, Stage
from crm.imports.columns import guess_columns
from crm.imports.reading import read_sheet
from crm.imports.services import import_employers
from crm.imports.sheets import text_of
from crm.settings import LANGUAGES
from tests.imports.conftest import Office, csv_of
from tests.world import World

Browser = Callable[[str], FlaskClient]
SHOWN = ("number", "kind", "municipality", "city", "phone", "email", "employees")
NAMES = [
    "=cmd|' /C calc'!A0",
    "+ Plus AB",
    "-20 % Outlet",
    "@Hemma",
    "＝Wide AB",
    'Öl; Vin & "Co"',
    "O'Hara, Åsa",
    "'t Hoekje",
]
FIRST = {"org_number": "5567037485", "city": "=Umeå", "phone": "+4690123456", "email": "info@example.org"}
Said = list[tuple[object, ...]]


def _said() -> Said:
    """Every employer with what a file says of it, by name."""
    rows = current_session().scalars(select(Employer).where(Employer.archived_at.is_(None)).order_by(Employer.name))
    return [
        (row.name, row.org_number, row.kind, row.municipality, row.city, row.phone, row.email, row.employee_count)
        for row in rows
    ]


def _gone() -> None:
    """As if there had never been these employers."""
    with transaction() as session:
        for number, row in enumerate(session.scalars(select(Employer))):
            row.archived_at, row.name, row.sort_name = row.created_at, f"Gone {number}", f"gone {number}"
            row.org_number = None


@pytest.fixture
def listed(core_app: Flask, world: World, there: Office) -> Said:
    """Employers whose names are hard on files."""
    with core_app.app_context():
        for number, name in enumerate(NAMES):
            given = FIRST if number == 0 else {"municipality": "Umeå", "employee_count": number}
            world.relationship(world.employer(name, **given), current_session().get_one(Unit, there.unit_id))
        return _said()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_employers_come_back_as_they_were(
    browser: Browser, there: Office, core_app: Flask, listed: Said, kind: str
) -> None:
    query = "&".join(f"c={key}" for key in SHOWN)
    file = browser(there.coordinator_email).get(f"/employers/export.{kind}?owner=all&{query}").data
    with core_app.app_context():
        again = import_employers(there.coordinator, source=file, defaults=there.defaults)
        assert (again.created, again.updated, again.errors) == (0, 0, []), "they are known"
        _gone()
        report = import_employers(there.coordinator, source=file, defaults=there.defaults)
        assert (report.created, report.errors) == (len(NAMES), [])
        assert _said() == listed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headings_of_our_own_file_are_understood_in_every_language(
    browser: Browser, there: Office, core_app: Flask, listed: Said, language: str
) -> None:
    with core_app.app_context(), transaction() as session:
        session.scalars(select(Staff).where(Staff.email == there.coordinator_email)).one().language = language
    # "Place" is the municipality or else the town: who takes it along with both is asked what it means.
    query = "&".join(f"c={key}" for key in COLUMNS if key != "place")
    file = browser(there.coordinator_email).get(f"/employers/export.csv?owner=all&{query}").data
    with core_app.app_context():
        _gone()
        report = import_employers(there.coordinator, source=file, defaults=there.defaults)
        assert (report.created, report.errors) == (len(NAMES), [])
        assert _said() == listed


@pytest.fixture
def varied(core_app: Flask, world: World, there: Office) -> int:
    """Employers of every kind and stage: with a municipality, a town, both or neither; some not to be called."""
    with core_app.app_context():
        unit = current_session().get_one(Unit, there.unit_id)
        owner = current_session().get_one(Staff, there.coordinator.staff_id)
        places: list[dict[str, object]] = [
            {"municipality": "Umeå"}, {"city": "Holmsund"}, {"municipality": "Umeå", "city": "Holmsund"}, {},
        ]  # fmt: skip
        blocks: list[dict[str, object]] = [{"do_not_contact": True}, {"advertising_block": True}, {}]
        said = [dict(place) | block for place in places for block in blocks]
        for number, given in enumerate(said):
            kind, stage = list(EmployerKind)[number % len(EmployerKind)], list(Stage)[number % len(Stage)]
            employer = world.employer(
                f"Företag {number}", kind=kind, phone="+4690123456", email="info@example.org", industry_text="Handel",
                **given,
            )  # fmt: skip
            world.relationship(employer, unit, owner=owner, stage=stage)
        return len(said)


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_list_read_in_again_asks_nothing_and_changes_nothing_in_any_language(
    browser: Browser, there: Office, core_app: Flask, varied: int, language: str, *, overwrite: bool
) -> None:
    with core_app.app_context(), transaction() as session:
        session.scalars(select(Staff).where(Staff.email == there.coordinator_email)).one().language = language
    query = "&".join(f"c={key}" for key in COLUMNS)
    files = [
        browser(there.coordinator_email).get(f"/employers/export.csv?owner=all&{asked}").data for asked in ("", query)
    ]
    with core_app.app_context():
        for file in files:
            report = import_employers(
                there.coordinator, source=file, defaults=there.defaults, dry_run=True, overwrite=overwrite
            )
            assert (report.rows, report.unchanged, report.errors) == (varied, varied, [])
            headings = read_sheet(file).headings
            assert guess_columns(headings, "employers").is_whole(headings, "employers"), "nothing is asked"


def test_a_place_in_a_list_is_the_town_of_who_has_no_such_municipality(office: Office) -> None:
    lines = ("Företag;Ort;Kommun", "Ica Ett;Bygdeå;Robertsfors", "Ica Två;Umeå;Umeå", "Ica Tre;Umeå;")
    import_employers(office.coordinator, source=csv_of(*lines), defaults=office.defaults)
    rows = current_session().execute(select(Employer.city, Employer.municipality).order_by(Employer.id)).all()
    assert [tuple(row) for row in rows] == [("Bygdeå", "Robertsfors"), (None, "Umeå"), ("Umeå", None)]


@pytest.mark.parametrize(
    ("written", "read"), [("'=1", "=1"), ("'＋1", "＋1"), ("'  -1", "-1"), ("'90", "'90"), ("'t", "'t")]
)
def test_only_the_apostrophes_of_files_are_removed(written: str, read: str) -> None:
    sheet = read_sheet(csv_of("Name;Note", f"Nordlys AB;{written}"))
    assert text_of(sheet.rows[0].cells[1]) == read
