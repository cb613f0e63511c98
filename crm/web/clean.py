"""What people type or paste, made safe to store, compare and show. Meaning is never changed."""

import re
import unicodedata

# Overrides and embeddings of writing direction can make a text read otherwise than it is stored. Marks that
# Arabic, Hebrew and Persian need (LRM, RLM, ALM, ZWNJ, ZWJ) stay.
_DIRECTION = "\u202a-\u202e\u2066-\u2069"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_UNWANTED = re.compile(f"[{_CONTROLS}{_DIRECTION}\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("\r\n?|[\u2028\u2029\x85]")


def clean_text(value: str) -> str:
    """Trimmed, in Unicode's composed form, with plain line breaks, without control characters.

    >>> clean_text("  A\\u030asa\\x00 \\r\\n")
    'Åsa'
    """
    if value.isascii() and value.isprintable():
        return value.strip()  # Nothing to take out and nothing to compose: nearly every text.
    broken = _BREAKS.sub("\n", value)
    visible = _SURROGATES.sub("\ufffd", _UNWANTED.sub("", broken))
    return unicodedata.normalize("NFC", visible).strip()


def clean_line(value: str) -> str:
    """Like ``clean_text``, on one line: every run of white space is one space."""
    return " ".join(clean_text(value).split())
