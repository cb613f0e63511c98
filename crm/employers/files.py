"""The list of employers as a file. Nothing in it can be taken for a formula by a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from crm.employers.list_queries import EmployerRow
from crm.employers.org_numbers import show_org_number
from crm.employers.stages import KINDS, stage_label
from crm.web.filters import show_date

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def formula_safe(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would compute (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_file(rows: Iterable[EmployerRow]) -> bytes:
    """Comma-separated, in UTF-8 with the mark that spreadsheets need to see it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([formula_safe(cell) for cell in row] for row in _cells(rows))
    return out.getvalue().encode("utf-8-sig")


def xlsx_file(rows: Iterable[EmployerRow]) -> bytes:
    """A workbook with one sheet; every cell is text."""
    import xlsxwriter  # heavy, and for exports alone

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(_cells(rows)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, formula_safe(cell))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 11, 18)
    return out.getvalue()


def _cells(rows: Iterable[EmployerRow]) -> Iterator[list[str]]:
    yield [
        _("Name"), _("Organisation number"), _("Kind"), _("Municipality"), _("City"), _("Phone"), _("E-mail"),
        _("Stage"), _("Responsible"), _("Last contact"), _("Do not contact"), _("Employees"),
    ]  # fmt: skip
    yes = _("Yes")
    for row in rows:
        employer, relationship = row.employer, row.relationship
        yield [
            employer.name,
            show_org_number(employer.org_number, employer.country),
            str(KINDS[employer.kind]),
            employer.municipality or "",
            employer.city or "",
            employer.phone or "",
            employer.email or "",
            str(stage_label(relationship.stage)) if relationship else "",
            row.owner or "",
            show_date(relationship.last_contact_at, "short") if relationship else "",
            yes if employer.do_not_contact else "",
            str(employer.employee_count) if employer.employee_count is not None else "",
        ]
