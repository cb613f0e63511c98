"""What a search means in SQL, on both databases."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    true,
)

from crm.folding import fold
from crm.search.folding import search_terms
from crm.search.tables import document, has_trigrams, trigrams

TRIGRAM = 3
_LIKENESS = "0.25"
"""Share of a word's trigrams that a document must have to be looked at (pg_trgm.word_similarity_threshold)."""


def matches(connection: Connection, text: str) -> ColumnElement[bool] | None:
    """The condition on ``search_document`` that every word of ``text`` occurs; None when there is nothing to look for.

    Words are found anywhere from three letters on; shorter ones at the beginning of a word.
    """
    terms = search_terms(text)
    if not terms:
        return None
    needles = [term if len(term) >= TRIGRAM else f" {term}" for term in terms]
    long = [needle for needle in needles if len(needle) >= TRIGRAM]
    short = [needle for needle in needles if len(needle) < TRIGRAM]
    if connection.dialect.name == "sqlite":
        found = [_in_trigrams(" ".join(_quoted(needle) for needle in long))] if long else []
    else:
        found = [contains(needle) for needle in long]
    # A single letter is too short for the index: it only narrows what longer words have found, or begins a name.
    found += [contains(needle) if long else _name_begins(needle.strip()) for needle in short]
    return and_(*found)


@cache
def long_words(dialect: str, number: int) -> ColumnElement[bool]:
    """``matches`` for so many words of three letters or more, put together once: see ``values_of_long_words``."""
    if dialect == "sqlite":
        return _in_trigrams(bindparam("words", type_=Text))
    words = (bindparam(f"word_{place}", type_=Text) for place in range(number))
    return and_(*(document.c.body.like(word, escape="/") for word in words))


def values_of_long_words(dialect: str, terms: Sequence[str]) -> dict[str, object] | None:
    """The values for ``long_words``; None where a word is too short for it."""
    if any(len(term) < TRIGRAM for term in terms):
        return None
    if dialect == "sqlite":
        return {"words": " ".join(map(_quoted, terms))}
    return {f"word_{place}": f"%{_literally(term)}%" for place, term in enumerate(terms)}


def of_kind(connection: Connection, kind: str, text: str) -> ColumnElement[bool]:
    """That a document is of this kind, beside ``matches`` for the same text."""
    condition = document.c.kind == kind
    has_trigram = any(len(term) >= TRIGRAM for term in search_terms(text))
    return tested_last(connection.dialect.name, condition) if has_trigram else condition


def tested_last(dialect: str, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition on documents beside words that are looked up in the index.

    SQLite does not know how few a trigram finds, and would read every document of a kind to see which are among
    them; told that most documents are of the kind it looks up those that were found.
    """
    return func.likely(condition, type_=Boolean) if dialect == "sqlite" else condition


def contains_all(text: str) -> ColumnElement[bool]:
    """The same condition without the index, for reading rows in another order until a page is full."""
    terms = search_terms(text)
    return and_(*(contains(term if len(term) >= TRIGRAM else f" {term}") for term in terms))


def contains(needle: str) -> ColumnElement[bool]:
    """That a document has ``needle``, taken literally."""
    return document.c.body.contains(needle, autoescape=True)


def resembles(connection: Connection, text: str) -> ColumnElement[bool] | None:
    """A wide condition for texts with typing errors: documents that share trigrams. Sort the rest out afterwards."""
    words = [term for term in search_terms(text) if len(term) > TRIGRAM]
    if not words or not has_trigrams(connection):
        return None
    if connection.dialect.name == "sqlite":
        pieces = dict.fromkeys(word[at : at + TRIGRAM] for word in words for at in range(len(word) - 2))
        return _in_trigrams(" OR ".join(map(_quoted, pieces)), best=300)
    # The operator uses the index, unlike the function; its threshold is a setting, here until the transaction ends.
    connection.execute(select(func.set_config("pg_trgm.word_similarity_threshold", _LIKENESS, true())))
    return or_(*(literal(word).op("<%", is_comparison=True)(document.c.body) for word in words))


def best_first(text: str) -> list[ColumnElement[object]]:
    """``order_by`` arguments: names that begin with the text, then names that have it, then the rest."""
    folded = fold(text)
    rank = case(
        (document.c.title.startswith(folded, autoescape=True), 0),
        (document.c.title.contains(folded, autoescape=True), 1),
        else_=2,
    )
    return [rank, document.c.title, document.c.id]


def _name_begins(letter: str) -> ColumnElement[bool]:
    return document.c.title.startswith(letter, autoescape=True)


def _in_trigrams(query: str | BindParameter[str], best: int | None = None) -> ColumnElement[bool]:
    found: Select[int] = select(trigrams.c.rowid).where(trigrams.c.search_trigram.op("MATCH")(query))
    if best is not None:
        found = found.order_by(trigrams.c.rank).limit(best)
    return document.c.id.in_(found)


def _literally(needle: str) -> str:
    """A text in which LIKE finds nothing but the text."""
    return needle.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _quoted(needle: str) -> str:
    return '"' + needle.replace('"', '""') + '"'
