"""Lists as they come: from registers, from old programs, from a colleague's spreadsheet."""

import io
from collections.abc import Iterator, Sequence
from datetime import date

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import select

from crm.db import current_session
from crm.employers.models import Employer, EmployerRelationship
from crm.imports.reading import read_sheet
from crm.imports.report import ImportReport
from crm.imports.services import import_employers
from crm.imports.sheets import text_of
from tests.imports.conftest import Office, csv_of, xlsx_of


@pytest.fixture(autouse=True)
def words(core_app: Flask) -> Iterator[None]:
    """What translated messages need."""
    with core_app.app_context():
        yield


def _read(office: Office, content: bytes) -> ImportReport:
    return import_employers(office.coordinator, source=content, defaults=office.defaults)


def _employers() -> list[Employer]:
    current_session().rollback()
    return list(current_session().scalars(select(Employer).order_by(Employer.id)))


ABOVE: dict[str, Sequence[str]] = {
    "a title": ["Företag i Umeå 2026", ""],
    "a title and who made it": ["Lista över arbetsgivare;;", "Skriven av;Maria;2026-11-01", ""],
    "a line that spans some headings": [";;Kontakt;"],
    "blank lines": ["", ";;;", ""],
}


@pytest.mark.parametrize("above", ABOVE)
def test_what_stands_above_the_headings_is_passed_over_and_lines_stay_right(above: str, office: Office) -> None:
    lines = [*ABOVE[above], "Företag;Orgnr;Kontaktperson;Ort", "Nordlys AB;556703-7485;Eva Ek;Umeå", "Fel AB;12;;"]
    report = _read(office, csv_of(*lines))
    assert (report.created, report.error_count) == (1, 1), report.errors
    assert report.errors[0].line == len(lines)
    assert [row.city for row in _employers()] == ["Umeå"]


def test_everything_that_is_wrong_in_a_row_is_said_at_once(office: Office) -> None:
    headings = "Företag;Orgnr;Telefon;E-post;Antal anställda;Kontaktperson;Kontakt telefon"
    report = _read(office, csv_of(headings, "Fel AB;12;ring;ingen;många;;070-1740605", ";556703-7485;;;;;"))
    assert report.error_count == 2
    assert {each.column for each in report.errors if each.line == 2} == {
        "Orgnr", "Telefon", "E-post", "Antal anställda", "Kontaktperson",
    }  # fmt: skip
    assert [each.column for each in report.errors if each.line == 3] == ["Företag"]


def test_a_number_that_is_no_workplace_s_is_refused_as_on_the_page(office: Office) -> None:
    report = _read(office, csv_of("Name;Workplace;CFAR", "Ica AB;Ica Söder;1234", "Ica AB;Ica Norr;1234 5678"))
    assert [(each.line, each.column, each.value) for each in report.errors] == [(2, "CFAR", "1234")]
    assert "eight digits" in report.errors[0].message
    assert [place.unit_number for place in _employers()[0].workplaces] == ["12345678"]


def test_a_row_of_data_is_never_taken_for_the_headings() -> None:
    sheet = read_sheet(csv_of("Name;City", "Name;City", "Kontakt AB;Ort"))
    assert (list(sheet.headings), len(sheet.rows)) == (["Name", "City"], 2)


@pytest.mark.parametrize(
    "number", [5567037485, 5567037485.0, "5567037485", " 556703-7485 ", "16556703-7485", "'5567037485"]
)
def test_an_organisation_number_is_read_however_a_spreadsheet_keeps_it(number: object, office: Office) -> None:
    report = _read(office, xlsx_of([["Name", "Org number"], ["Nordlys AB", number]]))
    assert (report.created, report.errors) == (1, [])
    assert [row.org_number for row in _employers()] == ["5567037485"]


def test_what_a_spreadsheet_has_made_of_a_number_is_refused_in_words(office: Office) -> None:
    report = _read(office, csv_of("Name;Org number;Phone", "A AB;5,56704E+09;", "B AB;;4,69E+10", "C AB;#####;"))
    found = [(error.line, error.column) for error in report.errors]
    assert found == [(2, "Org number"), (3, "Phone"), (4, "Org number")]
    assert all(error.message and error.value for error in report.errors)


def test_zeros_that_a_spreadsheet_has_eaten_do_not_change_a_number(office: Office) -> None:
    rows = [["Name", "Phone", "Postcode"], ["A AB", 90123456, 90325], ["B AB", "090-12 34 56", "903 25"]]
    assert _read(office, xlsx_of(rows)).errors == []
    assert {row.phone for row in _employers()} == {"+4690123456"}
    assert [row.postcode for row in _employers()] == ["90325", "903 25"]


def test_days_in_cells_are_days_and_error_values_are_texts() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Name", "Note", "City"])
        sheet.write_datetime(1, 0, date(2026, 3, 1), book.add_format({"num_format": "d mmm"}))  # type: ignore[arg-type]
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 2, '=HYPERLINK("http://x.example","Umeå")', None, "Umeå")
    cells = [text_of(cell) for cell in read_sheet(out.getvalue()).rows[0].cells]
    assert (cells[0], cells[2]) == ("2026-03-01", "Umeå")


def test_merged_cells_hold_their_text_once() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "Arbetsgivare i länet")
        sheet.merge_range(1, 2, 1, 3, "Kontakt")
        sheet.write_row(2, 0, ["Företag", "Ort", "Kontaktperson", "Kontakttelefon"])
        sheet.write_row(3, 0, ["Nordlys AB", "Umeå", "Eva Ek", "070-174 06 05"])
    sheet_read = read_sheet(out.getvalue())
    assert list(sheet_read.headings) == ["Företag", "Ort", "Kontaktperson", "Kontakttelefon"]
    assert [row.line for row in sheet_read.rows] == [4]


def test_a_hundred_columns_empty_rows_and_short_rows_are_no_trouble(office: Office) -> None:
    headings = ["Name", *(f"Extra {number}" for number in range(98)), "City"]
    lines = [";".join(headings), "", "A AB" + ";" * 98 + ";Umeå", ";" * 99, "B AB", "   ;;", "C AB;x;"]
    report = _read(office, csv_of(*lines))
    assert (report.created, report.error_count, len(report.ignored_columns)) == (3, 0, 98)
    assert [row.city for row in _employers()] == ["Umeå", None, None]


def test_quoted_line_breaks_and_quotation_marks_are_part_of_the_cell(office: Office) -> None:
    report = _read(office, csv_of("Name;Note;City", '"Café ""Björk"" AB";"Ring\r\npå måndag;\r\n  inte tisdag";Umeå'))
    assert report.errors == []
    assert [row.name for row in _employers()] == ['Café "Björk" AB']
    note = current_session().scalars(select(EmployerRelationship.note)).one()
    assert note == "Ring\npå måndag;\n  inte tisdag"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-be", "utf-8-sig", "mac-roman", "cp850"])
def test_swedish_letters_survive_the_encodings_of_spreadsheets(encoding: str) -> None:
    text = "Företag;Ort\r\nÅkeri Östman & Ålö;Skellefteå\r\n"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    sheet = read_sheet(mark + text.encode(encoding))
    assert list(sheet.headings) == ["Företag", "Ort"]
    assert list(sheet.rows[0].cells) == ["Åkeri Östman & Ålö", "Skellefteå"]


def test_controls_and_directions_in_a_cell_are_left_out(office: Office) -> None:
    report = _read(office, csv_of("Name;Note;Workplace", "Nord\u202elys\u200b AB;a\x01b\u2066c;\x0bSöder\x1f"))
    assert report.errors == []
    (shop,) = _employers()
    assert (shop.name.replace("\u200b", ""), shop.workplaces[0].name) == ("Nordlys AB", "Söder")
    assert current_session().scalars(select(EmployerRelationship.note)).one() == "abc"
