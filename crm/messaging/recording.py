"""Recording what became of a message that went out: only its lease's holder may, and only once."""

from datetime import timedelta

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.actors import Actor, system_actor
from crm.db import current_session, savepoint, transaction
from crm.extension_points import SendResult
from crm.messaging import crash_points
from crm.messaging.bounced import address_died, says_address_is_dead
from crm.messaging.models import MessageState, OutboxMessage
from crm.messaging.replies import kept_reply
from crm.messaging.setup import current_messaging
from crm.messaging.states import move

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


def record_result(message_id: int, token: str, result: SendResult, *, gateway: str) -> str:
    """Write down what the receiver said, in one transaction with the purpose's reaction. Returns the
    outcome that counts.

    A message whose lease was lost meanwhile and which is in doubt takes the answer all the same, as long
    as nobody has claimed it since: what the receiver said is a fact, and it ends the doubt. Any other row
    is left alone ('lost').
    """
    crash_points.reach("before_result")
    with transaction() as session:
        message = session.scalar(_OURS, {"row": message_id, "token": token})
        if message is None:
            log.warning("result_came_too_late", outcome=result.outcome)
            outcome = "lost"
        else:
            outcome = apply_result(message, result, gateway=gateway)
    crash_points.reach("after_result")
    return outcome


def apply_result(message: OutboxMessage, result: SendResult, *, gateway: str) -> str:
    """Change the row as ``result`` says, in the current transaction. Returns the outcome: accepted,
    failed, retried or unknown."""
    message.gateway = gateway
    reply = kept_reply(result.reply) or None
    if result.outcome == "accepted":
        return _accept(message, result, reply)
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


def _accept(message: OutboxMessage, result: SendResult, reply: str | None) -> str:
    if result.reference and not _carry(message, result.reference):
        doubt(message, reply="The gateway named a message that another one carries already.")
        return "unknown"
    move(message, MessageState.ACCEPTED, reply=reply)
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
