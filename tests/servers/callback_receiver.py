"""A small HTTP server that receives callbacks as the application would, answers as told, and keeps them."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from tests.servers.processes import LOOPBACK


@dataclass(frozen=True)
class Posted:
    """One form that was posted."""

    path: str
    authorization: str | None
    form: dict[str, str]


class CallbackReceiver:
    """Answers with the statuses in `statuses`, one each, then 204; `body` goes with every answer."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.statuses: list[int] = []
        self.body = b""
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.05), daemon=True)

    @property
    def url(self) -> str:
        """The address of the receiver, without a slash at its end."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def start(self) -> "CallbackReceiver":
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = {key: values[-1] for key, values in parse_qs(text).items()}
                receiver.posted.append(Posted(self.path, self.headers.get("Authorization"), form))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.send_header("Content-Length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)

            def log_message(self, format: str, *args: object) -> None:
                """Stay silent."""

        return Handler
