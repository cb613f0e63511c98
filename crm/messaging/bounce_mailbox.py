"""The mailbox in which returned mail lies, read through IMAP."""

import contextlib
import imaplib
import ssl
from collections import Counter

import structlog

from crm.actors import system_actor
from crm.db import transaction
from crm.messaging.bounce_settings import BounceMailbox
from crm.messaging.bounces import file_bounce
from crm.messaging.setup import current_messaging

log = structlog.get_logger()
MOST_AT_ONCE = 200
LARGEST = 2_000_000
_SECONDS = 30.0


def fetch_bounces(mailbox: BounceMailbox) -> str:
    """Read the unread mail, act on each in a transaction of its own, and mark it as read. Safe to repeat.

    Raises OSError or imaplib's errors when the mailbox cannot be read, which turns its heartbeat red.
    """
    kinds: Counter[str] = Counter()
    connection = _connect(mailbox)
    try:
        connection.login(mailbox.username, mailbox.password)
        status, _answer = connection.select(_quoted(mailbox.folder))
        if status != "OK":
            raise imaplib.IMAP4.error("the folder cannot be opened")
        for number in _unread(connection):
            kinds[_take(connection, number)] += 1
    finally:
        _leave(connection)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "no returned mail"


def look_for_bounces() -> str:
    """The periodic job: read the mailbox, where one is set."""
    mailbox = current_messaging().bounces
    return "no mailbox is set" if mailbox is None else fetch_bounces(mailbox)


def _connect(mailbox: BounceMailbox) -> imaplib.IMAP4:
    if not mailbox.tls:
        return imaplib.IMAP4(mailbox.host, mailbox.port, timeout=_SECONDS)
    context = ssl.create_default_context()
    return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, ssl_context=context, timeout=_SECONDS)


def _unread(connection: imaplib.IMAP4) -> list[str]:
    status, answer = connection.search(None, "UNSEEN")
    if status != "OK":
        raise imaplib.IMAP4.error("the folder cannot be searched")
    numbers = answer[0].split() if answer and answer[0] else []
    return [number.decode() for number in numbers[:MOST_AT_ONCE]]


def _take(connection: imaplib.IMAP4, number: str) -> str:
    """File one mail. It is marked as read only after that was committed, so that a crash reads it again.

    One that the server does not give stays unread for the next time; the others do not wait for it.
    """
    raw = _fetched(connection, number)
    if raw is None:
        return "unreadable"
    with transaction():
        kind = file_bounce(system_actor("messaging.bounces"), raw).kind
    connection.store(number, "+FLAGS", "\\Seen")
    return kind


def _fetched(connection: imaplib.IMAP4, number: str) -> bytes | None:
    _status, answer = connection.fetch(number, f"(BODY.PEEK[]<0.{LARGEST}>)")
    literals = (item[1] for item in answer if isinstance(item, tuple))
    return next((each for each in literals if isinstance(each, bytes)), None)


def _leave(connection: imaplib.IMAP4) -> None:
    try:
        connection.logout()
    except (imaplib.IMAP4.error, OSError) as error:
        log.info("imap_goodbye_failed", error=type(error).__name__)
        # Nobody said goodbye, so nobody has closed the connection either.
        with contextlib.suppress(OSError):
            connection.shutdown()


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
