"""Reading a file in from beginning to end: what the command line and tests use. Pages go through runs.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crm.accounts import audit
from crm.actors import Actor
from crm.db import transaction
from crm.imports.batches import BATCH, Batches, take_batch
from crm.imports.columns import Columns, match_columns
from crm.imports.lookups import NOTHING_SAID, Defaults
from crm.imports.reading import bytes_of, read_sheet
from crm.imports.report import ImportReport
from crm.imports.rows import Row, rows_of

Progress = Callable[[int, int], None]
Source = Path | BinaryIO | bytes


@dataclass(frozen=True)
class Table:
    """A file that has been read and understood: its columns and its rows."""

    columns: Columns
    rows: Sequence[Row]


def read_table(source: Source, kind: str) -> Table:
    """Read a file of one kind ("participants" or "employers"). Raises UnreadableFile with a reason in words."""
    sheet = read_sheet(bytes_of(source))
    columns = match_columns(sheet, kind)
    return Table(columns, rows_of(sheet, columns, kind))


def new_report(table: Table) -> ImportReport:
    """A report with what is known before the first row."""
    return ImportReport(
        ignored_columns=list(table.columns.ignored), has_identity_numbers=table.columns.has_identity_numbers
    )


def import_participants(
    actor: Actor,
    *,
    source: Source,
    dry_run: bool = False,
    defaults: Defaults = NOTHING_SAID,
    progress: Progress | None = None,
) -> ImportReport:
    """Read participants, enrolments and exits in. See ``_import``."""
    return _import("participants", actor, source, dry_run=dry_run, defaults=defaults, progress=progress)


def import_employers(
    actor: Actor,
    *,
    source: Source,
    dry_run: bool = False,
    defaults: Defaults = NOTHING_SAID,
    progress: Progress | None = None,
) -> ImportReport:
    """Read employers and contact persons in. See ``_import``."""
    return _import("employers", actor, source, dry_run=dry_run, defaults=defaults, progress=progress)


def _import(
    kind: str,
    actor: Actor,
    source: Source,
    *,
    dry_run: bool,
    defaults: Defaults,
    progress: Progress | None,
) -> ImportReport:
    """Read a file in, fifty rows in each transaction, so that others can work meanwhile.

    Unlike other services it opens its transactions itself: a file is too long for one. Good rows are kept, wrong ones
    reported by line and column; reading the same file again changes nothing. ``progress`` hears rows done and rows
    in all. With ``dry_run`` everything is undone. Raises UnreadableFile.
    """
    table = read_table(source, kind)
    report = new_report(table)
    batches = Batches(kind=kind, columns=table.columns, defaults=defaults, dry_run=dry_run)
    for start in range(0, len(table.rows), BATCH):
        with transaction():
            take_batch(actor, table.rows[start : start + BATCH], batches, report)
        if progress is not None:
            progress(report.rows, len(table.rows))
    if not dry_run:
        with transaction():
            record_import(actor, kind, report)
    return report


def record_import(actor: Actor, kind: str, report: ImportReport) -> None:
    """One line in the audit log: how many rows became what."""
    counts = {name: getattr(report, name) for name in ("created", "updated", "unchanged", "duplicates", "error_count")}
    audit.record(actor, "file_imported", subject_type=kind, unit_id=actor.unit_id, details=counts)
