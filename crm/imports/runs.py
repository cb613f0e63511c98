"""A file that somebody sends in on the page: checked first, read after a confirmation, both in the background."""

from datetime import timedelta
from time import monotonic

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update

from crm import clock
from crm.accounts.audit import record
from crm.accounts.current import actor_for
from crm.accounts.models import Staff
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.imports.batches import BATCH, Batches, take_batch
from crm.imports.lookups import Defaults
from crm.imports.models import ImportRun, RunState
from crm.imports.report import ImportReport
from crm.imports.services import Table, new_report, read_table, record_import
from crm.jobs.wake import wake

RUN_JOB = "imports.run"
KEPT_UNCONFIRMED = timedelta(days=1)
KEPT_REPORT = timedelta(days=30)
MOST_ATTEMPTS = 5
_AT_WORK = (RunState.CHECKING, RunState.RUNNING)
_WORKER = "the background works on every run, as the person who sent it"


def start_run(
    actor: Actor, *, kind: str, filename: str, content: bytes, defaults: Defaults, language: str
) -> ImportRun:
    """Keep a file and begin to check it in the background. Raises UnreadableFile for one that cannot be read."""
    table = read_table(content, kind)
    run = ImportRun(
        kind=kind,
        filename=filename[-200:] or kind,
        content=content,
        unit_id=defaults.unit_id,
        programme_id=defaults.programme_id,
        language=language,
        rows_total=len(table.rows),
        report=new_report(table).as_json(),
        created_by_id=_staff_id(actor),
        created_at=clock.now(),
    )
    session = current_session()
    session.add(run)
    session.flush()  # The address of the page has the run's public id.
    _record(actor, run, "file_sent")
    wake(RUN_JOB)
    return run


def confirm_run(actor: Actor, *, run_id: int) -> ImportRun:
    """Read a checked file in, in the background. Raises DomainError when it waits for nothing; NotVisible."""
    run = locked(ImportRun, actor, run_id)
    if run.state is not RunState.CHECKED or run.content is None:
        raise DomainError(_("This file has been read already, or it waited for too long. Send it again."))
    run.check_report = run.report
    checked = ImportReport.from_json(run.report)
    run.report = ImportReport(
        ignored_columns=checked.ignored_columns, has_identity_numbers=checked.has_identity_numbers
    ).as_json()
    run.state, run.rows_done, run.attempts = RunState.RUNNING, 0, 0
    _record(actor, run, "file_confirmed")
    wake(RUN_JOB)
    return run


def drop_run(actor: Actor, *, run_id: int) -> None:
    """Forget a file that is not to be read in. May be repeated while the run exists."""
    run = locked(ImportRun, actor, run_id)
    _record(actor, run, "file_dropped")
    current_session().delete(run)


def work_on(run_id: int, *, seconds: float | None = None) -> bool:
    """Take rows of a run until it is through, or ``seconds`` have passed. Returns whether it is through.

    Opens a transaction for each batch. Two workers at once do no harm: each batch locks the run and goes on where it
    stands. A run that fails five times without going forward is stopped.
    """
    until = None if seconds is None else monotonic() + seconds
    begun = _begin(run_id)
    if begun is None:
        return True
    actor, table, language = begun
    with force_locale(language):
        while _batch(run_id, actor, table):
            if until is not None and monotonic() > until:
                return False
    return True


def work_on_all() -> str:
    """Work on every run that waits, the oldest first; then forget old files. For the periodic job."""
    waiting = select(ImportRun.id).where(ImportRun.state.in_(_AT_WORK)).order_by(ImportRun.created_at)
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
            ImportRun.state.in_((RunState.CHECKED, RunState.DONE, RunState.STOPPED)),
            ImportRun.created_at < now - KEPT_UNCONFIRMED,
        )
        count = len(session.execute(unconfirmed.values(content=None).returning(ImportRun.id)).all())
        old = select(ImportRun).where(ImportRun.created_at < now - KEPT_REPORT)
        for run in session.scalars(trusted(old, because=_WORKER)):
            session.delete(run)
            count += 1
    return count


def _begin(run_id: int) -> tuple[Actor, Table, str] | None:
    with transaction() as session:
        run = _locked_run(run_id)
        if run is None or run.state not in _AT_WORK:
            return None
        staff = session.scalar(trusted(select(Staff).where(Staff.id == run.created_by_id), because=_WORKER))
        run.attempts += 1
        if staff is None or not staff.active or run.content is None or run.attempts > MOST_ATTEMPTS:
            _finish(run, RunState.STOPPED)
            return None
        actor, content, kind, language = actor_for(staff), run.content, run.kind, run.language
    return actor, read_table(content, kind), language


def _batch(run_id: int, actor: Actor, table: Table) -> bool:
    """Take the next rows. False when there are none left, or the run is no longer to be worked on."""
    with transaction():
        run = _locked_run(run_id)
        if run is None or run.state not in _AT_WORK:
            return False
        checking = run.state is RunState.CHECKING
        report = ImportReport.from_json(run.report)
        rows = table.rows[run.rows_done : run.rows_done + BATCH]
        defaults = Defaults(unit_id=run.unit_id, programme_id=run.programme_id)
        take_batch(actor, rows, Batches(run.kind, table.columns, defaults, dry_run=checking), report)
        run.report = report.as_json()
        run.rows_done += len(rows)
        run.attempts = 0
        if run.rows_done < len(table.rows):
            return True
        if not checking:
            record_import(actor, run.kind, report)
        _finish(run, RunState.CHECKED if checking else RunState.DONE)
    return False


def _finish(run: ImportRun, state: RunState) -> None:
    run.state = state
    run.finished_at = clock.now()
    if state is not RunState.CHECKED:
        run.content = None


def _locked_run(run_id: int) -> ImportRun | None:
    statement = select(ImportRun).where(ImportRun.id == run_id).with_for_update()
    return current_session().scalar(trusted(statement, because=_WORKER))


def _record(actor: Actor, run: ImportRun, action: str) -> None:
    record(actor, action, subject_type=run.kind, unit_id=run.unit_id, details={"rows": run.rows_total})


def _staff_id(actor: Actor) -> int:
    if actor.staff_id is None:
        raise DomainError(_("Sign in to send a file."))
    return actor.staff_id
