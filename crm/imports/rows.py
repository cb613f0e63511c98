"""A row seen through the headings: cells by field, and what makes it the same row as another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from crm.errors import DomainError
from crm.folding import fold
from crm.imports.columns import Columns
from crm.imports.sheets import LONGEST_CELL, Cell, Sheet, SheetRow, text_of


@dataclass(frozen=True)
class Row:
    """The cells of a row by field. ``key`` is what makes it the same row as another, ``subject`` what makes it about
    the same person or employer; ``repeats_key`` and ``repeats_subject``: an earlier row of the file has it too.
    """

    line: int
    cells: Mapping[str, Cell]
    subject: tuple[str, ...]
    key: tuple[str, ...]
    repeats_subject: bool
    repeats_key: bool

    def cell(self, field: str) -> Cell:
        """The cell of a field; None where the file has no such column."""
        return self.cells.get(field)

    def text(self, field: str) -> str:
        """The cell as text. Raises DomainError for one that is too long or holds what no text may."""
        text = text_of(self.cells.get(field))
        if len(text) > LONGEST_CELL:
            raise DomainError(_("This cell has more than %(count)s characters.", count=LONGEST_CELL), field=field)
        return text


# What tells rows apart: the first of these groups whose first field is filled in.
_SAME_SUBJECT: Mapping[str, Sequence[Sequence[str]]] = {
    "participants": (("external_ref",), ("name", "first_name", "last_name", "birth_year", "email", "phone")),
    "employers": (("org_number",), ("name", "city", "municipality")),
}
_SAME_ROW: Mapping[str, Sequence[str]] = {
    "participants": ("programme", "starts_on"),
    "employers": ("contact_name", "contact_email", "contact_phone"),
}


def rows_of(sheet: Sheet, columns: Columns, kind: str) -> list[Row]:
    """Every row with its cells by field, in the order of the file."""
    subjects: set[tuple[str, ...]] = set()
    whole: set[tuple[str, ...]] = set()
    found = []
    for sheet_row in sheet.rows:
        cells = _cells(sheet_row, columns)
        subject = _key(cells, kind)
        row_key = (*subject, *(fold(text_of(cells.get(field))) for field in _SAME_ROW[kind]))
        found.append(Row(sheet_row.line, cells, subject, row_key, subject in subjects, row_key in whole))
        subjects.add(subject)
        whole.add(row_key)
    return found


def _cells(row: SheetRow, columns: Columns) -> dict[str, Cell]:
    return {field: row.cells[place] for field, place in columns.places.items() if place < len(row.cells)}


def _key(cells: Mapping[str, Cell], kind: str) -> tuple[str, ...]:
    for group in _SAME_SUBJECT[kind]:
        if text_of(cells.get(group[0])) or group is _SAME_SUBJECT[kind][-1]:
            return (group[0], *(fold(text_of(cells.get(field))) for field in group))
    return ()
