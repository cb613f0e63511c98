"""Who gets the letters in a fault run, what it really received, and how it can be asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select

from crm.db import current_session
from crm.messaging.crash_points import NAMES
from crm.messaging.models import Channel, MailboxItem, OutboxMessage
from tests.faults.letters import number_of
from tests.servers.elks46 import PASSWORD, USERNAME, ElksSimulator
from tests.servers.processes import LOOPBACK
from tests.servers.smtp import SmtpSink


class Receiver(Protocol):
    """A receiver of letters; ``environment`` are the settings that lead to it."""

    channel: Channel
    askable: bool
    points: Sequence[str]
    """The crash points that a sender to this receiver comes to."""

    def start(self) -> Mapping[str, str]: ...
    def received(self) -> Counter[str]:
        """How many copies it holds, by the key that ``key_of`` gives a message."""
        ...

    def key_of(self, message: OutboxMessage) -> str: ...
    def stop(self) -> None: ...


class SmtpReceiver:
    """The SMTP sink; with ``askable`` also a log of what it accepted."""

    channel = Channel.EMAIL
    points: Sequence[str] = NAMES

    def __init__(self, *, askable: bool) -> None:
        self.askable = askable
        self.sink = SmtpSink()
        self._log: ThreadingHTTPServer | None = None

    def start(self) -> Mapping[str, str]:
        self.sink.start()
        found = {"MAIL": "smtp", "SMTP_URL": f"smtp://{LOOPBACK}:{self.sink.port}?tls=none"}
        if self.askable:
            self._log = serve_log(self.sink)
            found["SMTP_ASK_URL"] = f"http://{LOOPBACK}:{self._log.server_port}/"
        return found

    def received(self) -> Counter[str]:
        return Counter(message.message_id for message in self.sink.messages())

    def key_of(self, message: OutboxMessage) -> str:
        return message.message_id

    def stop(self) -> None:
        if self._log is not None:
            self._log.shutdown()
            self._log.server_close()
        self.sink.stop()


class ElksReceiver:
    """The simulator of 46elks, which is asked through its history."""

    channel = Channel.SMS
    askable = True
    points = tuple(name for name in NAMES if name not in ("during_data", "before_enclosed"))

    def __init__(self) -> None:
        self.simulator = ElksSimulator()

    def start(self) -> Mapping[str, str]:
        self.simulator.start()
        return {
            "MAIL": "mailbox",
            "SMS": "elks46",
            "ELKS46_USERNAME": USERNAME,
            "ELKS46_PASSWORD": PASSWORD,
            "ELKS46_API_URL": self.simulator.url,
        }

    def received(self) -> Counter[str]:
        return Counter(sms["recipient"] for sms in self.simulator.accepted())

    def key_of(self, message: OutboxMessage) -> str:
        return number_of(int(message.purpose_ref))

    def stop(self) -> None:
        self.simulator.stop()


class MailboxReceiver:
    """The local mailbox in the same database."""

    channel = Channel.EMAIL
    askable = True
    points = NAMES

    def start(self) -> Mapping[str, str]:
        return {"MAIL": "mailbox"}

    def received(self) -> Counter[str]:
        return Counter(current_session().scalars(select(MailboxItem.message_id)))

    def key_of(self, message: OutboxMessage) -> str:
        return message.message_id

    def stop(self) -> None:
        """Nothing runs."""


def serve_log(sink: SmtpSink) -> ThreadingHTTPServer:
    """Answer GET ?message_id= from what the sink has accepted: 200 or 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            [wanted] = parse_qs(urlsplit(self.path).query)["message_id"]
            has_it = wanted in sink.by_message_id()
            self.send_response(200 if has_it else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server
