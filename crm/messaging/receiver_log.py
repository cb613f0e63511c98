"""Asking a mail server's log whether it took a message: the only honest answer to "did it arrive?" after a
crash."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import urlsplit

import structlog

from crm import clock
from crm.errors import SettingsError
from crm.extension_points import SendResult
from crm.messaging.rendering import Letter
from crm.messaging.timing import Timing

log = structlog.get_logger()
Answer = Literal["has_it", "has_not", "cannot_say"]


class ReceiverLog(Protocol):
    """Somebody who knows which Message-IDs the mail server has accepted."""

    def has(self, message_id: str) -> Answer:
        """Whether the server accepted the message. Never raises."""
        ...


@dataclass(frozen=True)
class HttpReceiverLog:
    """A service beside the mail server that is asked with GET <url>?message_id=: 200 it has it, 404 it has
    not."""

    url: str
    seconds: float = 10.0

    def has(self, message_id: str) -> Answer:
        """Ask. Whatever is neither 200 nor 404 means that it cannot be said."""
        import requests  # heavy, and for installations with such a service alone

        try:
            reply = requests.get(
                self.url, params={"message_id": message_id}, timeout=self.seconds, allow_redirects=False
            )
        except requests.RequestException as error:
            log.warning("receiver_log_silent", error=type(error).__name__)
            return "cannot_say"
        if reply.status_code == 200:
            return "has_it"
        return "has_not" if reply.status_code == 404 else "cannot_say"


class LogReceiver:
    """The mail server behind its log. It may still take what it was handed for ``settle`` after the
    lease's end, so only after that does "has not" mean that the message may be sent again."""

    key = "smtp"

    def __init__(self, log_of_server: ReceiverLog, timing: Timing) -> None:
        self._log = log_of_server
        self._timing = timing

    def ask(self, letter: Letter, *, since: datetime, until: datetime) -> SendResult | None:
        """Look the Message-ID up (see Receiver.ask)."""
        answer = self._log.has(letter.message_id)
        if answer == "has_it":
            return SendResult("accepted", reply="found in the log of the mail server")
        if answer == "has_not" and clock.now() > until + self._timing.settle:
            return None
        return SendResult("unknown", reply="The log of the mail server does not have it yet.")


def receiver_log_from(environment: Mapping[str, str]) -> ReceiverLog | None:
    """The log that BROBYGG_SMTP_ASK_URL names, None without one. Raises SettingsError."""
    url = environment.get("BROBYGG_SMTP_ASK_URL", "").strip()
    if not url:
        return None
    if urlsplit(url).scheme not in ("http", "https"):
        raise SettingsError("BROBYGG_SMTP_ASK_URL: an address that starts with http:// or https://")
    return HttpReceiverLog(url)
