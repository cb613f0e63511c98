"""A file that has been read and understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crm.imports.columns import Columns, match_columns
from crm.imports.reading import bytes_of, read_sheet
from crm.imports.report import ImportReport
from crm.imports.rows import Rows

Source = Path | BinaryIO | bytes


@dataclass(frozen=True)
class Table:
    """The columns of a file and its rows."""

    columns: Columns
    rows: Rows
    headings: list[str]


def read_table(source: Source, kind: str, places: Mapping[str, int] | None = None) -> Table:
    """Read a file of one kind ("participants" or "employers"), its columns as they seem or as somebody said.

    Raises UnreadableFile with a reason in words.
    """
    sheet = read_sheet(bytes_of(source))
    columns = match_columns(sheet, kind, places)
    return Table(columns, Rows(sheet.rows, columns, kind), list(sheet.headings))


def new_report(columns: Columns) -> ImportReport:
    """A report with what is known before the first row."""
    return ImportReport(ignored_columns=list(columns.ignored), has_identity_numbers=columns.has_identity_numbers)
