"""The two kinds of messages that surveys send, as the outbox sees them: may it go, what does it say, what became of it.

``check`` and ``render`` look at the facts of the moment and not at what was planned, so that an opt-out, a new address
or an edited text reaches a message that already waits.
"""

from datetime import date

from crm import clock
from crm.actors import system_actor
from crm.extension_points import Accepted, MessagePurpose, Rendered
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.models import MessageState, OutboxMessage
from surveys.deciding import is_late
from surveys.dispositions import FINAL_STATES, DueState, StopReason
from surveys.due_rows import INVITATION, REMINDER, locked_by_public_id
from surveys.models import DueRow
from surveys.progress import ResponseState
from surveys.responses import progress_of
from surveys.sending.batches import SendingBatch, batch_of, prepare
from surveys.sending.outcomes import arrived, cancelled, failed, in_doubt
from surveys.sending.texts import ApprovedTexts, render_message

TOO_LATE = "too_late"
GONE = "gone"
_ACTOR = system_actor("surveys.message")


def check_invitation(message: OutboxMessage) -> str | None:
    """Why an invitation must not go out now, or None."""
    batch = batch_of(message)
    row = batch.rows.get(message.purpose_ref)
    if row is None:
        return GONE
    reason = _check(row, message, batch)
    if reason is None and row.confirmed_at is None and row.invited_at is None and _is_late(row, batch):
        return TOO_LATE
    return reason


def check_reminder(message: OutboxMessage) -> str | None:
    """Why a reminder must not go out now, or None. Never after the person has finished."""
    batch = batch_of(message)
    row = batch.rows.get(message.purpose_ref)
    if row is None:
        return GONE
    if row.state not in (DueState.SENT_WAITING, DueState.IN_DOUBT):
        return row.reason or row.state.value
    return _check(row, message, batch)


def render_invitation(message: OutboxMessage) -> Rendered:
    """The invitation, in the language of the moment."""
    row, texts = _row(message)
    return render_message(row, (f"{row.wave}_invitation",), message.channel, texts)


def render_reminder(message: OutboxMessage) -> Rendered:
    """The reminder; somebody who stopped in the middle is led back to where they stopped, and told so."""
    row, texts = _row(message)
    keys: tuple[str, ...] = (f"{row.wave}_reminder",)
    if progress_of(row) is not ResponseState.NOT_STARTED:
        keys = (f"{row.wave}_resume", *keys)
    return render_message(row, keys, message.channel, texts)


def on_state(message: OutboxMessage) -> None:
    """Let the due row and the contact history know what became of a message."""
    if message.state in (MessageState.ACCEPTED, MessageState.DELIVERED):
        at = message.accepted_at or clock.now()
        channel = message.channel.value
        arrived(_ACTOR, Accepted(message.purpose, message.purpose_ref, channel, message.step, at))
        return
    row = locked_by_public_id(message.purpose_ref)
    if row is None:
        return
    if message.state is MessageState.UNKNOWN:
        in_doubt(row, message)
    elif message.state is MessageState.FAILED:
        failed(_ACTOR, row, message)
    elif message.state is MessageState.CANCELLED:
        cancelled(_ACTOR, row, message)


def on_accepted(what: Accepted) -> None:
    """The same for a message that a receiver took over at once."""
    arrived(_ACTOR, what)


def message_purposes() -> tuple[MessagePurpose, ...]:
    """Both purposes, for the outbox."""
    return (
        MessagePurpose(
            key=INVITATION,
            label=_l("Survey"),
            check=check_invitation,
            render=render_invitation,
            on_state=on_state,
            on_accepted=on_accepted,
            prepare=prepare,
        ),
        MessagePurpose(
            key=REMINDER,
            label=_l("Reminder of a survey"),
            check=check_reminder,
            render=render_reminder,
            on_state=on_state,
            on_accepted=on_accepted,
            prepare=prepare,
        ),
    )


def _row(message: OutboxMessage) -> tuple[DueRow, ApprovedTexts]:
    batch = batch_of(message)
    row = batch.rows.get(message.purpose_ref)
    if row is None:
        raise LookupError("the due row of this message is gone")
    return row, batch.texts


def _check(row: DueRow, message: OutboxMessage, batch: SendingBatch) -> str | None:
    if row.state in FINAL_STATES:
        return row.reason or row.state.value
    if row.closes_on is not None and row.closes_on < _today(row, batch):
        return StopReason.DEADLINE_PASSED.value
    decision = batch.decision(row)
    if decision.reason is not None:
        return decision.reason.value
    if message.channel.value not in decision.channels:
        return StopReason.NO_ADDRESS.value
    return "not_yet_due" if decision.state is DueState.NOT_YET_DUE else None


def _is_late(row: DueRow, batch: SendingBatch) -> bool:
    plan = batch.plans.plan_for(row.unit_id, row.wave)
    return plan is not None and is_late(row.due_on, today=_today(row, batch), self_sending_days=plan.self_sending_days)


def _today(row: DueRow, batch: SendingBatch) -> date:
    return clock.today(batch.plans.units[row.unit_id].time_zone)
