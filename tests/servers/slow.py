"""A slow machine on a fast one: what the browser asks for comes late and in two parts, and no click waits for it.

A test that reads a page before it is there passes on a fast machine, and now and then fails on a slow one. Here it
fails each time: ``BROBYGG_TEST_SLOW_MS=300 make test ARGS="-m browser"``.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partialmethod
from http.client import HTTPConnection, HTTPException, HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from playwright.sync_api import Locator

from tests.servers.processes import LOOPBACK
from tests.servers.threads import answering

VARIABLE = "BROBYGG_TEST_SLOW_MS"
# Else Chromium asks what runs on this machine directly.
NOT_DIRECTLY = "<-loopback>"
# Of one connection alone, or of the way between two programs.
HOP_BY_HOP = {"connection", "proxy-connection", "keep-alive", "transfer-encoding", "content-length"}


@contextmanager
def slowed_down() -> Iterator[str | None]:
    """The address of a proxy that is as slow as the variable says; None where it says nothing."""
    milliseconds = int(os.environ.get(VARIABLE) or 0)
    if not milliseconds:
        yield None
        return
    with _hasty_clicks(), _proxy(milliseconds / 1000) as address:
        yield address


@contextmanager
def _hasty_clicks() -> Iterator[None]:
    """Clicks and keys are over before the browser begins to leave the page, as they may be where it has much to do.

    Playwright waits for the beginning of the next page when it hears in time that the browser leaves this one.
    """
    kept = {name: getattr(Locator, name) for name in ("click", "press")}
    for name, method in kept.items():
        setattr(Locator, name, partialmethod(method, no_wait_after=True))
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(Locator, name, method)


@contextmanager
def _proxy(seconds: float) -> Iterator[str]:
    handler = type("Handler", (_Handler,), {"seconds": seconds})
    server = ThreadingHTTPServer((LOOPBACK, 0), handler)
    server.daemon_threads = True
    with answering(server) as address:
        yield address


class _Handler(BaseHTTPRequestHandler):
    """Hands requests on, and answers back: pages and what scripts fetch late, pages in two halves."""

    protocol_version = "HTTP/1.1"
    seconds = 0.0

    def handle(self) -> None:
        # The window may be closed by now, or the server stopped: then nobody waits for the answer.
        with suppress(OSError, HTTPException):
            super().handle()

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_page = self.headers.get("Sec-Fetch-Mode") == "navigate"
        if is_page or self.headers.get("Sec-Fetch-Dest") == "empty":
            time.sleep(self.seconds)
        status, headers, answer = self._ask(body)
        self._answer(status, headers, answer, is_page=is_page)

    def _ask(self, body: bytes) -> tuple[int, HTTPMessage, bytes]:
        url = urlsplit(self.path)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        connection = HTTPConnection(url.hostname or LOOPBACK, url.port or 80, timeout=60)
        try:
            connection.request(self.command, url._replace(scheme="", netloc="").geturl(), body or None, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: HTTPMessage, answer: bytes, *, is_page: bool) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        half = len(answer) // 2 if is_page else 0
        if half:
            self.wfile.write(answer[:half])
            time.sleep(self.seconds)
        self.wfile.write(answer[half:])

    def do_GET(self) -> None:
        self._hand_on()

    def do_POST(self) -> None:
        self._hand_on()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""
