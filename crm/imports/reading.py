"""Reading a CSV file or a workbook into rows. Nothing of a file is ever run: formulas are read as their values."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from flask_babel import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

from crm.imports.columns import known_headings
from crm.imports.sheets import (
    LONGEST_CELL,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Sheet,
    SheetRow,
    UnreadableFile,
    text_of,
)
from crm.imports.zip_guard import check_workbook

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = (";", ",", "\t")
_NORDIC = "åäöæøÅÄÖÆØ"
_SAMPLE = 20
_TITLES = 8
"""How many rows may stand above the headings."""


def bytes_of(source: Path | BinaryIO | bytes) -> bytes:
    """The content of a file, of at most 20 MB. Raises UnreadableFile for a larger one."""
    if isinstance(source, bytes):
        content = source
    elif isinstance(source, Path):
        with source.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    else:
        content = source.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than %(size)s MB. Divide it.", size=MOST_BYTES // 2**20))
    return content


def read_sheet(content: bytes) -> Sheet:
    """The first table of a CSV file (UTF-8, Windows-1252, Latin-1; ``;`` ``,`` or tab) or of a workbook (.xlsx).

    What the file is, is told by its content and not by its name. Raises UnreadableFile with a reason in words.
    """
    if not content.strip():
        raise UnreadableFile(_("The file is empty."))
    if content.startswith(_OLD_EXCEL):
        raise UnreadableFile(_("This is an old or locked Excel file. Save it again as .xlsx without a password."))
    rows = _workbook_rows(content) if content.startswith(_ZIP) else _csv_rows(_decoded(content))
    return _as_sheet(rows)


def _decoded(content: bytes) -> str:
    if content.startswith(_UTF_16):
        return _strictly(content, "utf-16")
    if b"\x00" in content:
        raise UnreadableFile(_("This is neither a CSV file nor an Excel workbook (.xlsx)."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Not UTF-8: one of the older encodings. They are told by the letters of these languages that come out; where
        # none do, it is the first that fits, of which the last always does.
        return max(_older(content), key=lambda text: sum(map(text.count, _NORDIC)))


def _older(content: bytes) -> Iterator[str]:
    for encoding in ("cp1252", "mac-roman", "cp850", "latin-1"):
        try:
            yield content.decode(encoding)
        except UnicodeDecodeError:
            continue


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(_("The text of the file is damaged. Save it again as CSV in UTF-8.")) from error


def _csv_rows(text: str) -> Iterator[SheetRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    before = 0
    try:
        for cells in reader:
            yield SheetRow(before + 1, cells)
            before = reader.line_num
    except csv.Error as error:
        message = _("Line %(line)s cannot be read. Is a quotation mark missing?", line=before + 1)
        raise UnreadableFile(message) from error


def _delimiter(text: str) -> str:
    """The delimiter that makes the most known headings of the first lines; where none is known, the most columns."""

    def score(delimiter: str) -> tuple[int, int]:
        try:
            first = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _SAMPLE))
        except csv.Error:
            return (-1, 0)
        rows = [cells for cells in first if any(cell.strip() for cell in cells)][: _TITLES + 1]
        return (max(map(known_headings, rows), default=0), max(map(len, rows), default=0))

    return max(_DELIMITERS, key=score)


def _workbook_rows(content: bytes) -> Iterator[SheetRow]:
    check_workbook(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            sheet = workbook.get_sheet_by_index(0)
            first = (sheet.start or (0, 0))[0]
            for number, cells in enumerate(sheet.iter_rows(), start=first + 1):
                yield SheetRow(number, [_plain(cell) for cell in cells])
    except PasswordError as error:
        raise UnreadableFile(_("The workbook is locked with a password. Save it without one.")) from error
    except (CalamineError, ZipError, XmlError, ValueError) as error:
        raise UnreadableFile(_("The workbook is damaged. Save it again as .xlsx or .csv.")) from error


def _plain(cell: object) -> Cell:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, time | timedelta):
        return str(cell)
    if cell is None or isinstance(cell, str | bool | int | float | date):
        return cell
    return str(cell)


def _as_sheet(rows: Iterable[SheetRow]) -> Sheet:
    found = (row for row in rows if any(text_of(cell) for cell in row.cells))
    top = list(islice(found, _TITLES + 1))
    if not top:
        raise UnreadableFile(_("The file is empty."))
    at = _heading_row(top)
    headings = _headings(top[at])
    kept: list[SheetRow] = []
    for row in chain(top[at + 1 :], found):
        if len(kept) >= MOST_ROWS:
            raise UnreadableFile(_("The sheet has more than %(count)s rows. Divide it.", count=MOST_ROWS))
        kept.append(row)
    return Sheet(headings, kept)


def _heading_row(top: Sequence[SheetRow]) -> int:
    """Which of the first rows has the headings: people put a title above them, or a line that spans some of them.

    The row with the most headings that we know, when it has two or more; else the first that fills about as many cells
    as the rows below it.
    """
    known = [known_headings([text_of(cell) for cell in row.cells]) for row in top]
    best = max(range(len(top)), key=lambda place: (known[place], -place))
    if known[best] > max(1, known[0]):
        return best
    filled = [sum(bool(text_of(cell)) for cell in row.cells) for row in top]
    return 0 if known[0] > 1 else next(place for place, each in enumerate(filled) if 2 * each >= max(filled))


def _headings(row: SheetRow) -> Sequence[str]:
    headings = [" ".join(text_of(cell).split())[:LONGEST_CELL] for cell in row.cells]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) > MOST_COLUMNS:
        raise UnreadableFile(_("The sheet has more than %(count)s columns.", count=MOST_COLUMNS))
    return headings
