"""Inquiries and their report as files. Nothing in them can be taken for a formula by a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

from crm.employers.files import formula_safe
from crm.glossary import picklists
from crm.inquiries.labels import STATES, problem_text
from crm.inquiries.queries import InquiryLine
from crm.inquiries.tables import OutcomeTable
from crm.web.filters import show_datetime

Cell = str | int
MIMETYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def as_file(kind: str, rows: Iterable[Sequence[Cell]]) -> bytes:
    """``rows`` as "csv" (UTF-8 with the mark that spreadsheets need) or "xlsx"."""
    return _xlsx(rows) if kind == "xlsx" else _csv(rows)


def list_rows(lines: Iterable[InquiryLine], language: str) -> Iterator[list[Cell]]:
    """The list, a line for each inquiry; persons are counted and not named."""
    yield [
        _("Day"), _("Came from"), _("How it came"), _("Topic"), _("Unit"), _("State"), _("Employer"),
        _("Who handles it"), _("Answer by"), _("Answered"), _("Wants to be called back"), _("Persons"),
        _("Work or a place"),
    ]  # fmt: skip
    yes = _("Yes")
    for line in lines:
        yield [
            line.received_on.isoformat(),
            picklists.label("inquiry_source", line.source, language),
            picklists.label("inquiry_channel", line.channel, language),
            picklists.label("inquiry_topic", line.topic, language),
            line.unit,
            str(STATES[line.state]),
            line.employer or "",
            line.handled_by or "",
            line.answer_due_on.isoformat(),
            show_datetime(line.answered_at, "short"),
            yes if line.callback_requested else "",
            line.persons,
            line.results,
        ]


def report_rows(table: OutcomeTable, language: str) -> Iterator[list[Cell]]:
    """The table of sources and outcomes. What does not add up stands above it, so that it travels with the file."""
    for problem in table.problems():
        yield [_("Attention"), problem_text(problem, language)]
    outcomes = picklists.options("inquiry_outcome", language)
    yield [
        _("Group"), _("Came from"), _("Inquiries"), _("Persons"), _("Work or a place"),
        *(label for _code, label in outcomes),
    ]  # fmt: skip
    for group in table.groups():
        for line in group.lines:
            yield [
                str(group.label), picklists.label("inquiry_source", line.source, language), line.inquiries,
                line.persons, line.reached, *(table.cells.get((line.source, code), 0) for code, _label in outcomes),
            ]  # fmt: skip
    yield [
        _("Sum"), "", table.total, table.persons, table.reached,
        *(table.outcomes.get(code, 0) for code, _label in outcomes),
    ]  # fmt: skip


def _csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([formula_safe(str(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(rows: Iterable[Sequence[Cell]]) -> bytes:
    import xlsxwriter  # heavy, and for exports alone

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, formula_safe(cell))
        sheet.set_column(0, 20, 18)
    return out.getvalue()
