"""Resolving doubts: a sender that died on the wire leaves a message of which nobody knows whether it
arrived."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, and_, or_, select

from crm import clock
from crm.db import current_session, transaction
from crm.extension_points import SendResult
from crm.jobs.wake import wake
from crm.messaging.mailbox import MailboxTransport
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.receiver_log import LogReceiver
from crm.messaging.recording import apply_result, doubt, plan_again
from crm.messaging.rendering import Letter, letter_of, unseal
from crm.messaging.services import SEND_JOB
from crm.messaging.setup import Messaging, current_messaging
from crm.messaging.sms import GatewayTransport
from crm.messaging.timing import Timing
from crm.messaging.transports import Receiver

log = structlog.get_logger()


@dataclass(frozen=True)
class Question:
    """What the receiver is asked, taken from the row so that no transaction is open meanwhile."""

    receiver: Receiver
    letter: Letter
    since: datetime
    until: datetime


def resolve(limit: int = 500) -> str:
    """The periodic job: put every message whose sender died on the wire in doubt, and ask its receiver.

    Safe to repeat and to run at the same time as itself. Where the receiver can be asked, its answer
    settles the doubt: it has the message, or the message is sent again. Otherwise it waits on the page of
    doubts for a person, and is never sent again by itself.
    """
    tally: Counter[str] = Counter()
    for message_id in _open_doubts(limit):
        tally[resolve_one(message_id)] += 1
    return ", ".join(f"{number} {word}" for word, number in sorted(tally.items())) or "no doubts"


def resolve_one(message_id: int) -> str:
    """Ask about one message: arrived, planned again, in doubt, or settled by somebody else meanwhile."""
    question = _begin(message_id)
    if question is None:
        return "in doubt"
    answer = question.receiver.ask(question.letter, since=question.since, until=question.until)
    with transaction() as session:
        statement = select(OutboxMessage).where(
            OutboxMessage.id == message_id,
            OutboxMessage.state == MessageState.UNKNOWN,
            OutboxMessage.attempt == question.letter.attempt,
        )
        message = session.scalar(statement.with_for_update())
        return "settled meanwhile" if message is None else _conclude(message, answer, question.receiver.key)


def _open_doubts(limit: int) -> list[int]:
    statement = select(OutboxMessage.id).where(_is_open()).order_by(OutboxMessage.id).limit(limit)
    found = list(current_session().scalars(statement))
    current_session().rollback()
    return found


def _is_open() -> ColumnElement[bool]:
    now = clock.now()
    orphaned = and_(OutboxMessage.state == MessageState.ON_WIRE, OutboxMessage.lease_until < now)
    to_ask = and_(
        OutboxMessage.state == MessageState.UNKNOWN,
        OutboxMessage.ask_after <= now,
        OutboxMessage.doubt_since > now - current_messaging().timing.asking,
    )
    return or_(orphaned, to_ask)


def _begin(message_id: int) -> Question | None:
    """Mark the message as in doubt, so that staff see it whatever comes, and say what to ask whom; None
    when nobody can be asked. Moving the time of the next question keeps a second resolver from asking the
    same now."""
    messaging = current_messaging()
    with transaction() as session:
        statement = select(OutboxMessage).where(OutboxMessage.id == message_id, _is_open())
        message = session.scalar(statement.with_for_update(skip_locked=True))
        if message is None:
            return None
        if message.state is MessageState.ON_WIRE:
            doubt(message, reply=None)
        question = _question(message, messaging)
        message.ask_after = None if question is None else _next_question(question.until, messaging.timing)
        return question


def _next_question(until: datetime, timing: Timing) -> datetime:
    """Not before the receiver's word is final, and not more often than every ``ask_pause``."""
    now = clock.now()
    final = until + timing.settle
    return final if now < final < now + timing.ask_pause else now + timing.ask_pause


def _question(message: OutboxMessage, messaging: Messaging) -> Question | None:
    receiver = receiver_for(message.channel, messaging)
    if receiver is None or message.body is None:
        return None
    try:
        letter = letter_of(message, unseal(message.body))
    except InvalidToken:
        log.error("message_not_readable", message=message.public_id, hint="has the secret key changed?")
        return None
    since = message.on_wire_at or message.created_at
    return Question(receiver, letter, since=since, until=max(message.lease_until or since, since))


def receiver_for(channel: Channel, messaging: Messaging) -> Receiver | None:
    """Whom to ask about messages of ``channel``; None where nobody knows."""
    if channel is Channel.SMS:
        return _sms_receiver(messaging)
    if messaging.settings.mail == "mailbox":
        return MailboxTransport()
    if messaging.receiver_log is None:
        return None
    return LogReceiver(messaging.receiver_log, messaging.timing)


def _sms_receiver(messaging: Messaging) -> Receiver | None:
    if messaging.gateway is None:
        return MailboxTransport()
    return GatewayTransport(messaging.gateway, messaging.settings) if messaging.gateway.askable else None


def _conclude(message: OutboxMessage, answer: SendResult | None, receiver_key: str) -> str:
    if answer is None:
        plan_again(message, after=timedelta(0), reason="not_received", reply=message.reply)
        wake(SEND_JOB)
        return "planned again"
    if answer.outcome == "accepted":
        apply_result(message, answer, gateway=receiver_key)
        return "arrived"
    message.reply = answer.reply or message.reply
    return "in doubt"
