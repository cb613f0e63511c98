"""Due rows: finding them, and the few ways in which one ends."""

from collections.abc import Collection
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.messaging.models import OutboxMessage
from crm.messaging.services import cancel_messages
from crm.participants.models import Enrolment
from surveys.dispositions import DueState, StopReason
from surveys.models import DueRow, Response
from surveys.responses import came_half_way
from surveys.tokens import looks_like_token, opt_out_token, survey_token, token_hash

INVITATION = "surveys.invitation"
REMINDER = "surveys.reminder"
BEGUN = frozenset({DueState.SENT_WAITING, DueState.IN_DOUBT})
SETTLED = frozenset({DueState.ANSWERED, DueState.PARTLY_ANSWERED, DueState.CLOSED_WITHOUT_ANSWER})
BY_STAFF = frozenset({StopReason.LANGUAGE_BARRIER, StopReason.ILLNESS, StopReason.DUPLICATE, StopReason.NEVER_ENROLLED})
"""Reasons that only people know; planning never overrules them."""
OUT_OF_REACH = frozenset({StopReason.NO_ADDRESS, StopReason.BOUNCED})

_BY_ID = "the row is named by the caller, who checked it, or by a job"
_OWN_MESSAGES = "messages that the row itself planned"
_BY_TOKEN = "the row is named by a valid personal link"
# What is loaded with a row stays in the session as long as the row does, where reading it by its key finds it.
_TERMS = (joinedload(DueRow.unit), joinedload(DueRow.plan))
_RESPONSE = joinedload(DueRow.response).options(joinedload(Response.version), selectinload(Response.answers))
_RESPONSE_THEN = selectinload(DueRow.response).options(joinedload(Response.version), selectinload(Response.answers))


class Issued(Protocol):
    """What is needed of a row to number its messages: a DueRow has it, and so has a line of a query."""

    @property
    def id(self) -> int: ...
    @property
    def public_id(self) -> str: ...
    @property
    def issue(self) -> int: ...


def locked_row(row_id: int) -> DueRow:
    """The row read again with a write lock. The caller has checked who may change it."""
    statement = select(DueRow).where(DueRow.id == row_id).with_for_update(of=DueRow)
    options = statement.execution_options(populate_existing=True)
    return current_session().scalars(trusted(options, because=_BY_ID)).one()


def rows_of(exit_ids: Collection[int]) -> list[DueRow]:
    """The due rows of these exits, locked, in the order of their ids."""
    statement = (
        select(DueRow)
        .where(DueRow.exit_id.in_(exit_ids))
        .order_by(DueRow.id)
        .with_for_update(of=DueRow)
        .execution_options(populate_existing=True)
    )
    return list(current_session().scalars(trusted(statement, because=_BY_ID)))


def locked_by_public_id(public_id: str) -> DueRow | None:
    """The row that a message was planned for, with a write lock; None when it is gone."""
    statement = select(DueRow).where(DueRow.public_id == public_id).options(*_TERMS).with_for_update(of=DueRow)
    options = statement.execution_options(populate_existing=True)
    return current_session().scalar(trusted(options, because=_BY_ID))


def locked_with_response(row_id: int) -> DueRow:
    """The row with a write lock, and its response with version and answers, for what answering asks for.

    The response is asked for once the lock is held: PostgreSQL would join the rows that were there when it began to
    wait, and the second of two impatient clicks would not see what the first one wrote.
    """
    statement = select(DueRow).where(DueRow.id == row_id).options(*_TERMS, _RESPONSE_THEN).with_for_update(of=DueRow)
    options = statement.execution_options(populate_existing=True)
    return current_session().scalars(trusted(options, because=_BY_ID)).one()


def row_by_survey_token(token: str) -> DueRow | None:
    """The row whose survey link carries ``token``; None for anything else, an older version of the link included."""
    row = _by_hash(token, opt_out=False)
    return row if row and token == survey_token(row.public_id, row.token_version) else None


def row_by_opt_out_token(token: str) -> DueRow | None:
    """The row whose opt-out link carries ``token``, or None."""
    row = _by_hash(token, opt_out=True)
    return row if row and token == opt_out_token(row.public_id, row.token_version) else None


def _by_hash(token: str, *, opt_out: bool) -> DueRow | None:
    if not looks_like_token(token):
        return None
    column = DueRow.optout_hash if opt_out else DueRow.token_hash
    coordinator = joinedload(DueRow.enrolment).joinedload(Enrolment.coordinator)
    found = select(DueRow).where(column == token_hash(token))
    statement = found.options(joinedload(DueRow.participant), coordinator, *_TERMS, _RESPONSE)
    return current_session().scalar(trusted(statement, because=_BY_TOKEN))


def unit_of(row: DueRow) -> Unit:
    """The unit of a row. Units are nobody's secret."""
    return current_session().get_one(Unit, row.unit_id)


def spend_links(row: DueRow) -> None:
    """Make every link that was given out for this row useless and prepare new ones."""
    row.token_version += 1
    row.token_hash = token_hash(survey_token(row.public_id, row.token_version))
    row.optout_hash = token_hash(opt_out_token(row.public_id, row.token_version))


def cancel_row_messages(actor: Actor, row: DueRow, reason: str) -> int:
    """Cancel what is planned for a row and not yet on its way. Returns how many."""
    return sum(
        cancel_messages(actor, purpose=purpose, purpose_ref=row.public_id, reason=reason)
        for purpose in (INVITATION, REMINDER)
    )


def next_issue(row: DueRow) -> int:
    """The issue number under which a row may be sent anew: the present one while nothing bears it."""
    return next_issues([row])[row.id]


def next_issues(rows: Collection[Issued]) -> dict[int, int]:
    """The same for many rows, by their ids. One query."""
    statement = (
        select(OutboxMessage.purpose_ref, func.max(OutboxMessage.issue))
        .where(OutboxMessage.purpose == INVITATION, OutboxMessage.purpose_ref.in_({row.public_id for row in rows}))
        .group_by(OutboxMessage.purpose_ref)
    )
    newest = dict(current_session().execute(trusted(statement, because=_OWN_MESSAGES)).all())
    return {row.id: max(row.issue, newest.get(row.public_id, -1) + 1) for row in rows}


def end_row(actor: Actor, row: DueRow, state: DueState, reason: StopReason) -> None:
    """Put a row into a final state and cancel what waits for it."""
    row.state, row.reason = state, reason
    row.finished_at = row.changed_at = clock.now()
    cancel_row_messages(actor, row, reason.value)


def end_refused(actor: Actor, row: DueRow, reason: StopReason) -> None:
    """End a row because the person said no (DECLINED, OPTED_OUT). Half a response counts as one all the same."""
    end_row(actor, row, DueState.PARTLY_ANSWERED if came_half_way(row) else DueState.DECLINED, reason)


def close_row(actor: Actor, row: DueRow) -> None:
    """End a row because the time is over; what was answered until then decides how it counts."""
    if came_half_way(row):
        end_row(actor, row, DueState.PARTLY_ANSWERED, StopReason.DEADLINE_PASSED)
        return
    begun = row.response is not None and bool(row.response.answers)
    reason = StopReason.BROKEN_OFF if begun else StopReason.DEADLINE_PASSED
    end_row(actor, row, DueState.CLOSED_WITHOUT_ANSWER, reason)
