"""Texts without capitals, accents and separators, as they are compared and searched."""

import re
import unicodedata

# Letters that Unicode does not take apart. People type them with the letter that their keyboard has.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ı": "i"})
_SEPARATORS = re.compile(r"[\s\-‐-―/\\.,;:'\"’”()\[\]]+")


def fold(text: str) -> str:
    """Small letters without accents, words parted by single spaces.

    >>> fold("Ågård & Søn-AB")
    'agard & son ab'
    """
    lowered = text.casefold()
    if lowered.isascii():
        return _SEPARATORS.sub(" ", lowered).strip()
    lowered = lowered.translate(_LETTERS)
    bare = "".join(each for each in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(each))
    return _SEPARATORS.sub(" ", bare).strip()
