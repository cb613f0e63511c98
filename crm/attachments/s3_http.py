"""Requests to a bucket: signed, within limits of time and size, sent again where that helps. Nothing is kept open."""

import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import quote, urlencode

import structlog
from flask_babel import gettext as _

from crm.bucket import Bucket
from crm.errors import FilesUnavailable

if TYPE_CHECKING:
    import requests

log = structlog.get_logger()
CONNECT_SECONDS = 3.05
REPLY_SECONDS = 8.0
_PAUSES = (0.2, 0.6, 1.5)
_BUSY = (429, 503)
_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,60})</Code>")
_MOST_OF_AN_ERROR = 64 * 1024
_PASSING = frozenset({"unreachable", "timeout", "busy", "failed"})
"""Reasons that pass by themselves; the others wait for an administrator."""


@dataclass(frozen=True)
class Ask:
    """One request. ``key`` is the whole name of an object, empty for the bucket itself; ``expect`` are the statuses
    that are no fault; ``most`` is how many bytes an answer may have."""

    method: str
    key: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None
    expect: Collection[int] = (200,)
    most: int = _MOST_OF_AN_ERROR


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    body: bytes


class _Fault(Exception):
    """Why one request came to nothing. ``code`` is the server's own word for it."""

    def __init__(self, reason: str, *, status: int | None = None, code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.code = code


class BucketConnection:
    """Requests to one bucket, each finished within ``seconds``. Safe for several threads."""

    def __init__(self, bucket: Bucket, *, seconds: float = 15.0, repeat: bool = True) -> None:
        self._bucket = bucket
        self._seconds = seconds
        self._pauses = _PAUSES if repeat else ()

    def ask(self, ask: Ask) -> Answer:
        """Send one request; again after what passes by itself. It must be safe to repeat. Raises FilesUnavailable."""
        until = time.monotonic() + self._seconds
        pauses = iter(self._pauses)
        while True:
            try:
                return self._once(ask, until)
            except _Fault as fault:
                pause = next(pauses, None) if fault.reason in _PASSING else None
                if pause is None or time.monotonic() + pause >= until:
                    give_up(ask.method, fault.reason, status=fault.status, code=fault.code)
            time.sleep(pause)

    def _once(self, ask: Ask, until: float) -> Answer:
        import requests  # 5 MB, and the signature: for those who keep files in a bucket

        left = max(0.1, until - time.monotonic())
        try:
            with requests.Session() as session:
                # Settings of the environment, a proxy for instance, are for the way out of this machine.
                session.trust_env = self._bucket.secure
                with session.request(
                    ask.method, self._address(ask), data=ask.data, headers=_headers(ask), auth=self._signed(until),
                    timeout=(min(CONNECT_SECONDS, left), min(REPLY_SECONDS, left)),
                    allow_redirects=False, stream=True, verify=self._bucket.ca_file or True,
                ) as reply:  # fmt: skip
                    return _judged(reply, ask, until)
        except requests.exceptions.SSLError:
            raise _Fault("certificate") from None
        except requests.Timeout:
            raise _Fault("timeout") from None
        except requests.RequestException:
            raise _Fault("unreachable") from None

    def _address(self, ask: Ask) -> str:
        path = f"{self._bucket.endpoint}/{self._bucket.name}/{quote(ask.key)}".rstrip("/")
        return f"{path}?{urlencode(sorted(ask.query.items()), quote_via=quote)}" if ask.query else path

    def _signed(self, until: float) -> "_Signature":
        return _Signature(self._bucket, until)


@dataclass(frozen=True)
class _Signature:
    """Signs a request with AWS signature version 4, and lets its body end in time."""

    bucket: Bucket
    until: float

    def __call__(self, request: "requests.PreparedRequest") -> "requests.PreparedRequest":
        from requests_aws4auth import AWS4Auth

        # One for each request: it changes itself at midnight, which threads must not share.
        sign = AWS4Auth(self.bucket.key_id, self.bucket.secret, self.bucket.region, "s3")
        signed: requests.PreparedRequest = sign(request)
        if isinstance(signed.body, bytes):
            signed.body = _Pieces(signed.body, self.until)  # type: ignore[assignment]  # what can be read is sent too
        return signed


class _Pieces(BytesIO):
    """A body that is sent piece by piece, each with a timeout of its own, and breaks off when the time is over."""

    def __init__(self, data: bytes, until: float) -> None:
        super().__init__(data)
        self._until = until

    def read(self, size: int | None = -1, /) -> bytes:
        """The next piece."""
        if time.monotonic() > self._until:
            raise TimeoutError
        return super().read(size)


def give_up(operation: str, reason: str, *, status: int | None = None, code: str | None = None) -> NoReturn:
    """Write down why the store does not work, and raise FilesUnavailable in words for staff."""
    log.warning("file_store_failed", operation=operation, reason=reason, status=status, code=code)
    if reason in _PASSING:
        raise FilesUnavailable(_("The files cannot be reached just now. Try again in some minutes.")) from None
    words = _("The files cannot be reached.") + " " + _("Tell your administrator.")
    raise FilesUnavailable(words) from None


def _headers(ask: Ask) -> dict[str, str]:
    # What arrives is as large as what was sent: nothing is unpacked.
    headers = {"Accept-Encoding": "identity"}
    if ask.data is not None:
        headers["Content-Type"] = "application/octet-stream"
    return headers


def _judged(reply: "requests.Response", ask: Ask, until: float) -> Answer:
    status = reply.status_code
    if status in ask.expect:
        return Answer(status, _read(reply, ask.most, until))
    found = _CODE.search(_read(reply, _MOST_OF_AN_ERROR, until))
    code = found[1].decode() if found else None
    if status == 404 and code == "NoSuchKey" and ask.key:
        return Answer(404, b"")
    raise _Fault(_reason(status), status=status, code=code)


def _reason(status: int) -> str:
    if status in _BUSY:
        return "busy"
    if status >= 500 or status == 408:
        return "failed"
    if 300 <= status < 400:
        return "redirected"
    return "refused"


def _read(reply: "requests.Response", most: int, until: float) -> bytes:
    found = bytearray()
    for piece in reply.iter_content(65536):
        found += piece
        if len(found) > most:
            raise _Fault("too_large", status=reply.status_code)
        if time.monotonic() > until:
            raise _Fault("timeout", status=reply.status_code)
    return bytes(found)
