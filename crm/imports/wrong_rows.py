"""The rows of a file that were wrong, as a file to correct and send again."""

from collections.abc import Iterator

from flask import Response
from sqlalchemy import select

from crm.db import current_session
from crm.imports.columns import WHAT_IS_WRONG, folded_heading, folded_notes
from crm.imports.models import ImportBatch, ImportRun
from crm.web.downloads import download


def wrong_rows_file(run: ImportRun) -> Response:
    """CSV with the headings of the file, and in a last column, which reading leaves out, what is wrong."""
    headings = [str(each) for each in run.headings or () if folded_heading(str(each)) not in folded_notes()]
    rows = []
    for message, *cells in _rows(run):
        padded = [*cells, *[""] * (len(headings) - len(cells))][: max(len(headings), 1)]
        rows.append([*map(str, padded), message])
    return download("wrong-rows", "csv", [*headings, str(WHAT_IS_WRONG)], rows)


def _rows(run: ImportRun) -> Iterator[list[str]]:
    statement = select(ImportBatch.wrong_rows).where(ImportBatch.run_id == run.id).order_by(ImportBatch.first_row)
    for rows in current_session().scalars(statement):
        yield from rows or ()
