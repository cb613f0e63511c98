"""CSV and XLSX files of tables. A cell can never become a formula in the program that opens the file."""

import csv
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

from surveys.results.tables import Table, Value

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

# What spreadsheets take for the beginning of a formula (OWASP, CSV Injection); a quote in front makes it text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST_SHEET_NAME = 31


def as_csv(table: Table) -> bytes:
    """The table as UTF-8 with a byte order mark and semicolons, as Nordic spreadsheets open it."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(table.headings)
    writer.writerows([_safe(value) for value in row] for row in table.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(tables: list[Table]) -> bytes:
    """One sheet for each table; texts are written as texts and numbers as numbers."""
    import xlsxwriter  # heavy, and for exports alone

    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        heading = book.add_format({"bold": True})
        for table in tables:
            sheet = book.add_worksheet(table.name[:_LONGEST_SHEET_NAME])
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(table.headings):
                sheet.write_string(0, column, title, heading)
            for number, row in enumerate(table.rows, 1):
                _write_row(sheet, number, row)
    return file.getvalue()


def _write_row(sheet: "Worksheet", number: int, row: tuple[Value, ...]) -> None:
    for column, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(number, column, value)
        elif value is not None:
            sheet.write_number(number, column, value)


def _safe(value: Value) -> Value:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
