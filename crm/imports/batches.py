"""Taking rows in, batch by batch: a wrong row is reported and the good ones around it are kept."""

from collections.abc import Callable, Mapping, Sequence

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


def take_batch(
    actor: Actor,
    rows: Sequence[Row],
    *,
    kind: str,
    columns: Columns,
    defaults: Defaults,
    report: ImportReport,
    dry_run: bool,
) -> None:
    """Take some rows in and count them in ``report``, inside a transaction of the caller's.

    With ``dry_run`` everything is done and undone, so that a check says exactly what the reading would do.
    """
    lookups = Lookups(actor, defaults)
    take_in = TAKE_IN[kind]
    try:
        with savepoint():
            for row in rows:
                _take_row(actor, row, lookups, take_in, columns=columns, report=report, dry_run=dry_run)
            if dry_run:
                raise _OnlyLooking
    except _OnlyLooking:
        current_session().expire_all()
    report.rows += len(rows)


def _take_row(
    actor: Actor,
    row: Row,
    lookups: Lookups,
    take_in: TakeIn,
    *,
    columns: Columns,
    report: ImportReport,
    dry_run: bool,
) -> None:
    if row.is_repeated:
        report.count(Outcome.DUPLICATE)
        return
    try:
        with savepoint():
            outcome = take_in(actor, row, lookups)
    except DomainError as error:
        _refuse(report, row, columns, error)
        return
    except IntegrityError:
        # Somebody else added the same at the same moment; reading the file once more finds it.
        message = _("This is there already, since a moment ago. Read the file once more.")
        _refuse(report, row, columns, DomainError(message))
        return
    if dry_run and outcome is Outcome.CREATED and not row.is_first_of_its_kind:
        # In a check an earlier row's person has been taken back with its batch.
        outcome = Outcome.UPDATED
    report.count(outcome)


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
