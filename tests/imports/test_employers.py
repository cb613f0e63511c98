"""Employers and contact persons out of a file."""

from sqlalchemy import func, select

from crm.accounts.models import AuditEntry
from crm.db import current_session
from crm.employers.models import ContactPerson, Employer, EmployerKind, EmployerRelationship
from crm.imports.report import ImportReport
from crm.imports.services import import_employers
from tests.imports.conftest import Office, csv_of

LIST = csv_of(
    "Företag;Orgnr;Ort;Anställda;Typ;Kontaktperson;Titel;Kontakttelefon;Kontaktmail",
    "Nordlys Bageri AB;556703-7485;Umeå;48;företag;Ahmed Karimi;Produktionschef;070-174 06 05;ahmed@example.org",
    "Umeå kommun;212000-2627;Umeå;;kommun;;;;",
)


def _read(office: Office, content: bytes) -> ImportReport:
    return import_employers(office.coordinator, source=content, defaults=office.defaults)


def _counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.duplicates, report.error_count


def _employers() -> list[Employer]:
    current_session().rollback()
    return list(current_session().scalars(select(Employer).order_by(Employer.id)))


def test_a_list_becomes_employers_contact_persons_and_the_units_relationships(office: Office) -> None:
    report = _read(office, LIST)
    assert _counts(report) == (2, 0, 0, 0, 0), report.errors
    bakery, town = _employers()
    assert (bakery.org_number, bakery.city, bakery.employee_count) == ("5567037485", "Umeå", 48)
    assert town.kind is EmployerKind.PUBLIC
    person = current_session().scalars(select(ContactPerson)).one()
    assert (person.name, person.phone, person.positions[0].title) == ("Ahmed Karimi", "+46701740605", "Produktionschef")
    units = current_session().scalars(select(EmployerRelationship.unit_id)).all()
    assert units == [office.unit_id, office.unit_id]


def test_the_same_file_read_again_changes_nothing(office: Office) -> None:
    _read(office, LIST)
    assert _counts(_read(office, LIST)) == (0, 0, 2, 0, 0)
    assert current_session().scalar(select(func.count()).select_from(ContactPerson)) == 1


def test_an_employer_is_known_by_number_before_name(office: Office) -> None:
    _read(office, LIST)
    report = _read(office, csv_of("Namn;Organisationsnummer;Telefon", "Nordlys Bageri i Umeå AB;5567037485;090-123456"))
    assert _counts(report) == (0, 1, 0, 0, 0), report.errors
    bakery = _employers()[0]
    assert (bakery.name, bakery.phone, bakery.employee_count) == ("Nordlys Bageri AB", "+4690123456", 48)


def test_only_empty_fields_are_filled_unless_the_file_may_replace_them(office: Office) -> None:
    _read(office, LIST)
    newer = csv_of("Namn;Orgnr;Anställda;Kontaktperson;Titel", "Nordlys AB;5567037485;50;Ahmed Karimi;VD")
    assert _counts(_read(office, newer)) == (0, 0, 1, 0, 0)
    report = import_employers(office.coordinator, source=newer, defaults=office.defaults, overwrite=True)
    assert _counts(report) == (0, 1, 0, 0, 0), report.errors
    bakery = _employers()[0]
    assert (bakery.name, bakery.employee_count, bakery.positions[0].title) == ("Nordlys AB", 50, "VD")


def test_a_row_brings_workplace_owner_stage_and_note_and_places_the_contact_person(office: Office) -> None:
    report = _read(
        office,
        csv_of(
            "Name;Workplace;CFAR;Contact person;Owner;Stage;Note;Municipality;SNI-kod",
            f"Ica AB;Ica Söder;12345678;Eva Ek;{office.coordinator_email};Avtal;Ring på måndag;Umeå;47.111",
            "Ica AB;Ica Norr;;Bo By;;;;Umeå;",
        ),
    )
    assert _counts(report) == (1, 1, 0, 0, 0), report.errors
    (shop,) = _employers()
    assert (shop.municipality, shop.industry_scheme, shop.industry_code) == ("Umeå", "SNI2007", "47.111")
    assert {place.name: place.unit_number for place in shop.workplaces} == {"Ica Söder": "12345678", "Ica Norr": None}
    assert {each.person.name: each.workplace.name for each in shop.positions if each.workplace} == {
        "Eva Ek": "Ica Söder",
        "Bo By": "Ica Norr",
    }
    (relationship,) = shop.relationships
    assert (relationship.owner_id, relationship.stage) == (office.coordinator.staff_id, "agreement")
    assert relationship.note == "Ring på måndag"


def test_the_same_name_in_two_towns_is_two_employers(office: Office) -> None:
    assert _counts(_read(office, csv_of("Name;City", "Ica AB;Umeå", "Ica AB;Luleå", "ICA AB;UMEA"))) == (2, 0, 0, 1, 0)
    assert _counts(_read(office, csv_of("Name;City;Phone", "Ica AB;Luleå;090-123456"))) == (0, 1, 0, 0, 0)
    unclear = _read(office, csv_of("Name;Phone", "Ica AB;090-123456"))
    assert [(error.line, error.column) for error in unclear.errors] == [(2, "Name")]
    assert "Several employers" in unclear.errors[0].message


def test_an_employer_is_known_however_its_number_and_its_accents_are_written(office: Office) -> None:
    _read(office, csv_of("Name;Orgnr;City", "Café Björk AB;;Umeå", "Nordlys;5567037485;"))
    again = csv_of("Name;Orgnr;City", "Cafe Bjork AB;;Umea", "Nordlys;556703-7485;", "Nordlys;556703 7485;")
    assert _counts(_read(office, again)) == (0, 0, 2, 1, 0)


def test_a_check_says_what_the_reading_does(office: Office) -> None:
    rows = csv_of("Name;Contact person;Orgnr", *(f"Ica {n // 2};Eva Ek{n % 4};" for n in range(1300)), "Wrong;;123")
    tried = import_employers(office.coordinator, source=rows, defaults=office.defaults, dry_run=True)
    assert _employers() == []
    assert _counts(tried) == _counts(_read(office, rows)) == (650, 650, 0, 0, 1)


def test_an_identity_number_in_a_note_is_refused_and_words_about_health_are_pointed_out(office: Office) -> None:
    report = _read(office, csv_of("Name;Note", "A AB;Eva 850101-1236", "B AB;Eva var sjukskriven i våras"))
    assert [(error.line, error.column) for error in report.errors] == [(2, "Note")]
    assert [warning.line for warning in report.warnings] == [3]
    assert report.created == 1


def test_an_owner_must_work_in_the_unit(office: Office) -> None:
    report = _read(office, csv_of("Name;Owner", "A AB;nobody@example.org", f"B AB;{office.coordinator_email}"))
    assert [(error.line, error.column) for error in report.errors] == [(2, "Owner")]
    assert [row.owner_id for row in current_session().scalars(select(EmployerRelationship))] == [
        office.coordinator.staff_id
    ]


def test_an_import_is_one_line_of_the_audit_log(office: Office) -> None:
    report = _read(office, LIST)
    entries = current_session().scalars(select(AuditEntry).where(AuditEntry.action == "file_imported")).all()
    assert [(each.subject_type, each.details["created"]) for each in entries] == [("employers", report.created)]
    # Besides: who sent the file, and the task of the manager whose unit is responsible now.
    actions = sorted(current_session().scalars(select(AuditEntry.action)))
    assert actions == ["file_confirmed", "file_imported", "task_added"]


def test_an_employer_without_a_number_gets_it_by_its_name(office: Office) -> None:
    _read(office, csv_of("Namn", "Nordlys Bageri AB"))
    assert _counts(_read(office, csv_of("Namn;Orgnr", "NORDLYS BAGERI AB;556703-7485"))) == (0, 1, 0, 0, 0)
    assert [employer.org_number for employer in _employers()] == ["5567037485"]


def test_wrong_rows_are_reported_in_their_own_columns(office: Office) -> None:
    report = _read(
        office,
        csv_of(
            "Company name;Org number;E-mail;Employees;Contact person;Contact e-mail;Country",
            ";;;;;;",
            "No name ahead;123;;;;;",
            "Wrong digit AB;556703-7486;;;;;",
            "Mail AB;;nonsense;;;;",
            "People AB;;;many;;;",
            "Contact AB;;;;Eva Ek;nonsense;",
            "Nobody AB;;;;;eva@example.org;",
            "Far AB;;;;;;Atlantis",
        ),
    )
    assert [(error.line, error.column) for error in report.errors] == [
        (3, "Org number"),
        (4, "Org number"),
        (5, "E-mail"),
        (6, "Employees"),
        (7, "Contact e-mail"),
        (8, "Contact person"),
        (9, "Country"),
    ]
    assert _employers() == []


def test_two_contact_persons_of_one_employer_stand_in_two_rows(office: Office) -> None:
    report = _read(office, csv_of("Name;Contact person", "Ica AB;Eva Ek", "Ica AB;Bo By", "Ica AB;Bo By"))
    assert _counts(report) == (1, 1, 0, 1, 0)
    assert [employer.name for employer in _employers()] == ["Ica AB"]
