"""Breaks text into short lines for a drawing, where nothing measures letters: wide ones count double."""

import unicodedata

_MORE = "…"


def room_of(text: str) -> int:
    """How many ordinary letters ``text`` is as wide as."""
    return sum(_width(letter) for letter in text)


def shortened(text: str, width: int) -> str:
    """``text`` if it fits into ``width``, else its beginning and three dots."""
    return text if room_of(text) <= width else f"{_fitting(text, width - 1).rstrip()}{_MORE}"


def wrapped(text: str, *, width: int, most: int) -> list[str]:
    """``text`` in at most ``most`` lines of ``width``; three dots say that there is more."""
    lines: list[str] = []
    for word in text.split():
        if lines and room_of(f"{lines[-1]} {word}") <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines += _pieces(word, width)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{_fitting(lines[most - 1], width - 1).rstrip()}{_MORE}"]


def _pieces(word: str, width: int) -> list[str]:
    """A word that is longer than a line, in several."""
    pieces: list[str] = []
    while word:
        pieces.append(_fitting(word, width))
        word = word[len(pieces[-1]) :]
    return pieces


def _fitting(text: str, width: int) -> str:
    """The beginning of ``text`` that fits into ``width``; one letter at least."""
    used = 0
    for place, letter in enumerate(text):
        used += _width(letter)
        if used > width and place:
            return text[:place]
    return text


def _width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
