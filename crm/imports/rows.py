"""A row seen through the headings: cells by field, and what makes it the same row as another."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from crm.errors import DomainError
from crm.folding import fold
from crm.imports.columns import Columns
from crm.imports.sheets import LONGEST_CELL, Cell, SheetRow, text_of


@dataclass(slots=True)
class Row:
    """The cells of a row by field. ``key`` is what makes it the same row as another, ``subject`` what makes it about
    the same person, employer or inquiry; ``repeats_key`` and ``repeats_subject``: an earlier row of the file has it
    too; ``nth``: how many earlier rows have the same subject.
    """

    line: int
    cells: Mapping[str, Cell]
    kind: str
    repeats_subject: bool
    repeats_key: bool
    nth: int = 0

    @property
    def subject(self) -> tuple[str, ...]:
        """Whom or what the row is about. Worked out when it is asked for: of most rows nobody asks."""
        return _subject(self.cells, self.kind)

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same row as another."""
        return _keys(self.cells, self.kind)[1]

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
    "employers": (("org_number",), ("name", "city", "municipality", "place")),
    "inquiries": (
        ("external_ref",),
        ("received_on", "source", "channel", "topic", "employer", "label", "note", "unit"),
    ),
}
_SAME_ROW: Mapping[str, Sequence[str]] = {
    "participants": ("programme", "starts_on"),
    "employers": ("contact_name", "contact_email", "contact_phone", "workplace"),
    "inquiries": ("label", "outcome"),
}
_NUMBERS = frozenset(["org_number"])
"""Fields in which blanks and dashes mean nothing."""


class Rows:
    """The rows of a sheet by field, made when they are asked for: a long file is held once and not three times."""

    def __init__(self, sheet_rows: Sequence[SheetRow], columns: Columns, kind: str) -> None:
        self._rows = sheet_rows
        self._columns = columns
        self._kind = kind
        self._repeats = bytearray(len(sheet_rows))
        self._nth = array("L", bytes(array("L").itemsize * len(sheet_rows)))
        self._find_repeats()

    def __len__(self) -> int:
        return len(self._rows)

    def between(self, start: int, stop: int) -> list[Row]:
        """Some rows, in the order of the file."""
        return [self._row(place) for place in range(start, min(stop, len(self._rows)))]

    def texts(self, place: int) -> list[str]:
        """The cells of a row as they stand in the file."""
        return [text_of(cell) for cell in self._rows[place].cells]

    def __iter__(self) -> Iterator[Row]:
        return (self._row(place) for place in range(len(self._rows)))

    def _row(self, place: int) -> Row:
        sheet_row, repeats = self._rows[place], self._repeats[place]
        cells = _cells(sheet_row, self._columns)
        return Row(sheet_row.line, cells, self._kind, bool(repeats & 1), bool(repeats & 2), self._nth[place])

    def _find_repeats(self) -> None:
        # Hashes instead of the keys themselves: a file has up to two hundred thousand rows.
        subjects: Counter[int] = Counter()
        whole: set[int] = set()
        for place, sheet_row in enumerate(self._rows):
            subject, key = (hash(each) for each in _keys(_cells(sheet_row, self._columns), self._kind))
            self._repeats[place] = (subject in subjects) + 2 * (key in whole)
            self._nth[place] = subjects[subject]
            subjects[subject] += 1
            whole.add(key)


def _cells(row: SheetRow, columns: Columns) -> dict[str, Cell]:
    return {field: row.cells[place] for field, place in columns.places.items() if place < len(row.cells)}


def _keys(cells: Mapping[str, Cell], kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    subject = _subject(cells, kind)
    return subject, (*subject, *(_plain(cells, field) for field in _SAME_ROW[kind]))


def _subject(cells: Mapping[str, Cell], kind: str) -> tuple[str, ...]:
    for group in _SAME_SUBJECT[kind]:
        if text_of(cells.get(group[0])) or group is _SAME_SUBJECT[kind][-1]:
            return (group[0], *(_plain(cells, field) for field in group))
    return ()


def _plain(cells: Mapping[str, Cell], field: str) -> str:
    cell = cells.get(field)
    if cell is None or cell == "":
        return ""
    folded = fold(text_of(cell))
    return folded.replace(" ", "") if field in _NUMBERS else folded
