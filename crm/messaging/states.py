"""How a message changes its state: one function, so that times, purging and the purpose's own reaction
never drift apart."""

from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from crm import clock
from crm.db import savepoint
from crm.extension_points import MessagePurpose
from crm.messaging.models import MessageState, OutboxMessage
from crm.registry import current_registry

log = structlog.get_logger()

WAITING = (MessageState.PLANNED, MessageState.CLAIMED)
"""Nothing of it has left yet: it can be taken back."""
FINAL = (MessageState.DELIVERED, MessageState.FAILED, MessageState.CANCELLED)
SETTLED = (MessageState.ACCEPTED, *FINAL)
"""Nothing is ever sent for it again, so its text is purged."""


def move(
    message: OutboxMessage,
    to: MessageState,
    *,
    reason: str | None = None,
    reply: str | None = None,
    at: datetime | None = None,
) -> None:
    """Put ``message`` into state ``to`` and let its purpose react, all in the current transaction.

    ``reason`` is a value for programs, ``reply`` what the receiver's system said. A purpose that fails
    loses its own rows and is logged; the state stands, because it tells what has happened.
    """
    now = at or clock.now()
    message.state = to
    message.reason = reason
    if reply is not None:
        message.reply = reply
    _stamp(message, to, now)
    if to in SETTLED:
        message.body = None
    if to is not MessageState.ON_WIRE and to is not MessageState.UNKNOWN:
        message.lease_owner = None
        message.lease_until = None
    _tell_purpose(message)


def _stamp(message: OutboxMessage, to: MessageState, now: datetime) -> None:
    message.doubt_since = (message.doubt_since or now) if to is MessageState.UNKNOWN else None
    if to in (MessageState.ACCEPTED, MessageState.DELIVERED):
        message.accepted_at = message.accepted_at or now
    if to is MessageState.DELIVERED:
        message.delivered_at = message.delivered_at or now
    if to in FINAL:
        message.final_at = now


def purpose_of(message: OutboxMessage) -> MessagePurpose | None:
    """Whoever planned the message; None when its plugin is not enabled any more."""
    return current_registry().purposes.get(message.purpose)


def _tell_purpose(message: OutboxMessage) -> None:
    purpose = purpose_of(message)
    if purpose is None:
        return
    try:
        with savepoint():
            purpose.on_state(message)
    except Exception as error:
        if connection_is_gone(error):
            raise
        log.exception("purpose_did_not_react", purpose=message.purpose)


def connection_is_gone(error: Exception) -> bool:
    """Whether an error took the whole transaction with it, so that nothing after it could be written."""
    if isinstance(error, OperationalError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
