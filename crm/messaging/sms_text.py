"""How many parts a text message takes, counted before it is sent.

Source: 3GPP TS 23.038 (GSM 7-bit default alphabet and its extension table, UCS-2) and TS 23.040
(concatenation with an 8-bit reference: 6 octets of header, which leave 153 septets or 67 UCS-2 units in
each part).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = "\f^{}\\[~]|€"
GSM_BASIC = frozenset(_BASIC)
GSM_EXTENSION = frozenset(_EXTENSION)

_FRIENDLY = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201a": "'",
    "\u201b": "'",
    "\u2032": "'",
    "\u00b4": "'",
    "`": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u201e": '"',
    "\u201f": '"',
    "\u2033": '"',
    "\u00ab": '"',
    "\u00bb": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2022": "-",
    "\u2026": "...",
    "\u00a0": " ",
    "\u2007": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\t": " ",
    "\u00ad": "",
    "\u200b": "",
    "\ufeff": "",
}


class SmsEncoding(StrEnum):
    """The alphabet of a whole message: one letter outside GSM 7-bit turns all of it into UCS-2."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


_SINGLE = {SmsEncoding.GSM7: 160, SmsEncoding.UCS2: 70}
_PART = {SmsEncoding.GSM7: 153, SmsEncoding.UCS2: 67}


@dataclass(frozen=True, slots=True)
class SmsCount:
    """What a text costs. ``units``: septets or UTF-16 units; ``remaining``: those free in the last part.

    ``offending`` are the characters that forced UCS-2, each once, in the order of the text.
    """

    encoding: SmsEncoding
    units: int
    segments: int
    remaining: int
    offending: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GsmSuggestion:
    """A text with look-alikes in place of some characters. Shown to the author, never applied in silence."""

    text: str
    replacements: tuple[tuple[str, str], ...]
    still_offending: tuple[str, ...]


def count_sms(text: str) -> SmsCount:
    """Count ``text`` as it would be sent. An empty text takes no part."""
    offending = _offending(text)
    encoding = SmsEncoding.UCS2 if offending else SmsEncoding.GSM7
    parts = _part_sizes(text, encoding)
    limit = _SINGLE[encoding] if len(parts) <= 1 else _PART[encoding]
    return SmsCount(
        encoding=encoding,
        units=sum(parts),
        segments=len(parts),
        remaining=limit - parts[-1] if parts else limit,
        offending=offending,
    )


def split_sms(text: str) -> list[str]:
    """The parts in which ``text`` travels. No surrogate pair and no escaped character is split."""
    encoding = SmsEncoding.UCS2 if _offending(text) else SmsEncoding.GSM7
    return ["".join(part) for part in _parts(text, encoding)]


def gsm_friendly(text: str) -> GsmSuggestion:
    """Suggest plain look-alikes (straight quotes, a hyphen, three dots) for what forces UCS-2.

    Letters are never exchanged: taking the accent from somebody's name is not ours to suggest.
    """
    replaced = dict.fromkeys(character for character in text if character in _FRIENDLY)
    suggested = "".join(_FRIENDLY.get(character, character) for character in text)
    return GsmSuggestion(
        text=suggested,
        replacements=tuple((character, _FRIENDLY[character]) for character in replaced),
        still_offending=_offending(suggested),
    )


def _offending(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(character for character in text if _septets(character) is None))


def _septets(character: str) -> int | None:
    if character in GSM_BASIC:
        return 1
    return 2 if character in GSM_EXTENSION else None


def _size(character: str, encoding: SmsEncoding) -> int:
    if encoding is SmsEncoding.GSM7:
        return _septets(character) or 0
    return 2 if ord(character) > 0xFFFF else 1


def _part_sizes(text: str, encoding: SmsEncoding) -> list[int]:
    return [sum(_size(character, encoding) for character in part) for part in _parts(text, encoding)]


def _parts(text: str, encoding: SmsEncoding) -> list[list[str]]:
    if not text:
        return []
    if sum(_size(character, encoding) for character in text) <= _SINGLE[encoding]:
        return [list(text)]
    return list(_packed(text, encoding))


def _packed(text: str, encoding: SmsEncoding) -> Iterator[list[str]]:
    part: list[str] = []
    used = 0
    for character in text:
        size = _size(character, encoding)
        if used + size > _PART[encoding]:
            yield part
            part, used = [], 0
        part.append(character)
        used += size
    yield part
