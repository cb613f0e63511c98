"""A server that speaks the S3 protocol for one bucket, and misbehaves as told.

It checks every signature itself, from what stood on the wire: the canonical request is made anew, the hash of the body
is compared, and a request of another time is refused.
"""

import contextlib
import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.servers.processes import LOOPBACK

_SKEW = 15 * 60
_ALGORITHM = "AWS4-HMAC-SHA256"
_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass(frozen=True)
class Received:
    """One request, as it stood on the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The address without its query, decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The query, decoded."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stored:
    """An object."""

    data: bytes
    at: datetime


class Refused(Exception):
    """An error of the protocol."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass
class S3Simulator:
    """One bucket. ``faults`` are answered one each before anything is done: a status, or "drop" for a connection that
    breaks. ``page_size`` is how many objects one page of a listing has at most."""

    bucket: str = "files"
    region: str = "eu-north-1"
    key_id: str = "AKIDEXAMPLE"
    secret: str = "s3cr3t/with+signs=="
    page_size: int = 1000
    faults: list[int | str] = field(default_factory=list)
    hang_seconds: float = 0.0
    deny: bool = False
    clock_ahead: float = 0.0
    certificate: tuple[Path, Path] | None = None
    """With a certificate and its key the server speaks TLS."""
    objects: dict[str, Stored] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self))
        if self.certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*self.certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.05), daemon=True)

    @property
    def endpoint(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self.certificate else 'http'}://{LOOPBACK}:{self._server.server_port}"

    def setting(self, prefix: str = "", *, secret: str | None = None, region: str | None = None) -> str:
        """What BROBYGG_ATTACHMENTS_URL says for this server."""
        keys = f"{quote(self.key_id, safe='')}:{quote(secret or self.secret, safe='')}"
        scheme, _, host = self.endpoint.partition("://")
        return f"s3+{scheme}://{keys}@{host}/{self.bucket}{prefix}?region={region or self.region}"

    def start(self) -> "S3Simulator":
        """Begin to serve."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the server; connections are refused from now on. May be repeated."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(10)

    def answer(self, request: Received) -> Reply | None:
        """What is answered to a request; None breaks the connection."""
        with self._lock:
            self.received.append(request)
            fault = self.faults.pop(0) if self.faults else None
        if self.hang_seconds:
            time.sleep(self.hang_seconds)
        if fault == "drop":
            return None
        try:
            if fault is not None:
                raise Refused(int(fault), "SlowDown" if fault == 503 else "InternalError")
            self._check_signature(request)
            with self._lock:
                return self._do(request)
        except Refused as error:
            return _error(error)

    def _do(self, request: Received) -> Reply:
        _, bucket, key = (*request.path.split("/", 2), "")[:3]
        if self.deny:
            raise Refused(403, "AccessDenied")
        if bucket != self.bucket:
            raise Refused(404, "NoSuchBucket")
        if not key:
            if request.method != "GET" or request.query.get("list-type") != "2":
                raise Refused(405, "MethodNotAllowed")
            return self._listing(request.query)
        if request.method == "PUT":
            self.objects[key] = Stored(request.body, datetime.now(UTC))
            return Reply(200, headers={"ETag": f'"{hashlib.md5(request.body).hexdigest()}"'})
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return Reply(204)
        if key not in self.objects:
            raise Refused(404, "NoSuchKey")
        return Reply(200, self.objects[key].data, {"Content-Type": "application/octet-stream"})

    def _listing(self, query: Mapping[str, str]) -> Reply:
        after = bytes.fromhex(query.get("continuation-token", "")).decode()
        names = sorted(name for name in self.objects if name.startswith(query.get("prefix", "")) and name > after)
        page = names[: min(self.page_size, int(query.get("max-keys", "1000")))]
        more = len(names) > len(page)
        shown = (lambda name: quote(name)) if query.get("encoding-type") == "url" else escape
        contents = "".join(
            f"<Contents><Key>{shown(name)}</Key><LastModified>{_instant(self.objects[name].at)}</LastModified>"
            f"<Size>{len(self.objects[name].data)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for name in page
        )
        token = f"<NextContinuationToken>{page[-1].encode().hex()}</NextContinuationToken>" if more else ""
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="{_NAMESPACE}"><Name>{self.bucket}</Name>'
            f"<KeyCount>{len(page)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>{token}{contents}"
            "</ListBucketResult>"
        )
        return Reply(200, text.encode(), {"Content-Type": "application/xml"})

    def _check_signature(self, request: Received) -> None:
        algorithm, _, rest = request.headers.get("authorization", "").partition(" ")
        parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if algorithm != _ALGORITHM or not parts.keys() >= {"Credential", "SignedHeaders", "Signature"}:
            raise Refused(403, "AccessDenied")
        key_id, day, region, *service = parts["Credential"].split("/")
        if key_id != self.key_id:
            raise Refused(403, "InvalidAccessKeyId")
        if region != self.region or service != ["s3", "aws4_request"]:
            raise Refused(400, "AuthorizationHeaderMalformed")
        moment = request.headers.get("x-amz-date", "")
        self._check_time(moment, day)
        names = parts["SignedHeaders"].split(";")
        if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names):
            raise Refused(403, "AccessDenied")
        if request.headers.get("x-amz-content-sha256") != hashlib.sha256(request.body).hexdigest():
            raise Refused(400, "XAmzContentSHA256Mismatch")
        scope = f"{day}/{region}/s3/aws4_request"
        hashed = hashlib.sha256(_canonical(request, names).encode()).hexdigest()
        wanted = _signature(self.secret, scope, f"{_ALGORITHM}\n{moment}\n{scope}\n{hashed}")
        if not hmac.compare_digest(wanted, parts["Signature"]):
            raise Refused(403, "SignatureDoesNotMatch")

    def _check_time(self, moment: str, day: str) -> None:
        try:
            at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise Refused(403, "AccessDenied") from None
        if abs(time.time() + self.clock_ahead - at.timestamp()) > _SKEW or not moment.startswith(day):
            raise Refused(403, "RequestTimeTooSkewed")


def _canonical(request: Received, names: list[str]) -> str:
    """The canonical request of signature version 4. For S3 the path stays as it was sent, encoded once."""
    parts = urlsplit(request.target)
    pairs = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in request.query.items())
    lines = [
        request.method,
        parts.path,
        "&".join(f"{name}={value}" for name, value in pairs),
        *(f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in sorted(names)),
        "",
        ";".join(sorted(names)),
        request.headers["x-amz-content-sha256"],
    ]
    return "\n".join(lines)


def _signature(secret: str, scope: str, text: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _error(error: Refused) -> Reply:
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{error.code}</Code>'
        f"<Message>What {error.code} means.</Message><RequestId>1</RequestId></Error>"
    )
    headers = {"Content-Type": "application/xml"}
    if 300 <= error.status < 400:
        headers["Location"] = "http://127.0.0.1:9/elsewhere"
    return Reply(error.status, text.encode(), headers)


def _handler(simulator: S3Simulator) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            # A client that does not trust the certificate goes before it has asked anything.
            with contextlib.suppress(ssl.SSLError, ConnectionError):
                super().handle()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = simulator.answer(Received(self.command, self.path, headers, body))
            self.close_connection = True
            if reply is None:
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body)))
            # Whoever asked may have gone meanwhile.
            with contextlib.suppress(ConnectionError):
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(reply.body)

        def do_GET(self) -> None:
            self._serve()

        def do_HEAD(self) -> None:
            self._serve()

        def do_PUT(self) -> None:
            self._serve()

        def do_DELETE(self) -> None:
            self._serve()

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    return Handler
