"""What the simulator of 46elks remembers: a SQLite file, on disk before any reply leaves."""

import json
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]

SCHEMA = """ CREATE TABLE IF NOT EXISTS sms ( id TEXT PRIMARY KEY, direction TEXT NOT NULL, sender TEXT NOT
NULL, recipient TEXT NOT NULL, message TEXT NOT NULL, created TEXT NOT NULL, status TEXT, delivered TEXT, cost
INTEGER NOT NULL, parts INTEGER NOT NULL, whendelivered TEXT NOT NULL DEFAULT '', dontlog INTEGER NOT NULL
DEFAULT 0, listed_from REAL NOT NULL DEFAULT 0); CREATE TABLE IF NOT EXISTS post ( seq INTEGER PRIMARY KEY,
kind TEXT NOT NULL, url TEXT NOT NULL, form TEXT NOT NULL, sms_id TEXT NOT NULL, due REAL NOT NULL, attempts
INTEGER NOT NULL DEFAULT 0, finished INTEGER NOT NULL DEFAULT 0, last_reply TEXT); CREATE TABLE IF NOT EXISTS
request ( seq INTEGER PRIMARY KEY, at TEXT NOT NULL, line TEXT NOT NULL, recipient TEXT NOT NULL, outcome TEXT
NOT NULL); CREATE TABLE IF NOT EXISTS reply_body ( seq INTEGER PRIMARY KEY, sms_id TEXT NOT NULL, status
INTEGER NOT NULL, body TEXT NOT NULL); CREATE TABLE IF NOT EXISTS fault (seq INTEGER PRIMARY KEY, kind TEXT
NOT NULL, options TEXT NOT NULL, times INTEGER); CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY,
value TEXT NOT NULL);
"""
TABLES = ("sms", "post", "request", "reply_body", "fault", "setting")
DEFAULTS: Mapping[str, Any] = {
    "username": "u-simulator",
    "password": "p-simulator",
    "balance": 100_000_000,
    "history_delay": 0.0,
    "time_scale": 1.0,
    "sms_urls": {},
}


class Store:
    """The simulator's tables. Safe to use from several threads: one connection behind one lock."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One durable transaction."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, query: str, arguments: Sequence[object] = ()) -> list[Row]:
        """Run a read."""
        with self._lock:
            return [dict(row) for row in self._connection.execute(query, arguments)]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def setting(self, key: str) -> Any:
        """Return a setting, or its default."""
        found = self.rows("SELECT value FROM setting WHERE key = ?", [key])
        return json.loads(found[0]["value"]) if found else DEFAULTS[key]

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Set settings by name. Raises KeyError for one that does not exist."""
        with self.writing() as connection:
            for key, value in changes.items():
                _ = DEFAULTS[key]
                connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [key, json.dumps(value)])

    def reset(self) -> None:
        """Forget everything, settings included."""
        with self.writing() as connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM {table}")

    def evidence(self) -> dict[str, list[Row]]:
        """Return all that is remembered, texts included: what a test counts."""
        return {table: self.rows(f"SELECT * FROM {table} ORDER BY rowid") for table in TABLES}

    # --- messages

    def add_sms(self, **values: Any) -> Row:
        """Keep a message and take its cost off the balance; return its row, with `id` and `created`."""
        with self.writing() as connection:
            row = {"id": "s" + secrets.token_hex(16), "created": self._next_created(), **values}
            names, marks = ", ".join(row), ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO sms ({names}) VALUES ({marks})", list(row.values()))
            balance = json.dumps(self.setting("balance") - row["cost"])
            connection.execute("INSERT OR REPLACE INTO setting VALUES ('balance', ?)", [balance])
        return self.rows("SELECT * FROM sms WHERE id = ?", [row["id"]])[0]

    def _next_created(self) -> str:
        """Return the present time to the millisecond, as in 46elks' examples, but later than any before."""
        text = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "000"
        last = self.rows("SELECT max(created) AS created FROM sms")[0]["created"]
        if last is None or text > last:
            return text
        return (datetime.fromisoformat(last) + timedelta(milliseconds=1)).isoformat(timespec="microseconds")

    def sms(self, sms_id: str) -> Row | None:
        """Return one message."""
        found = self.rows("SELECT * FROM sms WHERE id = ?", [sms_id])
        return found[0] if found else None

    def history(self, *, to: str, before: str, after: str, limit: int) -> tuple[list[Row], str | None]:
        """Return a page, newest first, and where the next one starts."""
        query = "SELECT * FROM sms WHERE created <= ? AND created >= ? AND (? = '' OR recipient = ?)"
        query += " AND listed_from <= ? ORDER BY created DESC LIMIT ?"
        found = self.rows(query, [before or "9", after, to, to, time.time(), limit + 1])
        return found[:limit], found[limit]["created"] if len(found) > limit else None

    def progress(self, sms_id: str, status: str, delivered: str | None) -> None:
        """Move a message on; `delivered` and `failed` are final."""
        with self.writing() as connection:
            change = "UPDATE sms SET status = ?, delivered = ? WHERE id = ?"
            open_only = " AND status NOT IN ('delivered', 'failed')"
            connection.execute(change + open_only, [status, delivered, sms_id])

    # --- posts to the customer

    def plan_post(self, *, kind: str, url: str, form: Mapping[str, str], sms_id: str, due: float) -> None:
        """Plan a callback or an inbound SMS."""
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO post (kind, url, form, sms_id, due) VALUES (?, ?, ?, ?, ?)",
                [kind, url, json.dumps(dict(form)), sms_id, due],
            )

    def due_posts(self, now: float) -> list[Row]:
        """Return the posts whose time has come, oldest first."""
        return self.rows("SELECT * FROM post WHERE finished = 0 AND due <= ? ORDER BY due, seq", [now])

    def record_attempt(self, seq: int, *, finished: bool, reply: str, due: float) -> None:
        """Note how an attempt to post ended, and when the next one is due."""
        with self.writing() as connection:
            change = "UPDATE post SET attempts = attempts + 1, finished = ?, last_reply = ?, due = ?"
            connection.execute(change + " WHERE seq = ?", [finished, reply, due, seq])

    def keep_reply_body(self, sms_id: str, status: int, body: str) -> None:
        """Keep what the customer's server answered to an inbound SMS."""
        with self.writing() as connection:
            connection.execute("INSERT INTO reply_body (sms_id, status, body) VALUES (?, ?, ?)", [sms_id, status, body])

    # --- what was asked of us, and faults

    def note_request(self, line: str, recipient: str, outcome: str) -> None:
        """Note a request and what became of it, also when nothing was accepted."""
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO request (at, line, recipient, outcome) VALUES (?, ?, ?, ?)",
                [datetime.now(UTC).isoformat(), line, recipient, outcome],
            )

    def add_fault(self, kind: str, times: int | None, options: Mapping[str, Any]) -> None:
        """Put a fault in force, `times` times or for good."""
        with self.writing() as connection:
            values = [kind, json.dumps(dict(options)), times]
            connection.execute("INSERT INTO fault (kind, options, times) VALUES (?, ?, ?)", values)

    def clear_faults(self) -> None:
        """Take all faults out of force."""
        with self.writing() as connection:
            connection.execute("DELETE FROM fault")

    def take_fault(self, kinds: Sequence[str], recipient: str) -> Row | None:
        """Return the first fault of these kinds for this recipient, with its options, and count its use."""
        with self.writing() as connection:
            for row in self.rows("SELECT * FROM fault ORDER BY seq"):
                options = json.loads(row["options"])
                if row["kind"] not in kinds or not re.search(options.get("pattern", ""), recipient):
                    continue
                connection.execute("UPDATE fault SET times = times - 1 WHERE seq = ?", [row["seq"]])
                connection.execute("DELETE FROM fault WHERE times <= 0")
                return {"kind": row["kind"], **options}
        return None
