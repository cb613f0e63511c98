"""Reading what came back: which message it is about, and whether it says "never", "not this time" or "not
yet"."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from typing import Literal

import structlog

from crm.messaging.bounced import says_address_is_dead
from crm.messaging.replies import kept_reply

log = structlog.get_logger()
BounceKind = Literal["hard", "soft", "delayed", "auto_reply", "not_a_bounce"]
_TOKEN = re.compile(r"\+([0-9a-f]{24})@")
_ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Apparently-To")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_CODE = re.compile(r"\b([45]\d\d)[ -]")
_MOST_TEXT = 20_000


@dataclass(frozen=True)
class Bounce:
    """What a returned mail says. ``token`` or ``message_id`` name our message; ``reply`` is fit to keep."""

    kind: BounceKind
    token: str | None = None
    message_id: str | None = None
    reply: str = ""


def read_bounce(raw: bytes) -> Bounce:
    """Understand one mail that came to the return path. Never raises for what it holds.

    RFC 3464 reports are read by their own fields; for the many that are none, flufl.bounce says whether
    they are failures. ``hard`` means that the address is dead, ``soft`` that this message failed for good
    (a full mailbox, a policy); ``delayed`` means that the other server goes on trying.
    """
    mail = message_from_bytes(raw)
    token, message_id = _named(mail)
    reports = list(_reports(mail))
    if reports:
        kind, reply = _worst([_kind_of_report(report) for report in reports])
    else:
        kind, reply = _kind_of_other(mail)
    return Bounce(kind=kind, token=token, message_id=message_id, reply=reply)


def _named(mail: Message) -> tuple[str | None, str | None]:
    """Our return token out of the addresses the bounce was sent to, and the Message-ID of what came back."""
    found = None
    for name in _ENVELOPE:
        for _display, address in getaddresses([str(value) for value in mail.get_all(name, [])]):
            match = _TOKEN.search(address.lower())
            found = found or (match.group(1) if match else None)
    return found, _returned_id(mail)


def _returned_id(mail: Message) -> str | None:
    for part in mail.walk():
        if part is mail:
            continue
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = part.get_payload()
            returned = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(returned, Message) and returned["Message-ID"]:
                return str(returned["Message-ID"]).strip()
        if kind == "text/rfc822-headers":
            headers = message_from_bytes(_bytes_of(part))
            if headers["Message-ID"]:
                return str(headers["Message-ID"]).strip()
    match = re.search(r"^>?\s*Message-ID:\s*(<[^>\s]+>)", _text_of(mail), re.MULTILINE | re.IGNORECASE)
    return match.group(1) if match else None


def _reports(mail: Message) -> Iterator[Message]:
    """The blocks about one recipient each, of every delivery report inside the mail (RFC 3464 2.3)."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Message) and block["Action"]:
                yield block


def _kind_of_report(report: Message) -> tuple[BounceKind, str]:
    action = str(report["Action"]).strip().lower()
    status = str(report["Status"] or "").strip()
    diagnostic = str(report["Diagnostic-Code"] or "").partition(";")[2] or str(report["Diagnostic-Code"] or "")
    reply = kept_reply(f"{status} {diagnostic}")
    if action == "delayed":
        return "delayed", reply
    if action != "failed":
        return "not_a_bounce", reply
    return ("hard" if _is_dead(status, diagnostic) else "soft"), reply


def _is_dead(status: str, diagnostic: str) -> bool:
    """The status decides; a general one (5.0.0, 5.1.0) leaves it to the words of the other server."""
    specific = _STATUS.match(status) and not status.startswith(("5.0", "5.1.0"))
    if specific:
        return says_address_is_dead(status)
    return says_address_is_dead(" ".join(diagnostic.split()))


def _worst(found: list[tuple[BounceKind, str]]) -> tuple[BounceKind, str]:
    order = ("hard", "soft", "delayed", "auto_reply", "not_a_bounce")
    return min(found, key=lambda pair: order.index(pair[0]))


def _kind_of_other(mail: Message) -> tuple[BounceKind, str]:
    if _is_auto_reply(mail):
        return "auto_reply", ""
    temporary, permanent = _failures(mail)
    if not temporary and not permanent:
        return "not_a_bounce", ""
    if not permanent:
        return "delayed", ""
    line = _telling_line(_text_of(mail))
    return ("hard" if says_address_is_dead(line) else "soft"), kept_reply(line)


def _failures(mail: Message) -> tuple[Collection[bytes], Collection[bytes]]:
    """What flufl.bounce finds: addresses with temporary and with permanent failures."""
    from flufl.bounce import all_failures  # two dozen detectors, for installations with a mailbox for bounces

    try:
        temporary, permanent = all_failures(mail)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        # Its detectors trust what strangers wrote, and some stumble over it.
        log.warning("bounce_not_understood", error=type(error).__name__)
        return (), ()
    return temporary, permanent


def _is_auto_reply(mail: Message) -> bool:
    """Somebody's holiday message (RFC 3834 and its older cousins)."""
    auto = str(mail["Auto-Submitted"] or "").strip().lower()
    if auto.startswith("auto-replied"):
        return not _is_from_postmaster(mail)
    older = str(mail["Precedence"] or "").strip().lower() == "auto_reply"
    return older or any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))


def _is_from_postmaster(mail: Message) -> bool:
    # Some servers mark their bounces as auto-replied too; those come from nobody or from the mail system.
    sender = " ".join(str(mail[name] or "") for name in ("Return-Path", "From")).lower()
    return "<>" in sender or "mailer-daemon" in sender or "postmaster" in sender


def _telling_line(text: str) -> str:
    """The line that carries a status or a code, from the code on; the whole text when none does."""
    for line in text.splitlines():
        code = _CODE.search(line)
        if code is not None:
            return line[code.start() :].strip()
        if _STATUS.search(line):
            return line.strip()
    return " ".join(text.split())


def _text_of(mail: Message) -> str:
    texts = [
        _bytes_of(part).decode("utf-8", "replace") for part in mail.walk() if part.get_content_maintype() == "text"
    ]
    return "\n".join(texts)[:_MOST_TEXT]


def _bytes_of(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
