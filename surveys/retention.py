"""Keeping the promise of the privacy page: answers are deleted some months after the exit, counts without names stay.

What stays of a person is the due row and the response, which say that somebody answered, when and through what, but
not what. So the ledger and the response rates never change.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import contains_eager

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.history.services import remove_details
from crm.programmes.models import Programme
from crm.tasks.services import remove_notes
from surveys.completing import keep_promises
from surveys.dispositions import OPEN_STATES
from surveys.due_rows import close_row
from surveys.history_kinds import ANSWERED_LINE
from surveys.models import KEPT_ANSWERED, KEPT_RECEIVED, Answer, DueRow, KeptCount, QuestionnaireVersion, Response
from surveys.results.conditions import HAS_ANSWERS, says_something
from surveys.staff_tasks import CONTACT_WISH
from surveys.survey_settings import retention_months

BATCH = 200
_ACTOR = system_actor("surveys.retention")
_JOB = "a job of the system, which looks at every unit"
_KEY = ("unit_id", "programme_id", "exit_month", "wave", "version_ref_id", "question", "choice")
_Key = tuple[int, int, date, str, int, str, str]


def delete_old_answers() -> str:
    """Delete every answer whose exit lies as many months back as the privacy page says; runs once a day.

    Exempt is history that was only taken over: answers of a programme that sends nothing, given before their
    questionnaire was published here. Nobody read the promise before giving those. A programme that stops sending
    when it ends stays bound by what its participants were told.

    Each batch is one transaction of its own, which counts what it deletes. Safe to repeat and to run twice at once.
    """
    done = 0
    while (number := _delete_batch(months_before(clock.today(), retention_months()))) is not None:
        done += number
    return f"answers of {done} responses deleted" if done else "nothing to delete"


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last of that month when it is shorter."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _delete_batch(last_exit: date) -> int | None:
    """How many responses were deleted; None when there are no more."""
    with transaction() as session:
        statement = trusted(_with_old_answers(last_exit), because=_JOB)
        found = session.scalars(statement.execution_options(populate_existing=True)).all()
        rows = _still_answered(found)
        if rows:
            _settle(rows)
            responses = [row.response for row in rows if row.response is not None]
            _add_to_kept(_counts([response.id for response in responses]))
            _delete_answers(responses)
            _delete_copies([row.public_id for row in rows])
            record(_ACTOR, "survey_answers_deleted", subject_type="survey_response", details={"responses": len(rows)})
    return len(rows) if found else None


def _still_answered(rows: Sequence[DueRow]) -> list[DueRow]:
    """Those whose answers are there now that the rows are locked.

    PostgreSQL looked before it locked: meanwhile another run may have counted and deleted the answers and gone.
    """
    ids = [row.response.id for row in rows if row.response is not None]
    there = set(current_session().scalars(select(Answer.response_id).where(Answer.response_id.in_(ids)).distinct()))
    return [row for row in rows if row.response is not None and row.response.id in there]


def _with_old_answers(last_exit: date) -> Select[DueRow]:
    """A batch of rows that have answers they should not have any more, locked; those of another run are left out."""
    return (
        select(DueRow)
        .join(DueRow.response)
        .options(contains_eager(DueRow.response))
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Response.version_ref_id)
        .join(Programme, Programme.id == DueRow.programme_id)
        .where(DueRow.exit_on <= last_exit, _promised(), exists().where(Answer.response_id == Response.id))
        .order_by(DueRow.id)
        .limit(BATCH)
        .with_for_update(of=DueRow, skip_locked=True)
    )


def _promised() -> ColumnElement[bool]:
    return or_(Programme.sends_messages, Response.started_at >= QuestionnaireVersion.published_at)


def _settle(rows: Sequence[DueRow]) -> None:
    """End what is still open, so that it counts as what it is, and let nobody begin anew what was counted."""
    yesterday = clock.today() - timedelta(days=1)
    for row in rows:
        if row.state in OPEN_STATES:
            close_row(_ACTOR, row)
            keep_promises(_ACTOR, row)
        row.closes_on = min(row.closes_on or yesterday, yesterday)


def _counts(response_ids: Collection[int]) -> Counter[_Key]:
    """What the answers add up to; only those that reports count."""
    statement = (
        select(
            Response.id,
            DueRow.unit_id,
            DueRow.programme_id,
            DueRow.exit_on,
            DueRow.wave,
            Response.version_ref_id,
            Answer.question,
            Answer.choice,
            says_something(),
        )
        .join(Response, Response.id == Answer.response_id)
        .join(DueRow, DueRow.id == Response.due_id)
        .where(Response.id.in_(response_ids), DueRow.state.in_(HAS_ANSWERS))
    )
    # A set: somebody who chose several answers to a question passed it once.
    found: set[tuple[int, _Key]] = set()
    for response, unit, programme, exit_on, wave, version, question, choice, said in current_session().execute(
        trusted(statement, because=_JOB)
    ):
        place = (unit, programme, exit_on.replace(day=1), wave, version, question)
        counted = (KEPT_RECEIVED, *((KEPT_ANSWERED,) if said else ()), *((choice,) if choice else ()))
        found.update((response, (*place, each)) for each in counted)
    return Counter(key for _response, key in found)


def _add_to_kept(counts: Counter[_Key]) -> None:
    if not counts:
        return
    session = current_session()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(KeptCount)
    upsert = new.on_conflict_do_update(index_elements=_KEY, set_={"n": KeptCount.n + new.excluded.n})
    # Always in the same order, so that two runs at once wait for each other instead of blocking each other.
    session.execute(upsert, [{**dict(zip(_KEY, key, strict=True)), "n": counts[key]} for key in sorted(counts)])


def _delete_answers(responses: Sequence[Response]) -> None:
    for response in responses:
        response.answers_deleted_at = clock.now()
    ids = [response.id for response in responses]
    current_session().execute(delete(Answer).where(Answer.response_id.in_(ids)))


def _delete_copies(public_ids: Collection[str]) -> None:
    """Answers were also written into the contact history and into the tasks that they asked for."""
    remove_details(ANSWERED_LINE, public_ids)
    remove_notes(CONTACT_WISH, public_ids)
