"""Saving one answer: the locked read before it and the few rows it writes, without rows of the ORM.

Most of what respondents send is this, so it costs as little as it can. Rows of the ORM that the caller holds are
written out before and read again after.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Insert, Select, Table, Update, bindparam, delete, insert, select, update
from sqlalchemy.orm.util import identity_key

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.db import current_session
from surveys.answers import Answers, AnswerValue, answer_rows
from surveys.dispositions import DueState
from surveys.models import Answer, DueRow, QuestionnaireVersion, Response
from surveys.published import Published
from surveys.responses import answers_from
from surveys.standing import Standing, standing_at

_DUE, _UNIT, _VERSION = DueRow.__table__, Unit.__table__, QuestionnaireVersion.__table__
# Typed as what can be written to.
_RESPONSE, _ANSWER = cast(Table, Response.__table__), cast(Table, Answer.__table__)
_BY_ID = "the row is named by the caller, who checked it"


@dataclass(frozen=True, slots=True)
class Stored:
    """A response under way, as it stands while its due row is locked. ``rows``: id, question, choice, text."""

    id: int
    version: Published
    rows: tuple[tuple[int, str, str, str | None], ...]
    connection: Connection

    @property
    def answers(self) -> Answers:
        """The answers by question."""
        return answers_from(row[1:] for row in self.rows)


def open_response(row_id: int) -> Stored | None:
    """Lock a due row and read its response; None when the survey is not open or nothing was begun.

    Raises NoResultFound for a row that is gone.
    """
    session = current_session()
    # What the caller has changed and not yet written is written first: the statements below ask the tables.
    session.flush()
    connection = session.connection()
    state: DueState
    closes_on: date | None
    state, reason, closes_on, time_zone = connection.execute(_lock(), {"row": row_id}).one()
    if standing_at(state, reason, closes_on=closes_on, time_zone=time_zone) is not Standing.OPEN:
        return None
    # Asked once the row is locked: PostgreSQL would join the rows that were there when it began to wait, and the
    # second of two impatient clicks would not see what the first one wrote.
    found = connection.execute(_stored(), {"row": row_id}).all()
    if not found:
        return None
    response_id, *version = found[0][:4]
    rows = tuple(tuple(row[4:]) for row in found if row[4] is not None)
    return Stored(response_id, Published(*version), rows, connection)


def write_answer(stored: Stored, question: str, value: AnswerValue, *, language: str) -> None:
    """Put ``value`` in the place of what is stored for ``question``, in the transaction that read it."""
    connection = stored.connection
    wanted: Mapping[str, str | None] = dict(answer_rows(value))
    there = {choice: (row_id, text) for row_id, asked, choice, text in stored.rows if asked == question}
    gone = [row_id for choice, (row_id, _text) in there.items() if choice not in wanted]
    if gone:
        connection.execute(delete(_ANSWER).where(_ANSWER.c.id.in_(gone)))
    for choice, text in wanted.items():
        if choice not in there:
            values = {"response_id": stored.id, "question": question, "choice": choice, "text": text}
            connection.execute(_add(), values)
        elif there[choice][1] != text:
            connection.execute(update(_ANSWER).where(_ANSWER.c.id == there[choice][0]).values(text=text))
    connection.execute(_touch(), {"response": stored.id, "last_at": clock.now(), "language": language})
    _read_again(stored.id)


def _read_again(response_id: int) -> None:
    """A response that the caller holds is behind now; its next use reads it, and its answers, from the tables."""
    session = current_session()
    held = session.identity_map.get(identity_key(Response, response_id))
    if held is not None:
        session.expire(held)


@cache
def _lock() -> Select[Any]:
    statement = (
        select(_DUE.c.state, _DUE.c.reason, _DUE.c.closes_on, _UNIT.c.time_zone)
        .select_from(_DUE.join(_UNIT, _UNIT.c.id == _DUE.c.unit_id))
        .where(_DUE.c.id == bindparam("row"))
        .with_for_update(of=_DUE)
    )
    return trusted(statement, because=_BY_ID)


@cache
def _stored() -> Select[Any]:
    version, answer = _VERSION.c, _ANSWER.c
    names = (_RESPONSE.c.id, version.id, version.public_id, version.published_at)
    statement = (
        select(*names, answer.id, answer.question, answer.choice, answer.text)
        .select_from(
            _RESPONSE.join(_VERSION, version.id == _RESPONSE.c.version_ref_id).outerjoin(
                _ANSWER, answer.response_id == _RESPONSE.c.id
            )
        )
        .where(_RESPONSE.c.due_id == bindparam("row"))
    )
    return trusted(statement, because=_BY_ID)


@cache
def _add() -> Insert:
    # Nobody asks for the new row's key.
    return insert(_ANSWER).inline()


@cache
def _touch() -> Update:
    statement = update(_RESPONSE).where(_RESPONSE.c.id == bindparam("response"))
    return statement.values(last_at=bindparam("last_at"), language=bindparam("language"))
