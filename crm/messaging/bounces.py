"""Acting on what came back."""

import structlog
from sqlalchemy import ColumnElement, select

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.messaging.bounce_reading import Bounce, read_bounce
from crm.messaging.bounced import address_died
from crm.messaging.models import MessageState, OutboxMessage
from crm.messaging.states import move

log = structlog.get_logger()
NAMED_BY_TOKEN = "the bounce carries the message's return token or Message-ID"
# A bounce ends also what somebody believed delivered: a second server may refuse what the first one took.
_SENT = (MessageState.ON_WIRE, MessageState.UNKNOWN, MessageState.ACCEPTED, MessageState.DELIVERED)


def file_bounce(actor: Actor, raw: bytes) -> Bounce:
    """Read one returned mail and act on it, in the current transaction. May be repeated.

    A hard bounce suppresses the address, tells whoever planned the message and whoever listens, and gives
    staff a task. A soft one fails this message alone. Delays, holiday messages and what names none of our
    messages change nothing.
    """
    bounce = read_bounce(raw)
    message = _message_of(bounce)
    log.info("bounce_read", kind=bounce.kind, known=message is not None)
    if message is None or bounce.kind not in ("hard", "soft"):
        return bounce
    hard = bounce.kind == "hard"
    if message.state in _SENT:
        move(message, MessageState.FAILED, reason="hard_bounce" if hard else "returned", reply=bounce.reply)
    if hard and message.address_hash:
        address_died(actor, message=message, hashed=message.address_hash, source="returned mail")
    return bounce


def _message_of(bounce: Bounce) -> OutboxMessage | None:
    if bounce.token is not None:
        found = _one(OutboxMessage.return_token == bounce.token)
        if found is not None:
            return found
    return _one(OutboxMessage.message_id == bounce.message_id) if bounce.message_id else None


def _one(condition: ColumnElement[bool]) -> OutboxMessage | None:
    statement = select(OutboxMessage).where(condition).with_for_update()
    found: OutboxMessage | None = current_session().scalar(trusted(statement, because=NAMED_BY_TOKEN))
    return found
