"""Headers of mail, in ASCII and folded (RFC 5322, RFC 2047), safe against smuggled lines."""

import re
from base64 import b64encode
from datetime import UTC, datetime
from email.utils import format_datetime

_FOLD = 76
_LONGEST = 998
# 39 bytes become 52 characters of base64; with "=?utf-8?b?" and "?=" around them and "Subject: " before
# them the line stays under the 76 characters of RFC 2047.
_WORD_BYTES = 39
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SPECIALS = frozenset('()<>[]:;@\\,."')


class UnsafeHeader(ValueError):
    """A header value holds a line break or another control character, or cannot be folded. Nothing is
    sent."""


def header(name: str, value: str) -> bytes:
    """One header line whose value is free text, encoded where it must be and folded at blanks."""
    _refuse_controls(name, value)
    text = value if _is_plain(value) else encoded_words(value)
    return _folded(name, text)


def structured(name: str, value: str) -> bytes:
    """One header line whose value is already in its final ASCII form."""
    _refuse_controls(name, value)
    if not value.isascii():
        raise UnsafeHeader(f"{name} must be ASCII")
    return _folded(name, value)


def mailbox(display_name: str, address: str) -> str:
    """An address with its display name, ready for ``structured``. ``address`` is in ASCII."""
    _refuse_controls("address", display_name + address)
    if not display_name:
        return address
    if not _is_plain(display_name):
        return f"{encoded_words(display_name)} <{address}>"
    if _SPECIALS.intersection(display_name):
        quoted = display_name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{display_name} <{address}>"


def date_text(at: datetime) -> str:
    """An instant as mail writes it, in UTC."""
    return format_datetime(at.astimezone(UTC).replace(microsecond=0))


def encoded_words(text: str) -> str:
    """``text`` as encoded words (RFC 2047); no character is split between two of them."""
    words: list[bytes] = []
    word = b""
    for character in text:
        piece = character.encode("utf-8", "replace")
        if len(word) + len(piece) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += piece
    words.append(word)
    return " ".join(f"=?utf-8?b?{b64encode(each).decode()}?=" for each in words)


def _is_plain(value: str) -> bool:
    return value.isascii() and "=?" not in value


def _refuse_controls(name: str, value: str) -> None:
    if _CONTROLS.search(value):
        raise UnsafeHeader(f"{name} holds a line break or another control character")


def _folded(name: str, value: str) -> bytes:
    line = f"{name}: {value}"
    if len(line) <= _FOLD:
        return line.encode("ascii") + b"\r\n"
    lines: list[str] = []
    current = f"{name}:"
    for word in value.split():
        # The first word stays beside the name: a line of nothing but blanks is not allowed.
        if (lines or current != f"{name}:") and len(current) + 1 + len(word) > _FOLD:
            lines.append(current)
            current = ""
        current += f" {word}"
    lines.append(current)
    if max(map(len, lines)) > _LONGEST:
        raise UnsafeHeader(f"{name} is too long")
    return "\r\n".join(lines).encode("ascii") + b"\r\n"
