"""Taking rows in, batch by batch: a wrong row is reported and the good ones around it are kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from crm.actors import Actor
from crm.db import current_session, savepoint
from crm.errors import DomainError, NotVisible
from crm.imports import employers, participants
from crm.imports.columns import Columns
from crm.imports.lookups import Defaults, Lookups
from crm.imports.report import ImportReport, Outcome
from crm.imports.rows import Row
from crm.imports.sheets import text_of

BATCH = 50
TakeIn = Callable[[Actor, Row, Lookups], Outcome]
TAKE_IN: Mapping[str, TakeIn] = {"participants": participants.take_in, "employers": employers.take_in}


class _OnlyLooking(Exception):
    """Undoes what a check has written."""


@dataclass(frozen=True)
class Batches:
    """What holds for all batches of one file. With ``dry_run`` everything is done and undone, so that a check says
    what the reading would do."""

    kind: str
    columns: Columns
    defaults: Defaults
    dry_run: bool


def take_batch(actor: Actor, rows: Sequence[Row], batches: Batches, report: ImportReport) -> None:
    """Take some rows in and count them in ``report``, inside a transaction of the caller's."""
    lookups = Lookups(actor, batches.defaults)
    refused: set[tuple[str, ...]] = set()
    try:
        with savepoint():
            for row in rows:
                outcome = _take_row(actor, row, lookups, batches, report)
                if outcome is None:
                    refused |= {row.key, row.subject}
                else:
                    report.count(_counted(outcome, row, refused, dry_run=batches.dry_run))
            if batches.dry_run:
                raise _OnlyLooking
    except _OnlyLooking:
        current_session().expire_all()
    report.rows += len(rows)


def _take_row(actor: Actor, row: Row, lookups: Lookups, batches: Batches, report: ImportReport) -> Outcome | None:
    """What became of the row; None when it was refused, which stands in the report then."""
    try:
        with savepoint():
            return TAKE_IN[batches.kind](actor, row, lookups)
    except DomainError as error:
        _refuse(report, row, batches.columns, error)
    except IntegrityError:
        # Somebody else added the same at the same moment; reading the file once more finds it.
        message = _("This is there already, since a moment ago. Read the file once more.")
        _refuse(report, row, batches.columns, DomainError(message))
    return None


def _counted(outcome: Outcome, row: Row, refused: set[tuple[str, ...]], *, dry_run: bool) -> Outcome:
    """A row that says again what an earlier one said, and changes nothing, is a duplicate.

    In a check the earlier row may have been taken back with its batch, so that its person seems new once more.
    """
    repeats_key = row.repeats_key and row.key not in refused
    repeats_subject = row.repeats_subject and row.subject not in refused
    if dry_run and outcome is Outcome.CREATED and repeats_subject:
        outcome = Outcome.UNCHANGED if repeats_key else Outcome.UPDATED
    return Outcome.DUPLICATE if repeats_key and outcome is Outcome.UNCHANGED else outcome


def _refuse(report: ImportReport, row: Row, columns: Columns, error: DomainError) -> None:
    field = _column_of(error.field, columns)
    message = _("This row cannot be changed by you.") if isinstance(error, NotVisible) else str(error.message)
    report.refuse(
        line=row.line,
        column=columns.headings.get(field, ""),
        value=text_of(row.cell(field)) if field else "",
        message=message,
    )


# Fields of services that stand under another name in a file.
_CALLED = {"reason": "exit_reason", "coordinator_id": "coordinator", "programme_id": "programme", "unit_id": "unit"}


def _column_of(field: str | None, columns: Columns) -> str:
    name = _CALLED.get(field or "", field or "")
    if name in ("first_name", "last_name") and name not in columns.places:
        return "name"
    return name
