"""What this feature gives as files."""

from collections.abc import Callable, Iterable, Sequence

from flask import Response

from crm.employers.files import csv_file, xlsx_file

_FILES: dict[str, tuple[str, Callable[[Sequence[str], Iterable[Sequence[str]]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", csv_file),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_file),
}


def as_file(name: str, kind: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """A download whose cells no spreadsheet takes for formulas. ``kind``: csv or xlsx."""
    mimetype, write = _FILES[kind]
    disposition = f'attachment; filename="{name}.{kind}"'
    return Response(write(headings, rows), mimetype=mimetype, headers={"Content-Disposition": disposition})
