"""Marking in a text what a search has found in it, however it is written there."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup

from crm.folding import fold
from crm.search.folding import search_terms, stemmed
from crm.search.matching import TRIGRAM
from crm.web.escaping import written


def marker(query: str) -> Callable[[object], Markup]:
    """What marks in a text every occurrence of the words of ``query`` with ``<mark>``: accents, capitals and, in
    numbers, blanks and dashes do not count. Everything else of the text is escaped."""
    terms = tuple(dict.fromkeys([*search_terms(query), *stemmed(query).split()]))
    return lambda text: _marked(str(text), terms)


def marked(text: object, query: str) -> Markup:
    """One text marked; for several take ``marker``."""
    return marker(query)(text)


def _marked(text: str, terms: Sequence[str]) -> Markup:
    out, at = [], 0
    for first, end in _spans(text, terms):
        out += [written(text[at:first]), "<mark>", written(text[first:end]), "</mark>"]
        at = end
    return Markup("".join([*out, written(text[at:])]))  # every piece of the text was written


def _spans(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Where what is found begins and ends, in order; what overlaps or touches is one."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted(place for term in terms for place in _places(text, term)):
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last + 1))
        else:
            spans.append((first, last + 1))
    return spans


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
    letters = [_letter(letter) for letter in text]
    places: Sequence[int] = [place for place, folded in enumerate(letters) for _each in folded]
    whole = "".join(letters)
    if not numbers_only:
        return whole, places
    kept = [at for at, each in enumerate(whole) if each.isdigit()]
    return "".join(whole[at] for at in kept), [places[at] for at in kept]


@lru_cache(maxsize=1024)
def _letter(letter: str) -> str:
    return fold(letter) or " "
