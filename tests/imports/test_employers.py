"""Employers and contact persons out of a file."""

from sqlalchemy import func, select

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
    assert _employers()[0].name == "Nordlys Bageri i Umeå AB"
    assert _employers()[0].employee_count == 48


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
