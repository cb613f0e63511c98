"""Building the bytes of a mail: 7-bit only, no line over 76 characters, the same bytes at every attempt."""

import hashlib
import re
from base64 import b64decode, encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from email.utils import parseaddr
from functools import lru_cache

from crm.extension_points import MailFile
from crm.messaging.addresses import ascii_email
from crm.messaging.email_headers import UnsafeHeader, date_text, header, mailbox, structured
from crm.messaging.mail_html import html_of
from crm.messaging.rendering import Letter
from crm.settings import Settings

_NOT_IN_A_PATH = re.compile(r"[\s<>\x00-\x1f\x7f]")
_NOT_IN_A_NAME = re.compile(r"[^\w.-]", re.ASCII)


@dataclass(frozen=True)
class Envelope:
    """What the mail server is told: the return path with the message's token, the receiver, the bytes
    (CRLF lines)."""

    mail_from: str
    rcpt_to: str
    data: bytes


def envelope_of(letter: Letter, settings: Settings) -> Envelope:
    """The mail of a letter. Raises UnsafeHeader, and DomainError for an address that cannot be one."""
    return Envelope(
        mail_from=_path(return_path(letter.return_token, settings)),
        rcpt_to=_path(ascii_email(letter.rendered.to)),
        data=mail_bytes(letter, settings),
    )


def _path(address: str) -> str:
    """The address, if it can stand between angle brackets in a command (RFC 5321 4.1.2) and say nothing but itself."""
    if not address.isascii() or _NOT_IN_A_PATH.search(address):
        raise UnsafeHeader("the address would not stay one in a command of the mail server")
    return address


def return_path(token: str, settings: Settings) -> str:
    """Where bounces go: an address with the token and nothing personal (VERP).

    BROBYGG_RETURN_PATH names the mailbox; without it, it is the sender's own with a tag.
    """
    base = settings.environment.get("BROBYGG_RETURN_PATH", "").strip() or sender_address(settings)
    local, _at, domain = base.rpartition("@")
    return ascii_email(f"{local}+{token}@{domain}")


def sender_address(settings: Settings) -> str:
    """The bare address of BROBYGG_MAIL_FROM."""
    return _bare(settings.mail_from)


@lru_cache(maxsize=8)
def _bare(mail_from: str) -> str:
    return parseaddr(mail_from)[1]


def mail_bytes(letter: Letter, settings: Settings) -> bytes:
    """Headers, both parts, and the files that go with them."""
    head = _headers(letter, settings) + b"MIME-Version: 1.0\r\n"
    if not letter.rendered.files:
        return head + _both_parts(letter)
    boundary = _boundary(letter, "with files")
    parts = (
        head, _multipart("mixed", boundary), b"--%s\r\n" % boundary.encode(), _both_parts(letter),
        *(_file(boundary, each) for each in letter.rendered.files), b"--%s--\r\n" % boundary.encode(),
    )  # fmt: skip
    return b"".join(parts)


def _both_parts(letter: Letter) -> bytes:
    rendered, boundary = letter.rendered, _boundary(letter)
    html = rendered.html or html_of(rendered.text, language=rendered.language, title=rendered.subject or "")
    parts = (
        _multipart("alternative", boundary),
        _part(boundary, "plain", rendered.text),
        _part(boundary, "html", html),
        b"--%s--\r\n" % boundary.encode(),
    )
    return b"".join(parts)


def _boundary(letter: Letter, use: str = "") -> str:
    return "=_" + hashlib.sha256((letter.message_id + use).encode()).hexdigest()[:32]


def _multipart(kind: str, boundary: str) -> bytes:
    return f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()


def _file(boundary: str, file: MailFile) -> bytes:
    name = _NOT_IN_A_NAME.sub("-", file.name)
    head = (
        f"--{boundary}\r\nContent-Type: {file.mimetype}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + encodebytes(b64decode(file.content)).replace(b"\n", b"\r\n")


def _headers(letter: Letter, settings: Settings) -> bytes:
    rendered = letter.rendered
    name = rendered.sender or settings.mail_from_name
    lines = [
        structured("Message-ID", letter.message_id),
        structured("Date", date_text(letter.written_at)),
        structured("From", mailbox(name, ascii_email(sender_address(settings)))),
        structured("To", ascii_email(rendered.to)),
        header("Subject", rendered.subject or settings.organisation),
        # RFC 3834: no auto-reply answers this. The second line says the same to Exchange.
        structured("Auto-Submitted", "auto-generated"),
        structured("X-Auto-Response-Suppress", "All"),
        structured("Content-Language", rendered.language),
    ]
    if rendered.reply_to:
        lines.append(structured("Reply-To", ascii_email(rendered.reply_to)))
    if rendered.unsubscribe_url:
        lines.append(structured("List-Unsubscribe", f"<{rendered.unsubscribe_url}>"))
        lines.append(structured("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return b"".join(lines)


def _part(boundary: str, kind: str, text: str) -> bytes:
    encoding, body = _encoded(text)
    head = f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body + b"\r\n"


def _encoded(text: str) -> tuple[str, bytes]:
    """Quoted-printable where most of it is ASCII (it stays readable), base64 for other scripts (it is
    shorter)."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    raw = plain.encode("utf-8", "replace")
    if len(raw) > len(plain) * 1.3:
        return "base64", encodebytes(raw.replace(b"\n", b"\r\n")).replace(b"\n", b"\r\n").rstrip(b"\r\n")
    return "quoted-printable", b2a_qp(raw, istext=True).replace(b"\n", b"\r\n")
