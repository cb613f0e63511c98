"""Asking everybody once more, inside the claim, whether a message may leave, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from crm import clock
from crm.accounts.models import Unit
from crm.db import current_session, savepoint
from crm.extension_points import Rendered
from crm.messaging.models import OutboxMessage
from crm.messaging.quiet_hours import next_allowed
from crm.messaging.rendering import unseal
from crm.messaging.setup import current_messaging
from crm.messaging.states import connection_is_gone, purpose_of

log = structlog.get_logger()


@dataclass(frozen=True)
class Verdict:
    """Exactly one of these: its text (it may leave), a reason to cancel, a later time, or a failure."""

    rendered: Rendered | None = None
    cancel: str | None = None
    wait_until: datetime | None = None
    gave_up: bool = False
    broken: bool = False


def verdicts_on(messages: Sequence[OutboxMessage]) -> list[Verdict]:
    """A verdict on each message, in order. Whoever fails to check or render one spoils only that one."""
    try:
        with savepoint():
            _prepare(messages)
            return [_verdict_on(message) for message in messages]
    except Exception as error:
        if connection_is_gone(error):
            raise
        # One of them fails: ask again, each behind a savepoint of its own, which is slower and rarely needed.
        return [_guarded(message) for message in messages]


def _prepare(messages: Sequence[OutboxMessage]) -> None:
    """Let each purpose read at once what its messages need."""
    by_purpose: dict[str, list[OutboxMessage]] = {}
    for message in messages:
        by_purpose.setdefault(message.purpose, []).append(message)
    for found in by_purpose.values():
        purpose = purpose_of(found[0])
        assert purpose is not None, "only messages of registered purposes are due"
        purpose.prepare(found)


def _guarded(message: OutboxMessage) -> Verdict:
    try:
        with savepoint():
            return _verdict_on(message)
    except Exception as error:
        if connection_is_gone(error):
            raise
        log.exception("message_not_rendered", purpose=message.purpose, message=message.public_id)
        return _too_late(message) or Verdict(broken=True)


def _verdict_on(message: OutboxMessage) -> Verdict:
    purpose = purpose_of(message)
    assert purpose is not None, "only messages of registered purposes are due"
    if message.channel not in current_messaging().channels:
        return Verdict(cancel="channel_not_set_up")
    reason = purpose.check(message)
    if reason is not None:
        return Verdict(cancel=reason[:60])
    late = _too_late(message)
    if late is not None:
        return late
    morning = _morning(message) if purpose.quiet else None
    if morning is not None:
        return Verdict(wait_until=morning)
    return Verdict(rendered=unseal(message.body) if message.body else purpose.render(message))


def _too_late(message: OutboxMessage) -> Verdict | None:
    """Whether the three days of trying are over."""
    since = message.first_attempt_at
    over = since is not None and clock.now() - since > current_messaging().timing.give_up
    return Verdict(gave_up=True) if over else None


def _morning(message: OutboxMessage) -> datetime | None:
    """When quiet hours end, if it is quiet now where the message comes from."""
    unit = current_session().get(Unit, message.unit_id) if message.unit_id else None
    if unit is None:
        return None
    now = clock.now()
    allowed = next_allowed(unit, now)
    return allowed if allowed > now else None
