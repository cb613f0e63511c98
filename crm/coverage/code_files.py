"""Reading a code list of municipalities, as statistics offices give it out: CSV with some headings of theirs."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from crm.errors import DomainError
from crm.folding import fold

LARGEST = 2 * 1024 * 1024
MOST = 5000
DIGITS = {"NO": 4, "FI": 3}
"""Countries whose municipalities are brought in, and how many digits their codes have."""
_HEADINGS = {
    "code": ("code", "kode", "kommunenummer", "kommunenr", "koodi", "kuntakoodi", "kuntanumero", "kunta", "kommunkod"),
    "name": ("name", "navn", "kommunenavn", "nimi", "kunnannimi", "kunnan nimi", "namn", "classificationitemname"),
    "parent": ("parent", "parentcode", "fylke", "fylkesnummer", "maakunta", "maakuntakoodi", "landskapskod"),
}


@dataclass(frozen=True)
class CodeRow:
    """A line of the list. ``parent``: the county's code, where the list says it."""

    code: str
    name: str
    parent: str = ""


def read_codes(data: bytes, country: str) -> list[CodeRow]:
    """The municipalities of a file. Raises DomainError that says what is wrong, and on which line.

    Comma, semicolon or tab between the columns; UTF-8, or what older offices' programs write (Windows-1252).
    """
    if not data:
        raise DomainError(_("The file is empty."), field="file")
    if len(data) > LARGEST:
        raise DomainError(_("The file is larger than 2 MB."), field="file")
    lines = _text(data).splitlines()
    delimiter = max(";,\t", key=(lines or [""])[0].count)
    table = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    try:
        headings = next(table)
    except (StopIteration, csv.Error):
        raise DomainError(_("The file is empty."), field="file") from None
    columns = _columns(headings)
    return _rows(table, columns, country)


def _rows(table: Iterable[list[str]], columns: Mapping[str, int], country: str) -> list[CodeRow]:
    found: dict[str, CodeRow] = {}
    for number, cells in enumerate(table, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = _row({name: _cell(cells, place) for name, place in columns.items()}, country, number)
        if row.code in found:
            raise DomainError(_("Line %(line)s: the code %(code)s stands there twice.", line=number, code=row.code))
        found[row.code] = row
        if len(found) > MOST:
            raise DomainError(_("The file has more lines than there are municipalities."), field="file")
    if not found:
        raise DomainError(_("There is no municipality in the file."), field="file")
    return sorted(found.values(), key=lambda each: each.code)


def _row(said: Mapping[str, str], country: str, number: int) -> CodeRow:
    digits = DIGITS[country]
    code, parent = said["code"].zfill(digits), said.get("parent", "")
    if not (code.isascii() and code.isdigit() and len(code) == digits):
        text = _("Line %(line)s: a code has %(digits)s digits, not “%(code)s”.", line=number, digits=digits,
                 code=said["code"][:20])  # fmt: skip
        raise DomainError(text, field="file")
    if not said["name"]:
        raise DomainError(_("Line %(line)s: the name is missing.", line=number), field="file")
    county = code[:2] if country == "NO" else (parent.zfill(2) if parent.isdigit() else "")
    return CodeRow(code=code, name=said["name"][:80], parent=county[:8])


def _columns(headings: list[str]) -> dict[str, int]:
    told = {fold(heading).strip().strip('"'): place for place, heading in enumerate(headings)}
    columns = {}
    for name, known in _HEADINGS.items():
        place = next((told[each] for each in known if each in told), None)
        if place is not None:
            columns[name] = place
    if not {"code", "name"} <= columns.keys():
        raise DomainError(_("The first line must name the columns: “code” and “name”."), field="file")
    return columns


def _cell(cells: list[str], place: int) -> str:
    return " ".join(cells[place].strip().strip("'").split()) if place < len(cells) else ""


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
