"""Who may go on the wire, and who may say what became of it: only the holder of a lease that is still
valid."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from flask import Flask
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError

from crm import clock
from crm.db import current_session, transaction
from crm.messaging.journal import Journal
from crm.messaging.models import MessageState, OutboxMessage
from crm.messaging.timing import Timing

log = structlog.get_logger()
_ON_WIRE = (
    update(OutboxMessage)
    .where(
        OutboxMessage.id == bindparam("row"),
        OutboxMessage.state == MessageState.CLAIMED,
        OutboxMessage.lease_owner == bindparam("token"),
        OutboxMessage.lease_until > bindparam("now"),
    )
    .values(state=MessageState.ON_WIRE, on_wire_at=bindparam("now"), lease_until=bindparam("until"))
)


class Fence:
    """The gate before the wire for one claimed message. ``journal`` is that of the claim, where there is one."""

    def __init__(self, message_id: int, token: str, timing: Timing, journal: Journal | None = None) -> None:
        self._message_id = message_id
        self._token = token
        self._timing = timing
        self._journal = journal or Journal(token)
        self._passed_at = 0.0

    @property
    def unsettled(self) -> bool:
        """Whether the result of the letter before this one still waits for its commit."""
        return self._journal.unsettled

    def settle(self) -> None:
        """Commit the result of the letter before this one, if it still waits: to be called before waiting for
        somebody who may be slow."""
        self._journal.settle()

    def pass_through(self) -> bool:
        """Commit that the message is on the wire, before the first byte that could make the receiver
        accept it; the result of the letter before it is part of the same commit.

        False when the lease is not ours any more or the message was taken back: then nothing may be sent.
        """
        self._passed_at = time.monotonic()
        return self._journal.commit(self._mark)

    def _mark(self) -> bool:
        now = clock.now()
        # Straight to the connection: no object of this row is loaded, and this runs once for each message.
        marked = (
            current_session()
            .connection()
            .execute(
                _ON_WIRE, {"row": self._message_id, "token": self._token, "now": now, "until": now + self._timing.lease}
            )
        )
        return marked.rowcount == 1

    def still_ours(self) -> bool:
        """Whether the lease still holds right before what makes the receiver accept.

        A process that was stopped since the fence meets its expired lease here. What remains open is the
        instant between this answer and the first byte after it, which no sender can close. The database is
        only asked when enough time has passed for the lease to be in danger.
        """
        if time.monotonic() - self._passed_at < self._timing.lease.total_seconds() / 3:
            return True
        with transaction() as session:
            statement = select(OutboxMessage.id).where(
                OutboxMessage.id == self._message_id,
                OutboxMessage.state == MessageState.ON_WIRE,
                OutboxMessage.lease_owner == self._token,
                OutboxMessage.lease_until > clock.now(),
            )
            return session.scalar(statement) is not None


class LeaseKeeper:
    """Renews the leases of one token from a thread of its own while the sender waits for a slow receiver.

    It dies with the process, stops with the process, and gives up when the sender makes no progress for
    longer than the longest reply may take: so an expired lease still means a sender that is gone.
    """

    def __init__(self, app: Flask, token: str, timing: Timing) -> None:
        self._app = app
        self._token = token
        self._timing = timing
        self._done = threading.Event()
        self._progress = time.monotonic()
        self._thread = threading.Thread(target=self._keep, name="lease-keeper", daemon=True)

    def progress(self) -> None:
        """Say that the sender has come on to its next message."""
        self._progress = time.monotonic()

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._done.set()
        self._thread.join()

    def _keep(self) -> None:
        patience = self._timing.final_reply_seconds + 60
        while not self._done.wait(self._timing.lease.total_seconds() / 3):
            if time.monotonic() - self._progress > patience:
                return
            with self._app.app_context():
                self._renew()

    def _renew(self) -> None:
        now = clock.now()
        # A row that is locked is just being marked or settled, by our sender more likely than not, which writes
        # its lease itself. To wait for it here while holding others could block both for good.
        ours = (
            select(OutboxMessage.id)
            .where(
                OutboxMessage.lease_owner == self._token,
                OutboxMessage.state.in_((MessageState.CLAIMED, MessageState.ON_WIRE)),
                OutboxMessage.lease_until > now,
            )
            .with_for_update(skip_locked=True)
        )
        statement = update(OutboxMessage).where(OutboxMessage.id.in_(ours)).values(lease_until=now + self._timing.lease)
        try:
            with transaction() as session:
                session.connection().execute(statement)
        except SQLAlchemyError as error:
            log.warning("lease_not_renewed", error=type(error).__name__)


@contextmanager
def kept_lease(app: Flask, token: str, timing: Timing) -> Iterator[LeaseKeeper]:
    """Renew the leases of ``token`` while the block runs."""
    keeper = LeaseKeeper(app, token, timing)
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()
