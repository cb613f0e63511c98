"""What a file holds once it has been read: headings and rows of plain cells, with where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crm.errors import DomainError
from crm.web.downloads import without_apostrophe

Cell = str | int | float | bool | date | None

MOST_BYTES = 20 * 1024 * 1024
MOST_COLUMNS = 200
MOST_ROWS = 200_000
MOST_CELLS = 5_000_000
LONGEST_CELL = 10_000


class UnreadableFile(DomainError):
    """The file cannot be read at all; ``message`` says why and what to do."""


@dataclass(frozen=True)
class SheetRow:
    """One row. ``line`` is its number as a text editor or a spreadsheet shows it."""

    line: int
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Sheet:
    """The first table of a file: its headings, and the rows that are not empty."""

    headings: Sequence[str]
    rows: Sequence[SheetRow]


def text_of(cell: Cell) -> str:
    """A cell as somebody would have typed it: a whole number without decimals, a day as 2026-11-22."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    # Our own files, and others, put an apostrophe before what a spreadsheet would take for a formula.
    return without_apostrophe(str(cell).strip()).strip()
