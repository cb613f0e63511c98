"""The list of participants as a file that a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from crm.glossary import picklists
from crm.participants.listing import Row
from crm.participants.models import EnrolmentExit, Participant
from crm.participants.rules import PARTICIPANT_LANGUAGES

MOST_ROWS = 50_000
# What spreadsheet programs take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | date | None
Table = list[list[Cell]]


def table_of(found: Sequence[Row], *, language: str) -> Table:
    """Headings and one line for each participant, with the code of the programme in every line."""
    return [_headings(), *(_line(row, language) for row in found)]


def as_csv(table: Table) -> bytes:
    """UTF-8 with a mark that Excel needs; cells that look like formulas are made into text with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([[_harmless(cell) for cell in line] for line in table])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table) -> bytes:
    """A workbook in which every text is a text: no formulas, no links."""
    import xlsxwriter  # heavy, and for exports alone

    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    workbook = xlsxwriter.Workbook(out, options)
    sheet = workbook.add_worksheet()
    day, bold = workbook.add_format({"num_format": "yyyy-mm-dd"}), workbook.add_format({"bold": True})
    for number, line in enumerate(table):
        for column, cell in enumerate(line):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            elif isinstance(cell, int):
                sheet.write_number(number, column, cell)
            else:
                sheet.write_string(number, column, cell or "", bold if number == 0 else None)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(table[0]) - 1, 18)
    workbook.close()
    return out.getvalue()


def _harmless(cell: Cell) -> str:
    text = "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _headings() -> list[Cell]:
    return [
        _("Last name"),
        _("First name"),
        _("Year of birth"),
        _("Sex"),
        _("E-mail"),
        _("Phone"),
        _("Language"),
        _("Reference"),
        _("Programme code"),
        _("Programme"),
        _("Coordinator"),
        _("Stage"),
        _("Start date"),
        _("Exit date"),
        _("Exit reason"),
    ]


def _line(row: Row, language: str) -> list[Cell]:
    return [*_person_cells(row.person), *_enrolment_cells(row, language)]


def _person_cells(person: Participant) -> list[Cell]:
    return [
        person.last_name,
        person.first_name,
        person.birth_year,
        person.sex,
        person.email,
        person.phone,
        PARTICIPANT_LANGUAGES.get(person.language, person.language),
        person.external_ref,
    ]


def _enrolment_cells(row: Row, language: str) -> list[Cell]:
    enrolment = row.enrolment
    if enrolment is None:
        return [None] * 7
    in_force = _exit_in_force(enrolment.exits)
    return [
        enrolment.programme.code,
        enrolment.programme.name,
        enrolment.coordinator.name if enrolment.coordinator else None,
        picklists.label("participant_stage", enrolment.stage.value, language),
        enrolment.starts_on,
        enrolment.exited_on,
        picklists.label("exit_reason", in_force.reason, language) if in_force else None,
    ]


def _exit_in_force(exits: Sequence[EnrolmentExit]) -> EnrolmentExit | None:
    return next((each for each in exits if each.reopened_at is None), None)
