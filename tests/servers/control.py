"""A small JSON-over-HTTP control channel for servers that run as processes of their own.

A test that has set a fault may go on at once: the reply comes after the change is in force.
"""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.servers.processes import LOOPBACK

JSON_TYPE = "application/json"
Action = Callable[[dict[str, Any]], Any]
Question = Callable[[dict[str, str]], bool]


def serve_control(port: int, actions: Mapping[str, Action], questions: Mapping[str, Question]) -> ThreadingHTTPServer:
    """Serve each action under POST /<name>, in a thread: JSON argument in, JSON result out.

    A question is a GET with a query, answered 200 for yes and 404 for no.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            action = actions.get(self.path.strip("/"))
            length = int(self.headers.get("Content-Length") or 0)
            argument = json.loads(self.rfile.read(length) or b"{}")
            self._answer(*((404, None) if action is None else (200, action(argument))))

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            question = questions.get(parts.path.strip("/"))
            yes = question is not None and question(dict(parse_qsl(parts.query)))
            self._answer(200 if yes else 404, yes)

        def _answer(self, status: int, result: object) -> None:
            body = json.dumps(result).encode()
            self.send_response(status)
            self.send_header("Content-Type", JSON_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent: the control channel is no part of what a test looks at."""

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def call_control(port: int, action: str, argument: Mapping[str, Any] | None = None) -> Any:
    """Call an action of `serve_control` and return its result."""
    request = urllib.request.Request(
        f"http://{LOOPBACK}:{port}/{action}",
        data=json.dumps(dict(argument or {})).encode(),
        headers={"Content-Type": JSON_TYPE},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.loads(reply.read())


def control_answers(port: int) -> bool:
    """Say whether the control channel is up (its action `ping` answers)."""
    try:
        call_control(port, "ping")
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True
