"""Recording what became of a message that went out: only its lease's holder may, and only once."""

from datetime import datetime, timedelta
from typing import cast

import structlog
from sqlalchemy import Table, bindparam, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.actors import Actor, system_actor
from crm.db import current_session, savepoint, transaction
from crm.extension_points import Accepted, SendResult, no_reaction
from crm.messaging.bounced import address_died, says_address_is_dead
from crm.messaging.models import MessageState, OutboxMessage
from crm.messaging.replies import kept_reply
from crm.messaging.setup import current_messaging
from crm.messaging.states import move
from crm.registry import current_registry

log = structlog.get_logger()
_ACTOR = "messaging.send"
_ANSWERABLE = (MessageState.CLAIMED, MessageState.ON_WIRE, MessageState.UNKNOWN)
_OURS = (
    select(OutboxMessage)
    .where(
        OutboxMessage.id == bindparam("row"),
        OutboxMessage.lease_owner == bindparam("token"),
        OutboxMessage.state.in_(_ANSWERABLE),
    )
    .with_for_update()
)

_TABLE = cast(Table, OutboxMessage.__table__)
# What ``move`` does to a message that is accepted, as one statement.
_ACCEPTED = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("row"),
        _TABLE.c.lease_owner == bindparam("token"),
        # Written out: a list would be put together anew at every execution.
        or_(*(_TABLE.c.state == state for state in _ANSWERABLE)),
    )
    .values(
        state=MessageState.ACCEPTED,
        reason=None,
        reply=func.coalesce(bindparam("said", type_=_TABLE.c.reply.type), _TABLE.c.reply),
        accepted_at=func.coalesce(_TABLE.c.accepted_at, bindparam("at", type_=_TABLE.c.accepted_at.type)),
        doubt_since=None,
        lease_owner=None,
        lease_until=None,
        gateway=bindparam("by"),
        body=None,
    )
    .returning(_TABLE.c.purpose, _TABLE.c.purpose_ref, _TABLE.c.channel, _TABLE.c.step, _TABLE.c.accepted_at)
)


def record_result(message_id: int, token: str, result: SendResult, *, gateway: str) -> str:
    """Write down what the receiver said, in a transaction of its own; see ``record_carefully``."""
    with transaction():
        return record_carefully(message_id, token, result, gateway=gateway)


def record_carefully(
    message_id: int, token: str, result: SendResult, *, gateway: str, at: datetime | None = None
) -> str:
    """Write down what the receiver said, in one transaction with the purpose's reaction. Returns the
    outcome that counts.

    A message whose lease was lost meanwhile and which is in doubt takes the answer all the same, as long
    as nobody has claimed it since: what the receiver said is a fact, and it ends the doubt. Any other row
    is left alone ('lost').
    """
    message = current_session().scalar(_OURS, {"row": message_id, "token": token})
    if message is None:
        return _came_too_late(result)
    return apply_result(message, result, gateway=gateway, at=at)


def record_quickly(message_id: int, token: str, result: SendResult, *, gateway: str, at: datetime) -> str:
    """The same for what happens nearly always, an acceptance without a gateway's reference: one statement, and
    no savepoint around the reaction. When that raises, the transaction must be rolled back and the answer
    recorded carefully."""
    if result.outcome != "accepted" or result.reference:
        return record_carefully(message_id, token, result, gateway=gateway, at=at)
    values = {"row": message_id, "token": token, "at": at, "by": gateway, "said": kept_reply(result.reply) or None}
    # Straight to the connection: no object of this row is loaded in this transaction.
    row = current_session().connection().execute(_ACCEPTED, values).first()
    if row is None:
        return _came_too_late(result)
    purpose = current_registry().purposes.get(row.purpose)
    if purpose is None or purpose.on_state is no_reaction:
        return "accepted"
    if purpose.on_accepted is not None:
        purpose.on_accepted(Accepted(row.purpose, row.purpose_ref, str(row.channel), row.step, row.accepted_at))
    else:
        purpose.on_state(current_session().get_one(OutboxMessage, message_id))
    return "accepted"


def _came_too_late(result: SendResult) -> str:
    log.warning("result_came_too_late", outcome=result.outcome)
    return "lost"


def apply_result(message: OutboxMessage, result: SendResult, *, gateway: str, at: datetime | None = None) -> str:
    """Change the row as ``result`` says, in the current transaction. Returns the outcome: accepted,
    failed, retried or unknown. ``at`` is when the receiver said so, if not now."""
    message.gateway = gateway
    reply = kept_reply(result.reply) or None
    if result.outcome == "accepted":
        return _accept(message, result, reply, at)
    if result.outcome == "unknown":
        doubt(message, reply=reply)
        return "unknown"
    message.on_wire_at = None
    if result.outcome == "rejected":
        _fail(message, reply)
        return "failed"
    return _retry(message, reply)


def doubt(message: OutboxMessage, *, reply: str | None) -> None:
    """Nobody knows whether it arrived: show it to staff, and ask the receiver where it can be asked."""
    timing = current_messaging().timing
    message.ask_after = clock.now() + timing.settle
    message.lease_until = message.lease_until or clock.now()
    move(message, MessageState.UNKNOWN, reason="in_doubt", reply=reply)


def plan_again(message: OutboxMessage, *, after: timedelta, reason: str, reply: str | None) -> None:
    """The receiver certainly has not got it: it waits for its next attempt, with the same text."""
    message.on_wire_at = None
    message.not_before = clock.now() + after
    move(message, MessageState.PLANNED, reason=reason, reply=reply)


def _accept(message: OutboxMessage, result: SendResult, reply: str | None, at: datetime | None) -> str:
    if result.reference and not _carry(message, result.reference):
        doubt(message, reply="The gateway named a message that another one carries already.")
        return "unknown"
    move(message, MessageState.ACCEPTED, reply=reply, at=at)
    return "accepted"


def _carry(message: OutboxMessage, reference: str) -> bool:
    """Note the gateway's reference. False when another message carries it already: then it cannot be ours."""
    try:
        with savepoint():
            message.gateway_ref = reference
            # The constraint must speak inside the savepoint and not at the commit.
            current_session().flush()
    except IntegrityError:
        current_session().refresh(message)
        return False
    return True


def _fail(message: OutboxMessage, reply: str | None) -> None:
    hashed = message.address_hash
    dead = says_address_is_dead(reply or "")
    move(message, MessageState.FAILED, reason="hard_bounce" if dead else "rejected", reply=reply)
    if dead and hashed:
        address_died(_actor(), message=message, hashed=hashed, source="refused by the receiving server")


def _retry(message: OutboxMessage, reply: str | None) -> str:
    timing = current_messaging().timing
    since = message.first_attempt_at or clock.now()
    pause = timing.pause(message.attempt)
    if clock.now() + pause - since > timing.give_up:
        move(message, MessageState.FAILED, reason="gave_up", reply=reply)
        return "failed"
    plan_again(message, after=pause, reason="retry", reply=reply)
    return "retried"


def _actor() -> Actor:
    return system_actor(_ACTOR)
