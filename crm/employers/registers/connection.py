"""How clients of business registers speak HTTP: limits of time and size, a pace, and faults as one kind of error.

For plugins, a third party's too. It holds no connection open and keeps nothing of what was asked.
"""

import json
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from crm.errors import RegisterUnavailable

if TYPE_CHECKING:
    import requests

MOST_BYTES = 8 * 1024 * 1024
LONGEST_QUEUE = 4.0
"""Whoever would have to wait longer for their turn is told that the register is busy."""


@dataclass(frozen=True)
class Answer:
    """What a register said. ``body`` is its JSON, None where there was none."""

    status: int
    body: Any


@dataclass(frozen=True)
class Reach:
    """Where a register is and how it is treated. ``name`` is what staff read. An ``address`` that is a function is
    called at each request: a simulator starts at the first."""

    name: str
    address: str | Callable[[], str]
    per_second: float = 5.0
    connect_seconds: float = 3.05
    reply_seconds: float = 8.0


class RegisterConnection:
    """Requests to one register. Safe for several threads."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self._lock = threading.Lock()
        self._free_at = 0.0

    def ask(
        self,
        method: str,
        path: str,
        *,
        expect: Collection[int] = (200,),
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        """Send one request (``options`` as those of requests). Raises RegisterUnavailable for any other status than
        those of ``expect``, for silence, and for an answer that is not understood."""
        import requests  # 5 MB, for those who look a company up

        self._take_turn()
        address = path if path.startswith("http") else self.address + path
        try:
            with requests.request(
                method, address, headers={"Accept": "application/json", **(headers or {})}, allow_redirects=False,
                timeout=(self.reach.connect_seconds, self.reach.reply_seconds), stream=True, **options,
            ) as reply:  # fmt: skip
                return self._judge(reply, expect)
        except requests.Timeout:
            raise self.fault("timeout") from None
        except requests.RequestException:
            raise self.fault("unreachable") from None

    @property
    def address(self) -> str:
        """Where the register is."""
        return self.reach.address if isinstance(self.reach.address, str) else self.reach.address()

    def fault(self, reason: str, retry_after: timedelta | None = None) -> RegisterUnavailable:
        """The error for a reason, in words for staff."""
        name = self.reach.name
        words = {
            "timeout": _("%(register)s did not answer in time. Try again in a while.", register=name),
            "unreachable": _("%(register)s cannot be reached. Try again in a while.", register=name),
            "refused": _("%(register)s refused us. An administrator has to look at its settings.", register=name),
            "busy": _("%(register)s asks us to wait. Try again in a while.", register=name),
            "unreadable": _("%(register)s gave an answer that is not understood.", register=name),
        }
        text = words.get(reason) or _("%(register)s does not work at the moment. Try again in a while.", register=name)
        return RegisterUnavailable(text, reason=reason, retry_after=retry_after)

    def _judge(self, reply: "requests.Response", expect: Collection[int]) -> Answer:
        status = reply.status_code
        if status in expect:
            return Answer(status, self._read(reply, strict=status == 200))
        if status in (429, 503):
            raise self.fault("busy", _wait_of(reply.headers.get("Retry-After")))
        if status in (401, 402, 403, 407):
            raise self.fault("refused")
        raise self.fault("failed")

    def _read(self, reply: "requests.Response", *, strict: bool) -> Any:
        until = time.monotonic() + 2 * self.reach.reply_seconds
        found = bytearray()
        for piece in reply.iter_content(65536):
            found += piece
            if len(found) > MOST_BYTES:
                raise self.fault("unreadable")
            if time.monotonic() > until:
                raise self.fault("timeout")
        try:
            return json.loads(found)
        except ValueError:
            if strict:
                raise self.fault("unreadable") from None
            return None

    def _take_turn(self) -> None:
        with self._lock:
            now = time.monotonic()
            wait = max(0.0, self._free_at - now)
            if wait > LONGEST_QUEUE:
                raise self.fault("busy", timedelta(seconds=wait))
            self._free_at = now + wait + 1.0 / self.reach.per_second
        if wait:
            time.sleep(wait)


def _wait_of(header: str | None) -> timedelta | None:
    """What Retry-After asks for in seconds; a date or nonsense counts as not said."""
    text = (header or "").strip()
    return timedelta(seconds=min(int(text), 86400)) if text.isdigit() and len(text) < 9 else None


def text_of(value: object, longest: int) -> str | None:
    """A text of a register without blanks around it, cut to what fits; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text[:longest] or None
