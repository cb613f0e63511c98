"""Looks into a workbook before it is opened: what unpacks to far more than it seems is refused.

A workbook is a zip. Its directory may lie about sizes, and one far-away cell makes a reader lay out billions of
empty ones; so every part is unpacked once in small pieces, counted, and searched for the addresses of its cells.
"""

import io
import re
import zipfile
import zlib

from flask_babel import gettext as _

from crm.imports.sheets import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, UnreadableFile

MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 200
MOST_PARTS = 5_000
_SMALL = 1024 * 1024
_PIECE = 256 * 1024
_OVERLAP = 64
_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,8})(\d{1,12})["']""")


def check_workbook(content: bytes) -> None:
    """Raises UnreadableFile for what is not a workbook, is locked, or would unpack beyond the limits."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_directory(archive)
            _check_parts(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFile(_("The file is damaged or locked. Save it again as .xlsx without a password.")) from error


def _check_directory(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise UnreadableFile(_("This is not an Excel workbook. Save the list as .xlsx or .csv."))
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise _too_large()
    for part in parts:
        if part.file_size > _SMALL and part.file_size > MOST_RATIO * max(1, part.compress_size):
            raise _too_large()


def _check_parts(archive: zipfile.ZipFile) -> None:
    unpacked = 0
    for part in archive.infolist():
        is_sheet = part.filename.lower().startswith("xl/worksheets/")
        last_row, last_column, tail = 0, 0, b""
        with archive.open(part) as stream:
            while piece := stream.read(_PIECE):
                unpacked += len(piece)
                if unpacked > MOST_UNPACKED:
                    raise _too_large()
                if is_sheet:
                    row, column = _furthest(tail + piece)
                    last_row, last_column = max(last_row, row), max(last_column, column)
                    tail = piece[-_OVERLAP:]
        _check_extent(last_row, last_column)


def _furthest(piece: bytes) -> tuple[int, int]:
    if b"\x00" in piece:
        # UTF-16 would hide the addresses from this search; spreadsheets write UTF-8.
        raise UnreadableFile(_("The file is damaged or locked. Save it again as .xlsx without a password."))
    row, column = 0, 0
    for letters, number in _ADDRESS.findall(piece):
        row, column = max(row, int(number)), max(column, _column_number(letters))
    return row, column


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_extent(rows: int, columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise UnreadableFile(_("The sheet has more than %(count)s columns.", count=MOST_COLUMNS))
    if rows > MOST_ROWS + 1:
        raise UnreadableFile(_("The sheet has more than %(count)s rows. Divide it.", count=MOST_ROWS))
    if rows * columns > MOST_CELLS:
        raise _too_large()


def _too_large() -> UnreadableFile:
    return UnreadableFile(_("The workbook unpacks to more than can be read. Save only the list, as .csv."))
