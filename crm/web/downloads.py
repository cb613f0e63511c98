"""Tables as files to take along: CSV and workbooks. No cell of them is computed by the program that opens them."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from flask import Response

from crm.web.filters import show_percent

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | None

_MIMETYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
    "yaml": "application/yaml",
    "json": "application/json",
}
_UNKNOWN = "application/octet-stream"
# What spreadsheets take for the beginning of a formula, also after blanks and in the wide letters of East Asia (OWASP,
# CSV injection), and the marks with which some of them let a new cell begin.
_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BREAKS = ("\t", "\r", "\n")
# What the format itself allows.
_LONGEST_TEXT = 32_767
_LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
_FIRST_YEAR = 1900
_NARROWEST, _WIDEST = 10, 50


class Percent(float):
    """A share between 0 and 1 that files show as per cent: a number in workbooks, in words in CSV."""


@dataclass(frozen=True)
class Sheet:
    """A table of a workbook. What it is about can stand ``above`` its headings."""

    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    above: Sequence[Sequence[Cell]] = ()

    def lines(self) -> Iterator[Sequence[Cell]]:
        """Every line from the top, the headings too."""
        return chain(self.above, (self.headings,), self.rows)


def formula_safe(text: str) -> str:
    """``text`` with an apostrophe before what a spreadsheet would compute."""
    return f"'{text}" if text.startswith(_BREAKS) or text.lstrip().startswith(_SIGNS) else text


def without_apostrophe(text: str) -> str:
    """``text`` as it was before ``formula_safe``. One before anything else stays."""
    return text[1:] if text[:1] == "'" and formula_safe(text[1:]) == text else text


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, above: Sequence[Sequence[Cell]] = ()) -> bytes:
    """UTF-8 with the mark that spreadsheets need, and semicolons, which those of the Nordic countries expect."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([_in_words(cell) for cell in line] for line in Sheet(headings, rows, above).lines())
    return out.getvalue().encode("utf-8-sig")


def xlsx_file(
    headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, above: Sequence[Sequence[Cell]] = (),
    title: str = "Sheet1",
) -> bytes:  # fmt: skip
    """A workbook with one sheet. Texts stay texts; days and numbers are such, so that one can go on with them."""
    return xlsx_book({title: Sheet(headings, rows, above)})


def xlsx_book(sheets: Mapping[str, Sheet]) -> bytes:
    """A workbook with a sheet for each name. There are no formulas and no links in it."""
    import xlsxwriter  # heavy, and for exports alone

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        formats = _Formats.of(book)
        for name, table in sheets.items():
            sheet = book.add_worksheet(_NOT_IN_SHEET_NAMES.sub(" ", name)[:_LONGEST_SHEET_NAME])
            _fill(sheet, table, formats)
    return out.getvalue()


def download(
    name: str, kind: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *,
    above: Sequence[Sequence[Cell]] = (), title: str = "Sheet1",
) -> Response:  # fmt: skip
    """The table as a file to keep. ``kind``: csv or xlsx, the ending of its name. ``title``: of its sheet."""
    if kind == "csv":
        body = csv_file(headings, rows, above=above)
    else:
        body = xlsx_file(headings, rows, above=above, title=title)
    return attachment(f"{name}.{kind}", body)


def attachment(filename: str, body: bytes) -> Response:
    """A file that the browser keeps and does not show. What it is, is told by the ending of its name."""
    stem, _dot, kind = filename.rpartition(".")
    # Nothing of a name can end the header or lead out of a folder.
    safe = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-.") or "file"
    headers = {"Content-Disposition": f'attachment; filename="{safe}.{kind}"'}
    return Response(body, content_type=_MIMETYPES.get(kind, _UNKNOWN), headers=headers)


def _in_words(cell: Cell) -> str:
    if isinstance(cell, str):
        return formula_safe(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Percent):
        return show_percent(cell, 1)
    return "" if cell is None else str(cell)


@dataclass(frozen=True)
class _Formats:
    """How cells look. ``quoted`` is what the apostrophe is in CSV: the cell stays a text when somebody edits it."""

    heading: "Format"
    quoted: "Format"
    day: "Format"
    percent: "Format"

    @classmethod
    def of(cls, book: "Workbook") -> "_Formats":
        """The formats of one workbook."""
        return cls(
            heading=book.add_format({"bold": True, "quote_prefix": True}),
            quoted=book.add_format({"quote_prefix": True}),
            day=book.add_format({"num_format": "yyyy-mm-dd"}),
            percent=book.add_format({"num_format": "0.0 %"}),
        )


def _fill(sheet: "Worksheet", table: Sheet, formats: _Formats) -> None:
    """Write a table, keep its headings in sight, and make each column as wide as what is in it."""
    heading = len(table.above)
    widths: dict[int, int] = {}
    for number, line in enumerate(table.lines()):
        for column, cell in enumerate(line):
            if number == heading:
                sheet.write_string(number, column, str(cell), formats.heading)
            else:
                _write(sheet, (number, column), cell, formats)
            if number >= heading:
                widths[column] = max(widths.get(column, _NARROWEST), len(str(cell)) + 2)
    for column, width in widths.items():
        sheet.set_column(column, column, min(width, _WIDEST))
    sheet.freeze_panes(heading + 1, 0)


def _write(sheet: "Worksheet", place: tuple[int, int], cell: Cell, formats: _Formats) -> None:
    if isinstance(cell, date) and cell.year >= _FIRST_YEAR:
        sheet.write_datetime(*place, cell, formats.day)
    elif isinstance(cell, int | float):
        sheet.write_number(*place, cell, formats.percent if isinstance(cell, Percent) else None)
    elif cell:  # A cell of an empty text would count as filled.
        text = str(cell)[:_LONGEST_TEXT]
        sheet.write_string(*place, text, None if formula_safe(text) == text else formats.quoted)
