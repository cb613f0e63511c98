"""Files to take along: nothing in them is computed, and everything in them is what it was."""

import csv
import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from crm.web.downloads import (
    Cell,
    Sheet,
    attachment,
    csv_file,
    download,
    formula_safe,
    without_apostrophe,
    xlsx_book,
    xlsx_file,
)

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
FORMULAS = [
    *(f"{sign}1+1" for sign in SIGNS), *(f"  {sign}1" for sign in SIGNS), "\t=1", "\r=1", "\n=1", " \n=1", "\u00a0=1",
    "=HYPERLINK(\"https://example.org\";\"Read\")", "=cmd|' /C calc'!A0",
]  # fmt: skip
PLAIN = [
    "", "Åsa = Öberg", "3 - 4", "a+b", "name@example.org", "'t Hoekje", "1;2", 'He said "yes"', "two\nlines", "😀 اسم",
]  # fmt: skip
DAY = date(2026, 11, 22)


def csv_rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def book_of(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def only_sheet(content: bytes) -> Worksheet:
    [sheet] = book_of(content).worksheets
    return sheet


def values(sheet: Worksheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_cell_of_any_place_can_become_a_formula(text: str, place: int) -> None:
    line = ["before", "between", "behind"]
    line[place] = text
    for row in csv_rows(csv_file(line, [line, line], above=[line])):
        assert row[place] == f"'{text}"
    content = xlsx_file(line, [line, line], above=[line])
    sheet = only_sheet(content)
    for row in sheet.iter_rows():
        assert (row[place].data_type, row[place].quotePrefix) == ("s", True)
        assert unescape(str(row[place].value)) == text
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for name in file.namelist():
            assert b"<f>" not in file.read(name)
            assert b"<hyperlink" not in file.read(name)


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert formula_safe(text) == text == without_apostrophe(text)
    assert csv_rows(csv_file(["A", "B"], [["x", text]])) == [["A", "B"], ["x", text]]
    cell = only_sheet(xlsx_file(["A", "B"], [["x", text]]))["B2"]
    assert (cell.value or "", cell.quotePrefix) == (text, False)


@given(st.text(max_size=20))
def test_what_got_an_apostrophe_loses_it_again(text: str) -> None:
    safe = formula_safe(text)
    assert not safe.lstrip().startswith(SIGNS)
    if safe != text:
        assert without_apostrophe(safe) == text
    assert formula_safe(safe) == safe, "twice is once"


def test_csv_has_semicolons_and_the_line_ends_of_the_format() -> None:
    rows: list[list[Cell]] = [["Öl; Vin", 3, -2, 0.5, DAY, None]]
    content = csv_file(["Name", "Count", "Less", "Share", "Day", "Nothing"], rows)
    assert content.decode("utf-8-sig") == (
        "Name;Count;Less;Share;Day;Nothing\r\n" + '"Öl; Vin";3;-2;0.5;2026-11-22;\r\n'
    )


def test_days_and_numbers_of_a_workbook_are_such_and_nothing_is_empty() -> None:
    rows: list[list[Cell]] = [[DAY, 3, -0.5, "0046", None, "", date(1066, 10, 14)]]
    sheet = only_sheet(xlsx_file(["Day", "Count", "Share", "Code", "Nothing", "Empty", "Long ago"], rows))
    day, count, share, code, nothing, empty, long_ago = sheet[2]
    assert (day.is_date, day.value.date(), day.number_format) == (True, DAY, "yyyy-mm-dd")
    assert [(cell.data_type, cell.value) for cell in (count, share, code)] == [("n", 3), ("n", -0.5), ("s", "0046")]
    assert (nothing.value, empty.value) == (None, None)
    assert long_ago.value == "1066-10-14", "spreadsheets know no day before 1900"


def test_headings_are_bold_stay_in_sight_and_columns_are_as_wide_as_needed() -> None:
    long = "A very long text that would make the column wider than the screen of anybody"
    sheet = only_sheet(xlsx_file(["Name", "Note", "No"], [["Nordlys Bageri AB", long, "1"]]))
    assert [cell.font.bold for cell in sheet[1]] == [True] * 3
    assert [cell.font.bold for cell in sheet[2]] == [False] * 3
    assert sheet.freeze_panes == "A2"
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert [round(width) for width in widths] == [20, 51, 11]


def test_what_a_table_is_about_stands_above_its_headings() -> None:
    sheet = only_sheet(xlsx_file(["Name", "Count"], [["Kil", 2]], above=[["Attention", "2 of 3"]]))
    assert values(sheet) == [["Attention", "2 of 3"], ["Name", "Count"], ["Kil", 2]]
    assert [cell.font.bold for cell in sheet["A"]] == [False, True, False]
    assert sheet.freeze_panes == "A3"
    assert csv_rows(csv_file(["A", "B"], [["x", 1]], above=[["About", "x"]]))[0] == ["About", "x"]


def test_a_text_longer_than_a_cell_may_be_is_cut_and_not_lost() -> None:
    assert only_sheet(xlsx_file(["A"], [["x" * 40_000]]))["A2"].value == "x" * 32_767


def test_a_book_has_a_sheet_for_each_name_in_their_order() -> None:
    long = "Förutsättningar: mål/utfall [per enhet] och år"
    book = book_of(xlsx_book({"Figures": Sheet(["A"], [["x"]]), long: Sheet(["B"], iter([[1], [2]]))}))
    assert book.sheetnames == ["Figures", "Förutsättningar  mål utfall  pe"]
    assert values(book.worksheets[1]) == [["B"], [1], [2]]


@pytest.mark.parametrize(
    ("kind", "mimetype", "start"),
    [
        ("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
    ],
)
def test_a_download_is_kept_under_its_name(kind: str, mimetype: str, start: bytes) -> None:
    answer = download("places-2026-11-22", kind, ["A"], [["x"]])
    assert answer.headers["Content-Disposition"] == f'attachment; filename="places-2026-11-22.{kind}"'
    assert answer.headers["Content-Type"] == mimetype
    assert answer.get_data().startswith(start)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "etc-passwd"), ('a"; x="b', "a-x-b"), ("a\r\nX: y", "a-X-y"), ("Umeå 2026", "Ume-2026"),
        ("\u202egnp", "gnp"), ("😀", "file"), ("", "file"),
    ],
)  # fmt: skip
def test_no_name_leads_out_of_its_header_or_folder(name: str, safe: str) -> None:
    assert attachment(f"{name}.csv", b"").headers["Content-Disposition"] == f'attachment; filename="{safe}.csv"'
