"""What a simulator of a business register is made of: an HTTP server on loopback with faults to order.

A plugin derives from ``Simulator`` and answers as its register does. The simulator runs as a program of its own
(`serve`) or inside the sample installation, where it is started by the first look-up (`lazily`).

The control channel is JSON under /_sim/: GET health, state · POST faults, clear, reset, change, limit.
- faults: {"kind": status | garbage | hang_up | slow, "path": a regular expression, "times": 1, "code": 500,
  "retry_after": 30, "seconds": 1.5}; the first that fits is used up.
- change: {"number": ..., "values": {...}} puts values into what is known of a company; null takes one out.
- limit: {"requests": 3} answers 429 once so many have been answered; null lifts it.
"""

import argparse
import json
import re
import signal
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """A request. ``query`` has the last value of each parameter; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, None for anything else."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Reply:
    """What to answer; ``body`` None sends none."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Simulator(ThreadingHTTPServer, ABC):
    """A register of made-up companies. Derive, and say in ``answer`` what it answers."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.lock = threading.Lock()
        self.companies: dict[str, dict[str, Any]] = {}
        self.faults: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.left: int | None = None
        self.reset()

    @abstractmethod
    def fresh(self) -> dict[str, dict[str, Any]]:
        """The companies at the start, by number, as the register would write them."""

    @abstractmethod
    def answer(self, asked: Asked) -> Reply:
        """What the register answers."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def reset(self) -> None:
        """Forget everything that was changed, and all faults."""
        self.companies = deepcopy(self.fresh())
        self.faults, self.asked, self.left = [], [], None

    def start(self) -> str:
        """Serve in a thread of this process. Returns where."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        return self.url

    def stop(self) -> None:
        """End the serving."""
        self.shutdown()
        self.server_close()

    def fault_for(self, path: str) -> dict[str, Any] | None:
        """The first fault that fits, used up once."""
        with self.lock:
            for fault in self.faults:
                if re.search(fault.get("path", ""), path):
                    fault["times"] = fault.get("times", 1) - 1
                    if fault["times"] < 1:
                        self.faults.remove(fault)
                    return fault
        return None

    def over_limit(self) -> bool:
        """Whether so many requests were answered that this one is refused."""
        with self.lock:
            if self.left is None:
                return False
            self.left -= 1
            return self.left < 0

    def control(self, action: str, argument: dict[str, Any]) -> bool:
        """Do what the control channel says; False for an unknown action."""
        if action == "faults":
            self.faults.append(argument)
        elif action == "clear":
            self.faults, self.left = [], None
        elif action == "reset":
            self.reset()
        elif action == "limit":
            self.left = argument.get("requests")
        elif action == "change":
            company = self.companies.setdefault(argument["number"], {})
            for name, value in argument["values"].items():
                if value is None:
                    company.pop(name, None)
                else:
                    company[name] = value
        else:
            return False
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about clients that are gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Simulator

    def do_GET(self) -> None:
        self._serve("GET", b"")

    def do_POST(self) -> None:
        self._serve("POST", self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _serve(self, method: str, body: bytes) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/_sim/"):
            self._control(parts.path.removeprefix("/_sim/"), body)
            return
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(method, parts.path, query, headers, body)
        with self.server.lock:
            kept = {"method": method, "path": parts.path, "query": query, "headers": headers}
            self.server.asked.append(kept | {"body": body.decode(errors="replace")})
        fault = self.server.fault_for(parts.path)
        if fault is not None and not self._goes_on(fault):
            return
        if self.server.over_limit():
            self._send(Reply(429, {"message": "Too many requests"}, {"Retry-After": "30"}))
            return
        self._send(self.server.answer(asked))

    def _control(self, action: str, body: bytes) -> None:
        if action == "health":
            self._send(Reply(200, {"ok": True}))
        elif action == "state":
            self._send(Reply(200, {"asked": self.server.asked, "companies": self.server.companies}))
        else:
            known = self.server.control(action, json.loads(body or b"{}"))
            self._send(Reply(200 if known else 404, {"ok": known}))

    def _goes_on(self, fault: dict[str, Any]) -> bool:
        """Do what the fault says. Whether the request is answered all the same."""
        if fault["kind"] == "slow":
            time.sleep(float(fault.get("seconds", 1)))
            return True
        if fault["kind"] == "hang_up":
            self.close_connection = True
        elif fault["kind"] == "garbage":
            self._write(200, b"<html>Welcome to the hotel's network</html>", {"Content-Type": "text/html"})
        else:
            wait = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
            self._send(Reply(int(fault.get("code", 500)), {"message": "fault"}, wait))
        return False

    def _send(self, reply: Reply) -> None:
        body = b"" if reply.body is None else json.dumps(reply.body, ensure_ascii=False).encode()
        self._write(reply.status, body, {"Content-Type": JSON, **reply.headers})

    def _write(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def lazily(make: Callable[[], Simulator]) -> Callable[[], str]:
    """The address of a simulator that is started, once in this process, when it is first asked for."""
    lock = threading.Lock()
    running: list[Simulator] = []

    def address() -> str:
        with lock:
            if not running:
                running.append(make())
                running[0].start()
            return running[0].url

    return address


def serve(make: Callable[[int], Simulator], description: str) -> None:
    """Serve as a program until SIGTERM or SIGINT; writes its address to standard output."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, required=True)
    simulator = make(parser.parse_args().port)
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the serving thread, so it must not run in it.
        signal.signal(number, lambda *_: threading.Thread(target=simulator.shutdown).start())
    print(f"{description} {simulator.url}", flush=True)
    try:
        simulator.serve_forever(poll_interval=0.1)
    finally:
        simulator.server_close()
