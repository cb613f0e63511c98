"""The list of employers as a file. Nothing in it can be taken for a formula by a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def formula_safe(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would compute (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Comma-separated, in UTF-8 with the mark that spreadsheets need to see it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([formula_safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_file(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook with one sheet; every cell is text."""
    import xlsxwriter  # heavy, and for exports alone

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((headings, *rows)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, formula_safe(cell))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, len(headings), 18)
    return out.getvalue()
