"""Taking rows of a list of employers in, some hundred at a time: read, matched, decided and written together.

One by one, through the services for single employers, a hundred thousand rows would take most of an hour. The rules are
the same; what differs is that one line of the audit log stands for the whole file, and that the journal of the import
keeps what each row was before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from crm.actors import Actor
from crm.errors import DomainError
from crm.imports.employer_book import Book
from crm.imports.employer_plan import Decision, decide
from crm.imports.employer_rows import Said, all_faults, read_row
from crm.imports.employer_writing import write
from crm.imports.journal import Journal
from crm.imports.lookups import Lookups
from crm.imports.report import ImportReport, Outcome
from crm.imports.rows import Row


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken, with everything that is wrong in it."""

    row: Row
    errors: Sequence[DomainError]


def take_rows(
    actor: Actor, rows: Sequence[Row], lookups: Lookups, report: ImportReport, *, overwrite: bool, dry_run: bool
) -> tuple[list[Refusal], Journal]:
    """Take rows in and count them; with ``dry_run`` nothing is written. Inside a transaction of the caller's.

    May be repeated: what is there already stays as it is.
    """
    refused: list[Refusal] = []
    said: list[tuple[Row, Said]] = []
    for row in rows:
        try:
            said.append((row, read_row(row, lookups)))
        except DomainError as error:
            refused.append(Refusal(row, all_faults(row, lookups) or [error]))
    book = Book([each for _row, each in said])
    keys = {refusal.row.key for refusal in refused} | {refusal.row.subject for refusal in refused}
    for row, each in said:
        try:
            decision = decide(book, each, lookups, overwrite=overwrite)
        except DomainError as error:
            refused.append(Refusal(row, [error]))
            continue
        outcome = _counted(decision, row, keys, dry_run=dry_run)
        report.count(outcome)
        report.show(outcome, line=row.line, name=each.employer["name"], fields=decision.fields)
        if not (row.repeats_subject and row.subject not in keys):
            _tell_of_unit(report, decision, lookups, name=each.employer["name"])
        if each.has_health_words:
            message = _("The note has words about health. Take out what does not belong there.")
            report.warn(line=row.line, column="note", message=message)
        for text in decision.missing:
            report.warn(line=row.line, column="stage", message=text)
    refused.sort(key=lambda refusal: refusal.row.line)
    return refused, Journal() if dry_run else write(actor, book.records)


def _tell_of_unit(report: ImportReport, decision: Decision, lookups: Lookups, *, name: str) -> None:
    """Say which employers that were here already a unit gets besides. Of several rows about one, the first tells."""
    begun = decision.begun
    if begun is not None:
        stage = lookups.stage_name(begun.stage or begun.first, unit_id=begun.unit_id)
        unit, owner = lookups.unit_name(begun.unit_id), lookups.staff_name(begun.owner_id)
        report.also_add(unit=unit, stage=stage, owner=owner, name=name)
    report.left_count += decision.is_left


def _counted(decision: Decision, row: Row, refused: set[tuple[str, ...]], *, dry_run: bool) -> Outcome:
    """A row that says again what an earlier one said, and changes nothing, is a duplicate.

    In a check an earlier batch has written nothing, so that its employers seem new once more.
    """
    repeats_key = row.repeats_key and row.key not in refused
    outcome = decision.outcome
    if dry_run and outcome is Outcome.CREATED and row.repeats_subject and row.subject not in refused:
        outcome = Outcome.UNCHANGED if repeats_key else Outcome.UPDATED
    return Outcome.DUPLICATE if repeats_key and outcome is Outcome.UNCHANGED else outcome
