"""The receivers, as a process of their own: a mail server, an SMS gateway, and what they remember.

``python -m surveys.simulation.receiver FILE`` prints its two ports and serves until its input ends. Everything that was
accepted stands in FILE, one JSON object on a line, written through to the disk before the sender hears of it.
"""

import json
import os
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from email.parser import BytesHeaderParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from surveys.simulation.smtp_session import SmtpSession

LOOPBACK = "127.0.0.1"
_PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Accepted:
    """One message that a receiver took over. ``reference`` is the Message-ID, or the reference given with an SMS."""

    channel: str
    reference: str
    to: str
    body: str
    """A mail's bytes in base64, an SMS's text."""


class Store:
    """The append-only file of what was accepted, and who is still speaking."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._known: set[str] = set()
        self._changed = threading.Condition()
        self._speaking = 0

    def keep(self, accepted: Accepted) -> None:
        """Write it down; it is on the disk when this returns."""
        with self._changed:
            self._file.write(json.dumps(asdict(accepted)).encode() + b"\n")
            os.fsync(self._file.fileno())
            self._known.add(accepted.reference)

    def has(self, reference: str) -> bool:
        """Whether a message with this reference was accepted."""
        with self._changed:
            return reference in self._known

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """While the block runs, somebody may still hand something over."""
        with self._changed:
            self._speaking += 1
        try:
            yield
        finally:
            with self._changed:
                self._speaking -= 1
                self._changed.notify_all()

    def wait_for_silence(self) -> bool:
        """Wait until what dead senders left in the pipes has been read. False when somebody goes on speaking."""
        with self._changed:
            return self._changed.wait_for(lambda: self._speaking == 0, _PATIENCE_SECONDS)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    store: Store


class _WebServer(ThreadingHTTPServer):
    daemon_threads = True
    store: Store


class _Mail(StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        store = cast(_Server, self.server).store
        with store.speaking():
            SmtpSession(self.rfile, self._reply, lambda to, text: store.keep(_mail(to, text))).serve()

    def _reply(self, line: bytes) -> None:
        try:
            self.wfile.write(line)
        except OSError:
            # A sender that was killed hears nothing; what it has handed over counts all the same.
            return


class _Web(BaseHTTPRequestHandler):
    """POST /sms takes a message, GET /has?reference= says whether one is there, GET /silence waits for dead senders."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        store = cast(_WebServer, self.server).store
        with store.speaking():
            said: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            store.keep(Accepted("sms", said["reference"], said["to"], said["text"]))
            self._answer(200)

    def do_GET(self) -> None:
        store = cast(_WebServer, self.server).store
        parts = urlsplit(self.path)
        if parts.path == "/silence":
            self._answer(200 if store.wait_for_silence() else 503)
            return
        asked = parse_qs(parts.query)
        reference = (asked.get("message_id") or asked.get("reference") or [""])[0]
        self._answer(200 if store.has(reference) else 404)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the file is the log."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True


def _mail(to: str, text: bytes) -> Accepted:
    message_id = str(BytesHeaderParser().parsebytes(text).get("Message-ID", "")).strip()
    return Accepted("email", message_id, to, b64encode(text).decode())


def main() -> None:
    """Serve until the input ends, that is until whoever started this process is gone."""
    store = Store(Path(sys.argv[1]))
    mail = _Server((LOOPBACK, 0), _Mail)
    web = _WebServer((LOOPBACK, 0), _Web)
    mail.store = web.store = store
    for server in (mail, web):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"mail": mail.server_address[1], "web": web.server_address[1]}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
