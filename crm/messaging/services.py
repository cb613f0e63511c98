"""What others ask of the outbox: plan, take back, send once more, settle a doubt. Runs inside
``transaction()``."""

import secrets
from datetime import datetime
from email.utils import parseaddr

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session, savepoint
from crm.errors import DomainError
from crm.jobs.wake import wake
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.states import WAITING, move
from crm.messaging.suppression import is_suppressed as is_suppressed
from crm.messaging.suppression import suppress as suppress
from crm.messaging.suppression import unsuppress as unsuppress
from crm.settings import Settings

SEND_JOB = "messaging.send"
NAMED_BY_OWNER = "the purpose that planned the message names it by its own key"


def plan_message(
    actor: Actor,
    *,
    purpose: str,
    purpose_ref: str,
    channel: Channel,
    step: int = 0,
    issue: int = 0,
    issue_reason: str | None = None,
    not_before: datetime,
    unit_id: int | None,
    participant_id: int | None = None,
    staff_id: int | None = None,
) -> OutboxMessage:
    """Plan one message and wake the sender after the commit. Text and address are asked for when it is
    first claimed.

    May be repeated: one row for each (purpose, purpose_ref, channel, step, issue), the existing one is
    returned unchanged, whatever its state. ``purpose`` must be registered by a feature. The sender checks
    again before it sends: the purpose's ``check``, suppressed addresses, quiet hours.
    """
    planned = _find(purpose, purpose_ref, channel, step, issue)
    if planned is not None:
        return planned
    message = OutboxMessage(
        purpose=purpose,
        purpose_ref=purpose_ref,
        channel=channel,
        step=step,
        issue=issue,
        issue_reason=issue_reason,
        state=MessageState.PLANNED,
        unit_id=unit_id,
        participant_id=participant_id,
        staff_id=staff_id,
        created_at=clock.now(),
        not_before=not_before,
        message_id=new_message_id(),
        return_token=secrets.token_hex(12),
    )
    return _insert(message)


def cancel_messages(actor: Actor, *, purpose: str, purpose_ref: str, reason: str, step: int | None = None) -> int:
    """Take back what has not left yet (planned or claimed) and say how many. What is on the wire goes its
    way.

    ``reason`` is a value that programs read (up to 60 characters). May be repeated.
    """
    statement = trusted(
        select(OutboxMessage).where(
            OutboxMessage.purpose == purpose,
            OutboxMessage.purpose_ref == purpose_ref,
            OutboxMessage.state.in_(WAITING),
        ),
        because=NAMED_BY_OWNER,
    ).with_for_update()
    if step is not None:
        statement = statement.where(OutboxMessage.step == step)
    found = current_session().scalars(statement).all()
    for message in found:
        move(message, MessageState.CANCELLED, reason=reason)
    return len(found)


def settle_doubt(actor: Actor, *, message_id: int, arrived: bool) -> OutboxMessage:
    """A person settles a message in doubt: it arrived, or it is sent again as a new issue. Returns the
    message that counts.

    Raises NotVisible; DomainError when the message is not in doubt any more.
    """
    message = locked(OutboxMessage, actor, message_id)
    if message.state is not MessageState.UNKNOWN:
        raise DomainError(_("This message is not in doubt any more."))
    record(
        actor,
        "message_doubt_settled",
        subject_type="outbox_message",
        subject_id=message.id,
        unit_id=message.unit_id,
        details={"arrived": arrived},
    )
    if arrived:
        move(message, MessageState.ACCEPTED, reason="confirmed_by_staff")
        return message
    again = reissue(actor, message_id=message.id, reason="send_again")
    move(message, MessageState.CANCELLED, reason="sent_again")
    return again


def reissue(actor: Actor, *, message_id: int, reason: str) -> OutboxMessage:
    """Plan the same message once more, as the next issue, with the reason recorded: a new address, "send
    again".

    The new issue is rendered anew, so that it goes to today's address. Not safe to repeat: each call adds
    an issue. Raises NotVisible.
    """
    old = locked(OutboxMessage, actor, message_id)
    highest = current_session().scalar(
        trusted(
            select(func.max(OutboxMessage.issue)).where(
                OutboxMessage.purpose == old.purpose,
                OutboxMessage.purpose_ref == old.purpose_ref,
                OutboxMessage.channel == old.channel,
                OutboxMessage.step == old.step,
            ),
            because="issues of a message that was already checked",
        )
    )
    record(
        actor,
        "message_issued_again",
        subject_type="outbox_message",
        subject_id=old.id,
        unit_id=old.unit_id,
        details={"reason": reason},
    )
    return plan_message(
        actor,
        purpose=old.purpose,
        purpose_ref=old.purpose_ref,
        channel=old.channel,
        step=old.step,
        issue=(highest or 0) + 1,
        issue_reason=reason,
        not_before=clock.now(),
        unit_id=old.unit_id,
        participant_id=old.participant_id,
        staff_id=old.staff_id,
    )


def new_message_id() -> str:
    """A Message-ID (RFC 5322 3.6.4) without anything personal, in the domain that mail is sent from."""
    settings: Settings = current_app.extensions["brobygg.settings"]
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{secrets.token_hex(16)}@{domain}>"


def _insert(message: OutboxMessage) -> OutboxMessage:
    """Insert, unless somebody else was first between our look and our write."""
    session = current_session()
    try:
        with savepoint():
            session.add(message)
            # The unique constraint speaks when the row is written, so it is written inside the savepoint.
            session.flush()
    except IntegrityError:
        first = _find(message.purpose, message.purpose_ref, message.channel, message.step, message.issue)
        if first is None:
            raise
        return first
    wake(SEND_JOB)
    return message


def _find(purpose: str, purpose_ref: str, channel: Channel, step: int, issue: int) -> OutboxMessage | None:
    statement = trusted(
        select(OutboxMessage).where(
            OutboxMessage.purpose == purpose,
            OutboxMessage.purpose_ref == purpose_ref,
            OutboxMessage.channel == channel,
            OutboxMessage.step == step,
            OutboxMessage.issue == issue,
        ),
        because=NAMED_BY_OWNER,
    )
    found: OutboxMessage | None = current_session().scalar(statement)
    return found
