"""Reading a file in from beginning to end: what the command line and tests use. Pages go through runs.py."""

from collections.abc import Callable

from crm.actors import Actor
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.imports.batches import BATCH, Batches, take_batch
from crm.imports.lookups import NOTHING_SAID, Defaults
from crm.imports.mappings import places_named
from crm.imports.models import ImportRun
from crm.imports.reading import bytes_of, read_sheet
from crm.imports.report import ImportReport
from crm.imports.runs import run_of_table, take_next
from crm.imports.table import Source, Table, new_report, read_table

Progress = Callable[[int, int], None]


def import_participants(
    actor: Actor,
    *,
    source: Source,
    dry_run: bool = False,
    defaults: Defaults = NOTHING_SAID,
    progress: Progress | None = None,
    mapping: str | None = None,
) -> ImportReport:
    """Read participants, enrolments and exits in. See ``_import``."""
    content = bytes_of(source)
    table = _table(content, "participants", mapping)
    batches = Batches("participants", table.columns, defaults, dry_run=dry_run)
    return _import(actor, content, table, batches, progress=progress)


def import_employers(
    actor: Actor,
    *,
    source: Source,
    dry_run: bool = False,
    defaults: Defaults = NOTHING_SAID,
    progress: Progress | None = None,
    mapping: str | None = None,
    overwrite: bool = False,
) -> ImportReport:
    """Read employers, contact persons, workplaces and relationships in. See ``_import``.

    What is filled in already stays, unless ``overwrite``.
    """
    content = bytes_of(source)
    table = _table(content, "employers", mapping)
    batches = Batches("employers", table.columns, defaults, dry_run=dry_run, overwrite=overwrite)
    return _import(actor, content, table, batches, progress=progress)


def import_inquiries(
    actor: Actor,
    *,
    source: Source,
    dry_run: bool = False,
    defaults: Defaults = NOTHING_SAID,
    progress: Progress | None = None,
    mapping: str | None = None,
) -> ImportReport:
    """Read inquiries, the persons they were about and what came of them in. See ``_import``."""
    content = bytes_of(source)
    table = _table(content, "inquiries", mapping)
    batches = Batches("inquiries", table.columns, defaults, dry_run=dry_run)
    return _import(actor, content, table, batches, progress=progress)


def _table(content: bytes, kind: str, mapping: str | None) -> Table:
    places = places_named(kind, mapping, read_sheet(content).headings) if mapping else None
    return read_table(content, kind, places)


def _import(actor: Actor, content: bytes, table: Table, batches: Batches, *, progress: Progress | None) -> ImportReport:
    """Read a file in, batch by batch, each in a transaction of its own, so that others can work meanwhile.

    Unlike other services it opens its transactions itself: a file is too long for one. Good rows are kept, wrong ones
    reported by line and column; reading the same file again changes nothing. ``progress`` hears rows done and rows
    in all. With ``dry_run`` nothing is written. When it is interrupted, the background goes on where it stood.
    """
    if batches.dry_run:
        return _check(actor, table, batches, progress=progress)
    with transaction():
        run = run_of_table(
            actor,
            table,
            kind=batches.kind,
            content=content,
            defaults=batches.defaults,
            overwrite=batches.overwrite,
        )
        run_id = run.id
    more, done = len(table.rows) > 0, 0
    while more:
        more = take_next(run_id, actor, table)
        done = min(done + BATCH[batches.kind], len(table.rows))
        if progress is not None:
            progress(done, len(table.rows))
    found = current_session().get(ImportRun, run_id)
    if found is None:
        raise DomainError("The import was taken away while it was at work.")
    report = ImportReport.from_json(found.report)
    report.id = found.public_id
    current_session().rollback()
    return report


def _check(actor: Actor, table: Table, batches: Batches, *, progress: Progress | None) -> ImportReport:
    report, size = new_report(table.columns), BATCH[batches.kind]
    for start in range(0, len(table.rows), size):
        with transaction():
            take_batch(actor, table.rows.between(start, start + size), batches, report)
        if progress is not None:
            progress(report.rows, len(table.rows))
    return report
