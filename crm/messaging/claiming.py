"""Claiming: one write transaction in which a sender takes due messages and everything is checked once
more."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from crm import clock
from crm.db import current_session, transaction
from crm.extension_points import Rendered
from crm.messaging.addresses import address_hash
from crm.messaging.hold import count_claimed, current_hold, write_counter_file
from crm.messaging.models import Channel, MessageState, OutboxMessage, SuppressedAddress
from crm.messaging.rendering import Letter, letter_of, seal, segments_of
from crm.messaging.setup import Messaging, current_messaging
from crm.messaging.states import move
from crm.messaging.suppression import REFUSALS
from crm.messaging.verdicts import Verdict, verdicts_on
from crm.registry import current_registry


@dataclass
class Claim:
    """What one claim took, under which token, and what else became of the due messages."""

    token: str
    letters: list[Letter] = field(default_factory=list)
    looked_at: int = 0
    cancelled: int = 0
    failed: int = 0
    postponed: int = 0


def due(now: datetime) -> ColumnElement[bool]:
    """Messages that may be claimed: planned ones whose time has come, and claimed ones whose sender fell
    silent.

    Those of a plugin that is not enabled wait until it is: nobody could check or render them.
    """
    planned = and_(OutboxMessage.state == MessageState.PLANNED, OutboxMessage.not_before <= now)
    orphaned = and_(OutboxMessage.state == MessageState.CLAIMED, OutboxMessage.lease_until < now)
    return and_(or_(planned, orphaned), OutboxMessage.purpose.in_(current_registry().purposes))


def anything_due() -> bool:
    """Whether a claim would find something. A plain read, so that an idle sweep takes no write lock."""
    found = current_session().scalar(select(OutboxMessage.id).where(due(clock.now())).limit(1))
    return found is not None


def claim(limit: int) -> Claim:
    """Take up to ``limit`` due messages. Safe to run at the same time as itself: nobody else gets the same
    ones.

    Inside the claim everything is asked again: the purpose's check, quiet hours, suppressed addresses, a
    hold on sending. A message is rendered at its first claim. One that fails to be checked or rendered is
    postponed and stops no other.
    """
    batch = Claim(token=secrets.token_hex(12))
    counter = 0
    with transaction() as session:
        if current_hold() is not None:
            return batch
        found = session.scalars(_due_rows(limit)).all()
        batch.looked_at = len(found)
        ready = [
            (message, verdict.rendered)
            for message, verdict in zip(found, verdicts_on(found), strict=True)
            if _apply(message, verdict, batch) and verdict.rendered is not None
        ]
        _take(ready, batch)
        if batch.letters:
            counter = count_claimed(len(batch.letters))
    if counter:
        write_counter_file(counter)
    return batch


def _due_rows(limit: int) -> Select[OutboxMessage]:
    statement = select(OutboxMessage).where(due(clock.now()))
    ordered = statement.order_by(OutboxMessage.not_before, OutboxMessage.id).limit(limit)
    return ordered.with_for_update(skip_locked=True)


def _apply(message: OutboxMessage, verdict: Verdict, batch: Claim) -> bool:
    """Write down a verdict that keeps the message here; True when it may leave."""
    if verdict.broken:
        _postpone_unrendered(message, clock.now())
        batch.postponed += 1
    elif verdict.gave_up:
        move(message, MessageState.FAILED, reason="gave_up")
        batch.failed += 1
    elif verdict.cancel is not None:
        move(message, MessageState.CANCELLED, reason=verdict.cancel)
        batch.cancelled += 1
    elif verdict.wait_until is not None:
        _back_to_planned(message, verdict.wait_until)
        batch.postponed += 1
    else:
        return True
    return False


def _back_to_planned(message: OutboxMessage, not_before: datetime) -> None:
    message.state = MessageState.PLANNED
    message.lease_owner = message.lease_until = None
    message.not_before = not_before


def _postpone_unrendered(message: OutboxMessage, now: datetime) -> None:
    """Try again later: a text that cannot be made may be mended within the three days."""
    message.reason = "not_rendered"
    message.attempt += 1
    message.first_attempt_at = message.first_attempt_at or now
    _back_to_planned(message, now + current_messaging().timing.pause(message.attempt))


def _take(ready: Sequence[tuple[OutboxMessage, Rendered]], batch: Claim) -> None:
    """Mark the messages as ours, except those to suppressed addresses."""
    messaging = current_messaging()
    hashes = [address_hash(message.channel, rendered.to) for message, rendered in ready]
    suppressed = _suppressed(hashes)
    for (message, rendered), hashed in zip(ready, hashes, strict=True):
        message.address_hash = hashed
        reason = suppressed.get((message.channel, hashed))
        if reason is not None and _concerns(reason, message):
            move(message, MessageState.CANCELLED, reason=f"suppressed_{reason}")
            batch.cancelled += 1
            continue
        _mark_claimed(message, rendered, token=batch.token, messaging=messaging)
        batch.letters.append(letter_of(message, rendered))


def _concerns(reason: str, message: OutboxMessage) -> bool:
    """A participant's refusal does not keep a member of staff from resetting a password at the same
    address."""
    return reason not in REFUSALS or message.staff_id is None


def _mark_claimed(message: OutboxMessage, rendered: Rendered, *, token: str, messaging: Messaging) -> None:
    now = clock.now()
    message.state = MessageState.CLAIMED
    message.reason = None
    message.lease_owner = token
    message.lease_until = now + messaging.timing.lease
    message.attempt += 1
    message.first_attempt_at = message.first_attempt_at or now
    if message.body is None:
        message.body = seal(rendered)
        message.segments = segments_of(message.channel, rendered)


def _suppressed(hashes: Sequence[str]) -> dict[tuple[Channel, str], str]:
    if not hashes:
        return {}
    rows = current_session().scalars(select(SuppressedAddress).where(SuppressedAddress.address_hash.in_(hashes)))
    return {(row.channel, row.address_hash): row.reason for row in rows}
