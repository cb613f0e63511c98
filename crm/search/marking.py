"""Marking in a text what a search has found in it, however it is written there."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from crm.folding import fold
from crm.search.folding import search_terms, stemmed
from crm.search.matching import TRIGRAM

_MARK, _END = Markup("<mark>"), Markup("</mark>")


def marked(text: object, query: str) -> Markup:
    """``text`` with every occurrence of the words of ``query`` in ``<mark>``: accents, capitals and, in numbers, blanks
    and dashes do not count. Everything else of it is escaped."""
    plain = str(text)
    found = [False] * len(plain)
    for term in dict.fromkeys([*search_terms(query), *stemmed(query).split()]):
        for first, last in _places(plain, term):
            found[first : last + 1] = [True] * (last + 1 - first)
    out, is_open = Markup(), False
    for letter, is_found in zip(plain, found, strict=True):
        if is_found != is_open:
            out += _MARK if is_found else _END
            is_open = is_found
        out += letter
    return out + _END if is_open else out


def _places(text: str, term: str) -> Iterator[tuple[int, int]]:
    """The first and the last letter of each occurrence of a folded term."""
    letters, places = _folded(text, numbers_only=term.isdigit() and len(term) > TRIGRAM)
    at = letters.find(term)
    while at >= 0:
        # Short words are found at the beginning of words only.
        if len(term) >= TRIGRAM or at == 0 or letters[at - 1] == " ":
            yield places[at], places[at + len(term) - 1]
        at = letters.find(term, at + 1)


def _folded(text: str, *, numbers_only: bool) -> tuple[str, Sequence[int]]:
    """The text folded letter by letter, and where each letter of that stands in it."""
    pairs = [(each, place) for place, letter in enumerate(text) for each in fold(letter) or " "]
    if numbers_only:
        pairs = [(each, place) for each, place in pairs if each.isdigit()]
    return "".join(each for each, _place in pairs), [place for _each, place in pairs]
