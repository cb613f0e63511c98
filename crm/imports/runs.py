"""A file that somebody sends in: its columns understood, checked, and read after a confirmation, in the background."""

from collections.abc import Mapping
from datetime import timedelta
from time import monotonic

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.accounts.audit import record
from crm.accounts.current import actor_for
from crm.accounts.models import Staff
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor, system_actor
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.imports.batches import BATCH, Batches, Taken, take_batch
from crm.imports.columns import check_needed, guess_columns
from crm.imports.employer_writing import count_anew
from crm.imports.journal import Journal
from crm.imports.lookups import Defaults
from crm.imports.mappings import places_remembered
from crm.imports.models import ImportBatch, ImportRun, RunState
from crm.imports.reading import bytes_of, read_sheet
from crm.imports.report import ImportReport
from crm.imports.sheets import Sheet, text_of
from crm.imports.table import Table, new_report, read_table
from crm.imports.telling import tell_managers, tell_managers_of_undoing
from crm.imports.turns import wait_for_turn
from crm.imports.undoing import undo_batch, whole_journal
from crm.jobs.wake import wake

RUN_JOB = "imports.run"
COMMAND_LINE = "imports.command_line"
KEPT_UNCONFIRMED = timedelta(days=1)
KEPT_REPORT = timedelta(days=30)
MOST_ATTEMPTS = 5
_SAMPLED = 3
_FEWEST_COLUMNS = 2
_LONGEST_SAMPLE = 60
_AT_WORK = (RunState.CHECKING, RunState.RUNNING)
_BUSY = (*_AT_WORK, RunState.UNDOING)
_WORKER = "the background works on every run, as the person who sent it"


def start_run(
    actor: Actor,
    *,
    kind: str,
    filename: str,
    content: bytes,
    defaults: Defaults,
    language: str,
    overwrite: bool = False,
) -> ImportRun:
    """Keep a file and begin to check it in the background, or wait for somebody to say what its columns mean when
    that is not plain. Raises UnreadableFile for one that cannot be read."""
    sheet = read_sheet(bytes_of(content))
    remembered = places_remembered(kind, sheet.headings)
    guess = guess_columns(sheet.headings, kind)
    if remembered is None and not guess.places and sum(map(bool, sheet.headings)) < _FEWEST_COLUMNS:
        check_needed({}, kind)  # One column that nobody knows: this is hardly a list.
    run = _new_run(actor, sheet, kind=kind, filename=filename, content=content, defaults=defaults, language=language)
    run.say(remembered if remembered is not None else guess.places, of_no_unit=defaults.of_no_unit)
    run.overwrite = overwrite
    is_plain = remembered is not None or guess.is_whole(sheet.headings, kind)
    run.state = RunState.CHECKING if is_plain else RunState.MAPPING
    session = current_session()
    session.add(run)
    session.flush()  # The address of the page has the run's public id.
    _record(actor, run, "file_sent")
    if is_plain:
        wake(RUN_JOB)
    return run


def run_of_table(
    actor: Actor, table: Table, *, kind: str, content: bytes, defaults: Defaults, overwrite: bool
) -> ImportRun:
    """Keep a file that is read in without asking anybody: the command line's. A worker goes on when it is killed."""
    run = ImportRun(
        kind=kind,
        filename=kind,
        content=content,
        unit_id=defaults.unit_id,
        programme_id=defaults.programme_id,
        headings=table.headings,
        overwrite=overwrite,
        state=RunState.RUNNING,
        rows_total=len(table.rows),
        report=new_report(table.columns).as_json(),
        created_by_id=actor.staff_id,
        created_at=clock.now(),
    )
    run.say(table.columns.places, of_no_unit=defaults.of_no_unit)
    session = current_session()
    session.add(run)
    session.flush()  # The first batch names the run.
    _record(actor, run, "file_confirmed")
    return run


def choose_columns(
    actor: Actor, *, run_id: int, places: Mapping[str, int], overwrite: bool, defaults: Defaults | None = None
) -> ImportRun:
    """Say what the columns of a file mean, and check it with that. May be repeated until the file is read in.
    ``defaults``: another unit than before; None leaves it.

    Raises NotVisible, UnreadableFile when a needed column is missing, and DomainError when it is too late.
    """
    run = locked(ImportRun, actor, run_id)
    if run.state not in (RunState.MAPPING, RunState.CHECKING, RunState.CHECKED) or run.content is None:
        raise _too_late()
    check_needed(places, run.kind)
    run.say(places, of_no_unit=run.of_no_unit if defaults is None else defaults.of_no_unit)
    run.unit_id = run.unit_id if defaults is None else defaults.unit_id
    run.overwrite = overwrite
    run.report = ImportReport().as_json()
    run.state, run.rows_done, run.attempts = RunState.CHECKING, 0, 0
    _forget_batches(run)
    _record(actor, run, "file_columns_chosen")
    wake(RUN_JOB)
    return run


def confirm_run(actor: Actor, *, run_id: int) -> ImportRun:
    """Read a checked file in, in the background. Raises DomainError when it waits for nothing; NotVisible."""
    run = locked(ImportRun, actor, run_id)
    if run.state is not RunState.CHECKED or run.content is None:
        raise _too_late()
    run.check_report = run.report
    checked = ImportReport.from_json(run.report)
    run.report = ImportReport(
        ignored_columns=checked.ignored_columns, has_identity_numbers=checked.has_identity_numbers
    ).as_json()
    run.state, run.rows_done, run.attempts = RunState.RUNNING, 0, 0
    _forget_batches(run)
    _record(actor, run, "file_confirmed")
    wake(RUN_JOB)
    return run


def drop_run(actor: Actor, *, run_id: int) -> None:
    """Forget a file that is not to be read in. May be repeated while the run exists.

    Raises DomainError once rows of it are read in: that is taken back instead.
    """
    run = locked(ImportRun, actor, run_id)
    if run.state not in (RunState.MAPPING, *_AT_WORK, RunState.CHECKED) or (
        run.state is RunState.RUNNING and run.rows_done
    ):
        raise _too_late()
    _record(actor, run, "file_dropped")
    current_session().delete(run)


def undo_run(actor: Actor, *, run_id: int) -> ImportRun:
    """Take a whole import of employers back, in the background; see crm.imports.undoing. May be repeated.

    Raises NotVisible, and DomainError for one that has not been read in, or is too old.
    """
    run = locked(ImportRun, actor, run_id)
    if run.state in (RunState.UNDOING, RunState.UNDONE):
        return run
    if not can_be_undone(run):
        raise DomainError(_("This import cannot be taken back."))
    run.state, run.attempts, run.undo_report = RunState.UNDOING, 0, None
    run.content = run.sample = None
    _record(actor, run, "file_undone")
    wake(RUN_JOB)
    return run


def can_be_undone(run: ImportRun) -> bool:
    """Whether a run is one that can be taken back."""
    return run.kind == "employers" and run.state in (RunState.DONE, RunState.STOPPED)


def work_on(run_id: int, *, seconds: float | None = None) -> bool:
    """Take rows of a run until it is through, or ``seconds`` have passed. Returns whether it is through.

    Opens a transaction for each batch. Two workers at once do no harm: each batch locks the run and goes on where it
    stands. A run that fails five times without going forward is stopped.
    """
    until = None if seconds is None else monotonic() + seconds
    begun = _begin(run_id)
    if begun is None:
        return True
    actor, work, language = begun
    with force_locale(language):
        while take_next(run_id, actor, work):
            if until is not None and monotonic() > until:
                return False
    return True


def work_on_all() -> str:
    """Work on every run that waits, the oldest first; then forget old files. For the periodic job."""
    waiting = select(ImportRun.id).where(ImportRun.state.in_(_BUSY)).order_by(ImportRun.created_at)
    run_ids = list(current_session().scalars(trusted(waiting, because=_WORKER)))
    for run_id in run_ids:
        work_on(run_id)
    forgotten = forget_old()
    return f"{len(run_ids)} files, {forgotten} forgotten"


def forget_old() -> int:
    """Delete files that nobody confirmed for a day, and reports after 30 days. Returns how many. May be repeated."""
    now = clock.now()
    with transaction() as session:
        unconfirmed = update(ImportRun).where(
            ImportRun.content.is_not(None),
            ImportRun.state.not_in(_BUSY),
            ImportRun.created_at < now - KEPT_UNCONFIRMED,
        )
        emptied = unconfirmed.values(content=None, sample=None).returning(ImportRun.id)
        count = len(session.execute(emptied).all())
        old = select(ImportRun).where(ImportRun.created_at < now - KEPT_REPORT)
        for run in session.scalars(trusted(old, because=_WORKER)):
            session.delete(run)
            count += 1
    return count


def take_next(run_id: int, actor: Actor, work: Table | Journal) -> bool:
    """Take the next rows of a run, or take the next ones back. False when there are none left, or the run is no
    longer to be worked on. What somebody else adds at the same moment is found by the second try."""
    for tries_left in (2, 1, 0):
        try:
            with transaction():
                return _batch(run_id, actor, work)
        except IntegrityError:
            if not tries_left:
                raise
    return False


def record_import(actor: Actor, kind: str, report: ImportReport) -> None:
    """One line in the audit log: how many rows became what."""
    counts = {name: getattr(report, name) for name in ("created", "updated", "unchanged", "duplicates", "error_count")}
    record(actor, "file_imported", subject_type=kind, unit_id=actor.unit_id, details=counts)


def _new_run(
    actor: Actor, sheet: Sheet, *, kind: str, filename: str, content: bytes, defaults: Defaults, language: str
) -> ImportRun:
    if actor.staff_id is None:
        raise DomainError(_("Sign in to send a file."))
    return ImportRun(
        kind=kind,
        filename=filename[-200:] or kind,
        content=content,
        unit_id=defaults.unit_id,
        programme_id=defaults.programme_id,
        language=language,
        headings=list(sheet.headings),
        sample=[[text_of(cell)[:_LONGEST_SAMPLE] for cell in row.cells] for row in sheet.rows[:_SAMPLED]],
        rows_total=len(sheet.rows),
        report=ImportReport().as_json(),
        created_by_id=actor.staff_id,
        created_at=clock.now(),
    )


def _begin(run_id: int) -> tuple[Actor, Table | Journal, str] | None:
    with transaction() as session:
        run = _locked_run(run_id)
        if run is None or run.state not in _BUSY:
            return None
        staff = None
        if run.created_by_id is not None:
            staff = session.scalar(trusted(select(Staff).where(Staff.id == run.created_by_id), because=_WORKER))
        may_not = run.created_by_id is not None and (staff is None or not staff.active)
        is_undo = run.state is RunState.UNDOING
        run.attempts += 1
        if may_not or (run.content is None and not is_undo) or run.attempts > MOST_ATTEMPTS:
            _finish(run, RunState.STOPPED)
            return None
        actor = actor_for(staff) if staff is not None else system_actor(COMMAND_LINE)
        content, kind, language, places = run.content, run.kind, run.language, run.places
        if is_undo:
            return actor, whole_journal(run.id), language
    return actor, read_table(content or b"", kind, places), language


def _batch(run_id: int, actor: Actor, work: Table | Journal) -> bool:
    run = _locked_run(run_id)
    if run is None or run.state not in _BUSY:
        return False
    run.attempts = 0
    if run.state is not RunState.CHECKING:
        wait_for_turn()
    if isinstance(work, Journal):
        if run.state is RunState.UNDOING and undo_batch(run, work):
            return True
        if run.state is RunState.UNDOING:
            tell_managers_of_undoing(actor, run)
            _finish(run, RunState.UNDONE)
        return False
    if run.state is RunState.UNDOING or dict(work.columns.places) != run.places:
        return False  # Somebody has said otherwise meanwhile; the next worker begins with that.
    return _read_batch(run, actor, work)


def _read_batch(run: ImportRun, actor: Actor, table: Table) -> bool:
    checking = run.state is RunState.CHECKING
    report = ImportReport.from_json(run.report) if run.rows_done else new_report(table.columns)
    start = run.rows_done
    rows = table.rows.between(start, start + BATCH[run.kind])
    defaults = Defaults(unit_id=run.unit_id, programme_id=run.programme_id, of_no_unit=run.of_no_unit)
    batches = Batches(run.kind, table.columns, defaults, dry_run=checking, overwrite=run.overwrite)
    if run.kind == "employers" and (start // BATCH[run.kind]).bit_count() == 1 and not checking:
        count_anew()  # After 1, 2, 4, 8 ... batches: the tables have doubled.
    taken = take_batch(actor, rows, batches, report)
    _keep_batch(run, start, {row.line: start + place for place, row in enumerate(rows)}, table, taken)
    run.report = report.kept()
    run.rows_done += len(rows)
    if run.rows_done < len(table.rows):
        return True
    if not checking:
        record_import(actor, run.kind, report)
        tell_managers(actor, run)
    _finish(run, RunState.CHECKED if checking else RunState.DONE)
    return False


def _keep_batch(run: ImportRun, start: int, places: Mapping[int, int], table: Table, taken: Taken) -> None:
    """Keep what is needed to take the batch back, and the wrong rows for whoever corrects them."""
    wrong = [[message, *table.rows.texts(places[line])] for line, message in sorted(taken.wrong.items())]
    journal = taken.journal.as_json() if taken.journal is not None and run.state is RunState.RUNNING else None
    if run.headings is None:
        run.headings = table.headings
    if wrong or journal:
        batch = ImportBatch(run_id=run.id, first_row=start, journal=journal, wrong_rows=wrong or None)
        current_session().add(batch)


def _forget_batches(run: ImportRun) -> None:
    current_session().execute(delete(ImportBatch).where(ImportBatch.run_id == run.id))


def _finish(run: ImportRun, state: RunState) -> None:
    run.state = state
    run.finished_at = clock.now()
    if state is not RunState.CHECKED:
        run.content = run.sample = None


def _locked_run(run_id: int) -> ImportRun | None:
    statement = select(ImportRun).where(ImportRun.id == run_id).with_for_update()
    return current_session().scalar(trusted(statement, because=_WORKER))


def _record(actor: Actor, run: ImportRun, action: str) -> None:
    record(actor, action, subject_type=run.kind, unit_id=run.unit_id, details={"rows": run.rows_total})


def _too_late() -> DomainError:
    return DomainError(_("This file has been read already, or it waited for too long. Send it again."))
