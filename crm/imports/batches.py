"""Taking rows in, batch by batch: a wrong row is reported and the good ones around it are kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from crm.actors import Actor
from crm.db import current_session, savepoint
from crm.errors import DomainError, NotVisible
from crm.imports import employers, inquiries, participants
from crm.imports.columns import Columns
from crm.imports.journal import Journal
from crm.imports.lookups import Defaults, Lookups
from crm.imports.report import ImportReport, Outcome
from crm.imports.rows import Row
from crm.imports.sheets import text_of

BATCH: Mapping[str, int] = {"participants": 50, "employers": 500, "inquiries": 50}
"""How many rows stand in one transaction: few enough that others wait for no longer than a moment."""

_TAKE_IN: Mapping[str, Callable[[Actor, Row, Lookups], Outcome]] = {
    "participants": participants.take_in,
    "inquiries": inquiries.take_in,
}
"""What is read row by row."""


class _OnlyLooking(Exception):
    """Undoes what a check has written."""


@dataclass(frozen=True)
class Batches:
    """What holds for all batches of one file. With ``dry_run`` everything is done and undone, so that a check says
    what the reading would do. ``overwrite``: employers lose what is filled in already where the file says otherwise."""

    kind: str
    columns: Columns
    defaults: Defaults
    dry_run: bool
    overwrite: bool = False


@dataclass
class Taken:
    """What became of a batch besides its counts: the lines that were wrong, each with why, and what was changed."""

    wrong: dict[int, str] = field(default_factory=dict)
    journal: Journal | None = None


def take_batch(actor: Actor, rows: Sequence[Row], batches: Batches, report: ImportReport) -> Taken:
    """Take some rows in and count them in ``report``, inside a transaction of the caller's."""
    lookups = Lookups(actor, batches.defaults)
    taken = Taken()
    if batches.kind == "employers":
        refused, taken.journal = employers.take_rows(
            actor, rows, lookups, report, overwrite=batches.overwrite, dry_run=batches.dry_run
        )
        for refusal in refused:
            taken.wrong[refusal.row.line] = _refuse(report, refusal.row, batches.columns, *refusal.errors)
    else:
        _take_one_by_one(actor, rows, lookups, batches, report=report, taken=taken)
    report.rows += len(rows)
    return taken


def _take_one_by_one(
    actor: Actor, rows: Sequence[Row], lookups: Lookups, batches: Batches, *, report: ImportReport, taken: Taken
) -> None:
    refused: set[tuple[str, ...]] = set()
    try:
        with savepoint():
            for row in rows:
                outcome = _take_row(actor, row, lookups, batches, report=report, taken=taken)
                if outcome is None:
                    refused |= {row.key, row.subject}
                else:
                    counted = _counted(outcome, row, refused, dry_run=batches.dry_run)
                    # Two people may ask for the same on one day: rows of inquiries that are alike are two.
                    report.count(outcome if batches.kind == "inquiries" else counted)
            if batches.dry_run:
                raise _OnlyLooking
    except _OnlyLooking:
        current_session().expire_all()


def _take_row(
    actor: Actor, row: Row, lookups: Lookups, batches: Batches, *, report: ImportReport, taken: Taken
) -> Outcome | None:
    """What became of the row; None when it was refused, which stands in the report then."""
    try:
        with savepoint():
            return _TAKE_IN[batches.kind](actor, row, lookups)
    except DomainError as error:
        taken.wrong[row.line] = _refuse(report, row, batches.columns, error)
    except IntegrityError:
        # Somebody else added the same at the same moment; reading the file once more finds it.
        message = _("This is there already, since a moment ago. Read the file once more.")
        taken.wrong[row.line] = _refuse(report, row, batches.columns, DomainError(message))
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


def _refuse(report: ImportReport, row: Row, columns: Columns, *errors: DomainError) -> str:
    """Put a wrong row into the report, with each of its faults; returns what is wrong with it."""
    report.error_count += 1
    said = []
    for error in errors:
        name = _column_of(error.field, columns)
        message = _("This row cannot be changed by you.") if isinstance(error, NotVisible) else str(error.message)
        heading = columns.headings.get(name, "")
        report.explain(line=row.line, column=heading, value=text_of(row.cell(name)) if name else "", message=message)
        said.append(f"{heading}: {message}" if heading else message)
    return " ".join(said)


# Fields of services that stand under another name in a file.
_CALLED = {"reason": "exit_reason", "coordinator_id": "coordinator", "programme_id": "programme", "unit_id": "unit"}


def _column_of(name: str | None, columns: Columns) -> str:
    called = _CALLED.get(name or "", name or "")
    if called in ("first_name", "last_name") and called not in columns.places:
        return "name"
    return called
