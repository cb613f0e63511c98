"""A local simulator of 46elks: `python -m plugins.elks46.simulator --port 4646 --state elks.sqlite`.

It listens on loopback only, keeps what it accepted on disk before it answers, and goes on where it was after
a restart.

As 46elks documents it (https://46elks.com/docs):
- POST /a1/sms, HTTP Basic, form `from`, `to`, `message`, `whendelivered`, `dontlog`, `dryrun`; the reply is
  JSON with `id`, `from`, `to`, `created`, `cost`, `parts`, `direction`, `status`. The path may be written
  /a1/SMS.
- GET /a1/sms with `to`, `start`, `end`, `limit` (at most 100), newest first. `start` is the LATER end
  ("before this date"), `end` the earlier one; `next` is a time to give as the next `start`. GET /a1/sms/{id}
  shows one message.
- `dontlog=message` leaves the text out of the history; id, numbers and times stay.
- Delivery reports and inbound SMS: see simulator_carrier.
- `dryrun=yes` sends nothing and has no id; the reply has `estimated_cost`.

Not documented, so chosen here: the texts of errors; 403 for an empty account; whether `start` includes its
own instant (it does here); how soon a message stands in the history (at once, or after the setting
`history_delay`); whether the history shows `parts` (it does not here).

The control channel is JSON under /_sim/, without a password: GET health, state · POST settings, faults,
clear, reset, inbound, forged. Kinds of faults, each with `pattern` (a regular expression on the number),
`times`, and `seconds` or `code` and `text` where they have a meaning: timeout_before, timeout_after,
drop_before, drop_after (before or after the message was accepted), status (refused), status_after (accepted
all the same), garbage (accepted, the reply is no JSON), slow; history_status, history_garbage, history_slow;
report_none, report_late, report_twice, report_reversed, report_failed.
"""

import argparse
import base64
import hmac
import json
import re
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from plugins.elks46.callbacks import is_e164
from plugins.elks46.simulator_carrier import COST_OF_A_PART, Carrier
from plugins.elks46.simulator_store import Row, Store
from plugins.elks46.simulator_text import count_parts

SEND_FAULTS = (
    *("timeout_before", "timeout_after", "drop_before", "drop_after"),
    *("status", "status_after", "garbage", "slow"),
)
HISTORY_FAULTS = ("history_status", "history_garbage", "history_slow")
TEXT_SENDER = re.compile(r"[A-Za-z][A-Za-z0-9 ]{0,10}", re.ASCII)
MOST_A_PAGE = 100


class Simulator(ThreadingHTTPServer):
    """The HTTP server with its store and its carrier."""

    daemon_threads = True

    def __init__(self, port: int, state: Path | str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.store = Store(state)
        self.carrier = Carrier(self.store)

    @property
    def url(self) -> str:
        """The address to give to ElksSettings."""
        return f"http://127.0.0.1:{self.server_port}"

    def run(self) -> None:
        """Serve until `shutdown()` is called from another thread."""
        self.carrier.start()
        try:
            self.serve_forever(poll_interval=0.1)
        finally:
            self.carrier.stop()
            self.server_close()
            self.store.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about clients that are gone: being killed in the middle is what they are tested for."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Simulator

    def do_GET(self) -> None:
        """The history, one message, or the control channel."""
        path = urlsplit(self.path).path
        if path == "/_sim/health":
            self._answer(200, {"ok": True})
        elif path == "/_sim/state":
            self._answer(200, self.server.store.evidence())
        elif not self._is_authorised():
            self._refuse(401, "API access requires Basic HTTP authentication")
        elif path.lower() == "/a1/sms":
            self._history({key: values[-1] for key, values in parse_qs(urlsplit(self.path).query).items()})
        elif path.lower().startswith("/a1/sms/"):
            sms = self.server.store.sms(path.rpartition("/")[2])
            self._answer(200, shown(sms)) if sms else self._refuse(404, "Not found")
        else:
            self._refuse(404, "Not found")

    def do_POST(self) -> None:
        """A message to send, or the control channel."""
        path = urlsplit(self.path).path
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if path.startswith("/_sim/"):
            self._control(path.removeprefix("/_sim/"), json.loads(body or b"{}"))
        elif path.lower() == "/a1/sms":
            pairs = parse_qs(body.decode(), keep_blank_values=True)
            self._send({key: values[-1] for key, values in pairs.items()})
        else:
            self._refuse(404, "Not found")

    # --- sending

    def _send(self, form: dict[str, str]) -> None:
        store, to = self.server.store, form.get("to", "")
        fault = store.take_fault(SEND_FAULTS, to) or {"kind": ""}
        kind = fault["kind"]
        if kind in ("timeout_before", "drop_before", "status"):
            store.note_request("POST /a1/sms", to, kind)
            self._fail(fault)
            return
        if kind == "slow":
            time.sleep(float(fault["seconds"]))
        problem = self._problem_with(form)
        if problem is not None:
            store.note_request("POST /a1/sms", to, f"refused {problem[0]}")
            self._refuse(*problem)
        elif form.get("dryrun") == "yes":
            store.note_request("POST /a1/sms", to, "dryrun")
            self._answer(200, dry_run(form))
        else:
            self._accept(form, fault)

    def _accept(self, form: dict[str, str], fault: Row) -> None:
        store, parts = self.server.store, count_parts(form["message"])
        sms = store.add_sms(
            direction="outgoing",
            sender=form["from"],
            recipient=form["to"],
            message=form["message"],
            cost=parts * COST_OF_A_PART,
            parts=parts,
            status="created",
            whendelivered=form.get("whendelivered", ""),
            dontlog=int(form.get("dontlog") == "message"),
            listed_from=time.time() + float(store.setting("history_delay")),
        )
        store.note_request("POST /a1/sms", form["to"], f"accepted {fault['kind']}".strip())
        self.server.carrier.plan_reports(sms)
        if fault["kind"] in ("", "slow"):
            self._answer(200, shown(sms) | {"parts": parts})
        else:
            self._fail(fault)

    def _problem_with(self, form: dict[str, str]) -> tuple[int, str] | None:
        if not self._is_authorised():
            return 401, "API access requires Basic HTTP authentication"
        for key in ("from", "to", "message"):
            if not form.get(key):
                return 400, f"Missing key {key}"
        if not is_e164(form["to"]):
            return 400, f"Invalid to number: {form['to']}"
        if not is_e164(form["from"]) and TEXT_SENDER.fullmatch(form["from"]) is None:
            return 400, "Invalid from: neither a number nor a text of at most 11 letters"
        if self.server.store.setting("balance") < COST_OF_A_PART * count_parts(form["message"]):
            return 403, "Not enough credits"
        return None

    def _is_authorised(self) -> bool:
        store = self.server.store
        pair = f"{store.setting('username')}:{store.setting('password')}".encode()
        wanted = "Basic " + base64.b64encode(pair).decode()
        return hmac.compare_digest(self.headers.get("Authorization") or "", wanted)

    # --- the history

    def _history(self, query: dict[str, str]) -> None:
        fault = self.server.store.take_fault(HISTORY_FAULTS, query.get("to", "")) or {"kind": ""}
        if fault["kind"] == "history_slow":
            time.sleep(float(fault["seconds"]))
        elif fault["kind"]:
            self._fail(fault)
            return
        limit = min(int(query.get("limit", MOST_A_PAGE)), MOST_A_PAGE)
        rows, following = self.server.store.history(
            to=query.get("to", ""), before=query.get("start", ""), after=query.get("end", ""), limit=limit
        )
        page: dict[str, Any] = {"data": [shown(row) for row in rows]}
        self._answer(200, page | ({"next": following} if following else {}))

    # --- the control channel

    def _control(self, action: str, argument: dict[str, Any]) -> None:
        store, carrier = self.server.store, self.server.carrier
        result: Any = None
        match action:
            case "settings":
                store.change_settings(argument)
            case "faults":
                store.add_fault(argument.pop("kind"), argument.pop("times", None), argument)
            case "clear":
                store.clear_faults()
            case "reset":
                store.reset()
            case "inbound":
                result = shown(carrier.receive(**({"url": None} | argument)))
            case "forged":
                carrier.forge(**argument)
            case _:
                self._refuse(404, "no such action")
                return
        self._answer(200, {"result": result})

    # --- replies

    def _fail(self, fault: Row) -> None:
        """Answer as the fault says: with a status, with nonsense, or by hanging up after a while."""
        if "status" in fault["kind"]:
            self._refuse(int(fault.get("code", 500)), str(fault.get("text", "Internal error")))
        elif "garbage" in fault["kind"]:
            self._reply(200, b"<html>Welcome to the hotel's network</html>", "text/html")
        else:
            time.sleep(float(fault.get("seconds", 0)))
            self.close_connection = True

    def _answer(self, status: int, value: object) -> None:
        self._reply(status, json.dumps(value).encode(), "application/json")

    def _refuse(self, status: int, text: str) -> None:
        self._reply(status, text.encode(), "text/plain; charset=utf-8")

    def _reply(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: addresses of requests carry phone numbers. What was asked stands in the store."""


def shown(sms: Row) -> Row:
    """Return a message as the API shows it."""
    names = {"id": "id", "direction": "direction", "from": "sender", "to": "recipient", "created": "created"}
    names |= {"cost": "cost"} | ({} if sms["dontlog"] else {"message": "message"})
    entry = {name: sms[column] for name, column in names.items()}
    return entry | {name: sms[name] for name in ("status", "delivered") if sms[name]}


def dry_run(form: dict[str, str]) -> Row:
    """Return the reply to a request that was only to be checked."""
    parts = count_parts(form["message"])
    same = {key: form[key] for key in ("from", "to", "message")}
    return same | {
        "direction": "outgoing",
        "status": "created",
        "parts": parts,
        "estimated_cost": parts * COST_OF_A_PART,
    }


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description="A local simulator of 46elks.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="a SQLite file; it is made when missing")
    options = parser.parse_args()
    simulator = Simulator(options.port, options.state)
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for the serving thread, so it must not run in it.
        signal.signal(number, lambda *_: threading.Thread(target=simulator.shutdown).start())
    print(f"46elks simulator on {simulator.url}", flush=True)
    simulator.run()


if __name__ == "__main__":
    main()
