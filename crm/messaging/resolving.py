"""Resolving doubts: a sender that died on the wire leaves a message of which nobody knows whether it arrived."""

from collections import Counter
from datetime import timedelta

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy import ColumnElement, and_, or_, select

from crm import clock
from crm.db import current_session, transaction
from crm.extension_points import SendResult
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.mailbox import MailboxTransport
from crm.messaging.recording import apply_result, doubt, plan_again
from crm.messaging.rendering import letter_of, unseal
from crm.messaging.services import SEND_JOB
from crm.messaging.setup import Messaging, current_messaging
from crm.messaging.sms import GatewayTransport
from crm.messaging.smtp_asking import LogReceiver
from crm.messaging.transports import Receiver
from crm.jobs.wake import wake

log = structlog.get_logger()


def resolve(limit: int = 500) -> str:
    """The periodic job: put every message whose sender died on the wire in doubt, ask about it, and say what came of it.

    Safe to repeat and to run at the same time as itself. Where the receiver can be asked the answer settles it: it has
    the message, or it is sent again. Otherwise it waits on the page of doubts, never sent again by itself.
    """
    tally: Counter[str] = Counter()
    for message_id in _open_doubts(limit):
        tally[resolve_one(message_id)] += 1
    current_session().rollback()
    return ", ".join(f"{number} {word}" for word, number in sorted(tally.items())) or "no doubts"


def resolve_one(message_id: int) -> str:
    """Ask about one message in doubt: arrived, sent again, in doubt or gone (settled by somebody else meanwhile)."""
    with transaction():
        message = _still_open(message_id)
        if message is None:
            return "gone"
        if message.state is MessageState.ON_WIRE:
            # Shown to staff from now on, whatever the receiver says later.
            doubt(message, reply=None)
        question = _question(message)
    if question is None:
        return "in doubt"
    attempt, receiver_key, answer = question()
    return _apply(message_id, attempt, receiver_key, answer)
