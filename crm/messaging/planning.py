"""Planning messages: one row for each, however often and from however many processes it is asked for."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import cast

from flask import current_app
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from crm import clock
from crm.actors import Actor
from crm.db import current_session, new_public_id
from crm.jobs.wake import wake
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.settings import Settings

SEND_JOB = "messaging.send"
IDENTITY = ("purpose", "purpose_ref", "channel", "step", "issue")
"""What makes a message the same message."""
_INSERTS = {
    name: dialect.insert(cast(Table, OutboxMessage.__table__)).on_conflict_do_nothing(index_elements=IDENTITY)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A message that shall be sent. ``purpose`` must be registered by a feature; the first five are its identity."""

    purpose: str
    purpose_ref: str
    channel: Channel
    step: int = 0
    issue: int = 0
    issue_reason: str | None = None
    not_before: datetime
    unit_id: int | None
    participant_id: int | None = None
    staff_id: int | None = None


def plan_messages(actor: Actor, wanted: Sequence[Wanted]) -> None:
    """Plan messages and wake the sender after the commit. One statement, however many they are.

    May be repeated: a message that is there stays unchanged, whatever its state, also when another process
    plans it at the same time. Text and address are asked for when it is first claimed. The sender checks again
    before it sends: the purpose's ``check``, suppressed addresses, quiet hours.
    """
    if not wanted:
        return
    session = current_session()
    # What the messages point to may not have been written yet.
    session.flush()
    session.execute(_INSERTS[session.get_bind().dialect.name], [_row(each) for each in wanted])
    wake(SEND_JOB)


def new_message_id() -> str:
    """A Message-ID (RFC 5322 3.6.4) without anything personal, in the domain that mail is sent from."""
    settings: Settings = current_app.extensions["brobygg.settings"]
    return f"<{secrets.token_hex(16)}@{_domain(settings.mail_from)}>"


def _row(wanted: Wanted) -> dict[str, object]:
    return {
        **vars(wanted),
        "public_id": new_public_id(),
        "state": MessageState.PLANNED,
        "attempt": 0,
        "created_at": clock.now(),
        "message_id": new_message_id(),
        "return_token": secrets.token_hex(12),
    }


@lru_cache(maxsize=8)
def _domain(mail_from: str) -> str:
    return parseaddr(mail_from)[1].rpartition("@")[2] or "localhost"
