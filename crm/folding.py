"""Texts without capitals, accents and separators, as they are compared and searched."""

import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not take apart. People type them with the letter that their keyboard has.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ı": "i"})
_SHORT = 60
_REMEMBERED = 4096
"""Names and places are folded over and over; long texts once."""
_SEPARATORS = re.compile(r"[\s\-‐-―/\\.,;:'\"’”()\[\]]+")


def fold(text: str) -> str:
    """Small letters without accents, words parted by single spaces.

    >>> fold("Ågård & Søn-AB")
    'agard & son ab'
    """
    return _folded_before(text) if len(text) <= _SHORT else _folded(text)


def _folded(text: str) -> str:
    lowered = text.casefold()
    if lowered.isascii():
        return _SEPARATORS.sub(" ", lowered).strip()
    lowered = lowered.translate(_LETTERS)
    bare = "".join(each for each in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(each))
    return _SEPARATORS.sub(" ", bare).strip()


_folded_before = lru_cache(maxsize=_REMEMBERED)(_folded)
