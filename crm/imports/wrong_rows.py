"""The rows of a file that were wrong, as a file to correct and send again. Nothing in it is taken for a formula."""

import csv
import io
from collections.abc import Iterator

from sqlalchemy import select

from crm.db import current_session
from crm.employers.files import formula_safe
from crm.imports.columns import WHAT_IS_WRONG, folded_heading, folded_notes
from crm.imports.models import ImportBatch, ImportRun


def wrong_rows_file(run: ImportRun) -> bytes:
    """CSV in UTF-8 with the headings of the file, and in a last column, which reading leaves out, what is wrong."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    headings = [str(each) for each in run.headings or () if folded_heading(str(each)) not in folded_notes()]
    writer.writerow([formula_safe(each) for each in [*headings, str(WHAT_IS_WRONG)]])
    for message, *cells in _rows(run):
        padded = [*cells, *[""] * (len(headings) - len(cells))][: max(len(headings), 1)]
        writer.writerow([formula_safe(str(each)) for each in [*padded, message]])
    return out.getvalue().encode("utf-8-sig")


def _rows(run: ImportRun) -> Iterator[list[str]]:
    statement = select(ImportBatch.wrong_rows).where(ImportBatch.run_id == run.id).order_by(ImportBatch.first_row)
    for rows in current_session().scalars(statement):
        yield from rows or ()
