"""What gateways tell us later: delivery reports and incoming SMS. Late, repeated and out of order, they
end the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session, savepoint
from crm.events import OptedOut, ReplyReceived, emit
from crm.languages import in_all_languages
from crm.messaging.addresses import address_hash
from crm.messaging.models import Channel, GatewayReport, MessageState, OutboxMessage
from crm.messaging.states import move
from crm.messaging.suppression import suppress
from crm.tasks.services import add_task

REPLY_TASK = "messaging.reply"
NAMED_BY_GATEWAY = "the gateway named the message in a callback that carries our secret"
# A report that comes while nobody is sure, or while the sender has not written its own result down yet.
_UNSETTLED = (MessageState.PLANNED, MessageState.CLAIMED, MessageState.ON_WIRE, MessageState.UNKNOWN)


@dataclass(frozen=True)
class DeliveryNews:
    """One delivery report. ``external_id`` is the gateway's, ``return_token`` stood in the callback's
    address."""

    gateway: str
    external_id: str
    return_token: str
    status: Literal["sent", "delivered", "failed"]
    at: datetime


@dataclass(frozen=True)
class IncomingSms:
    """One SMS from a person. Numbers are E.164."""

    gateway: str
    external_id: str
    sender: str
    text: str
    wants_stop: bool
    at: datetime


def file_delivery(actor: Actor, news: DeliveryNews) -> OutboxMessage | None:
    """Keep the report and bring its message up to date; None for a message that nobody knows. May be
    repeated.

    ``delivered`` is the last word, ``failed`` comes before it, ``sent`` changes only what was not settled:
    so every order of the same reports ends in the same state.
    """
    message = _named(news)
    if not _keep(news.gateway, news.external_id, news.status, outbox_id=message.id if message else None):
        return message
    if message is None:
        return None
    if message.gateway_ref is None:
        message.gateway, message.gateway_ref = news.gateway, news.external_id
    _apply(message, news)
    return message


def file_incoming(actor: Actor, sms: IncomingSms) -> None:
    """Act on an SMS that a person sent: STOP ends all SMS to the number, anything else becomes a task for
    staff.

    May be repeated: the same ``external_id`` is acted on once. The text is kept in the task alone.
    """
    if not _keep(sms.gateway, sms.external_id, "incoming", details={"stop": sms.wants_stop}):
        return
    if sms.wants_stop:
        suppress(
            actor, channel=Channel.SMS, address=sms.sender, reason="stop_reply", source=f"SMS through {sms.gateway}"
        )
        emit(OptedOut(channel=Channel.SMS.value, address=sms.sender))
        return
    last = _last_message_to(sms.sender)
    participant_id = last.participant_id if last else None
    emit(ReplyReceived(channel=Channel.SMS.value, address=sms.sender, participant_id=participant_id, text=sms.text))
    if last is not None and last.unit_id is not None:
        _task_for_reply(actor, last, sms)


def _apply(message: OutboxMessage, news: DeliveryNews) -> None:
    if message.state in (MessageState.DELIVERED, MessageState.CANCELLED):
        return
    if news.status == "delivered":
        move(message, MessageState.DELIVERED, reply="delivered", at=news.at)
    elif message.state is MessageState.FAILED:
        return
    elif news.status == "failed":
        move(message, MessageState.FAILED, reason="not_delivered", reply="failed")
    elif message.state in _UNSETTLED:
        move(message, MessageState.ACCEPTED, reply="sent")


def _named(news: DeliveryNews) -> OutboxMessage | None:
    """The message that carries the gateway's id; only when none does, the one whose token stood in the
    address."""
    by_id = select(OutboxMessage).where(
        OutboxMessage.gateway == news.gateway, OutboxMessage.gateway_ref == news.external_id
    )
    found: OutboxMessage | None = current_session().scalar(trusted(by_id.with_for_update(), because=NAMED_BY_GATEWAY))
    if found is not None:
        return found
    by_token = select(OutboxMessage).where(
        OutboxMessage.return_token == news.return_token, OutboxMessage.channel == Channel.SMS
    )
    found = current_session().scalar(trusted(by_token.with_for_update(), because=NAMED_BY_GATEWAY))
    return found


def _keep(
    gateway: str,
    external_id: str,
    status: str,
    *,
    outbox_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> bool:
    """Write the report down. False when it was there already."""
    row = GatewayReport(
        gateway=gateway,
        external_id=external_id,
        status=status,
        at=clock.now(),
        outbox_id=outbox_id,
        details=dict(details or {}),
    )
    try:
        with savepoint():
            current_session().add(row)
            # The unique constraint tells a repeated report; it must speak inside the savepoint.
            current_session().flush()
    except IntegrityError:
        return False
    return True


def _last_message_to(number: str) -> OutboxMessage | None:
    statement = (
        select(OutboxMessage)
        .where(
            OutboxMessage.channel == Channel.SMS,
            OutboxMessage.address_hash == address_hash(Channel.SMS, number),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
    found: OutboxMessage | None = current_session().scalar(trusted(statement, because=NAMED_BY_GATEWAY))
    return found


def _task_for_reply(actor: Actor, last: OutboxMessage, sms: IncomingSms) -> None:
    unit = current_session().get_one(Unit, last.unit_id)
    add_task(
        actor,
        title=in_all_languages(lambda: _("Somebody answered an SMS. Read it and reply")),
        note=sms.text,
        due_on=clock.today(unit.time_zone),
        unit_id=unit.id,
        owner_id=None,
        kind=REPLY_TASK,
        source_ref=f"{sms.gateway}:{sms.external_id}",
        participant_id=last.participant_id,
    )
