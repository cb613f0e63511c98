"""The search index as lists of employers use it."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, exists, false, func, select

from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.text_index import COUNTED, TextMatch
from crm.many_rows import among, among_gathered, gathered
from crm.search.documents import ARCHIVED_EMPLOYER, EMPLOYER
from crm.search.folding import search_terms
from crm.search.matching import contains_all, long_words, matches, of_kind, tested_last, values_of_long_words
from crm.search.tables import document


class EmployerIndex:
    """Implements crm.employers.text_index.TextIndex."""

    def find(self, text: str, *, archived: bool = False) -> TextMatch:
        """The employers found by the index while they are few; else a condition that is tested row by row.

        A text that very many have fills a page soonest when the list is read in its own order.
        """
        connection = current_session().connection()
        dialect = connection.dialect.name
        kind = ARCHIVED_EMPLOYER if archived else EMPLOYER
        terms = search_terms(text)
        if not terms:
            return TextMatch(false(), 0)
        words = values_of_long_words(dialect, terms)
        if words is None:
            found = matches(connection, text)
            assert found is not None  # there are words
            statement, values = _few(dialect, of_kind(connection, kind, text), found), {}
        else:
            statement, values = _few_of_long_words(dialect, len(terms)), {**words, "kind": kind}
        total, ids = connection.execute(statement, {**values, "most": COUNTED + 1}).one()
        if total > COUNTED:
            return TextMatch(_has_words(kind, text), None)
        condition = among_gathered(dialect, Employer.id, "found", ids)
        return TextMatch(condition, total, ids) if total else TextMatch(false(), 0)

    def named(self, folded: Sequence[str]) -> Sequence[int]:
        """The employers whose folded name is one of these."""
        connection = current_session().connection()
        kinds = document.c.kind.in_((EMPLOYER, ARCHIVED_EMPLOYER))
        statement = select(document.c.row_id).where(kinds, among(connection, document.c.title, folded))
        return connection.scalars(statement).all()


@cache
def _few_of_long_words(dialect: str, number: int) -> Select[int, Any]:
    is_kind = document.c.kind == bindparam("kind", type_=Text)
    return _few(dialect, tested_last(dialect, is_kind), long_words(dialect, number))


def _few(dialect: str, *conditions: ColumnElement[bool]) -> Select[int, Any]:
    """How many documents there are, up to ``most``, and their rows."""
    found = select(document.c.row_id).where(*conditions).limit(bindparam("most", type_=Integer)).subquery()
    return select(func.count(), gathered(dialect, found.c.row_id)).select_from(found)


def _has_words(kind: str, text: str) -> ColumnElement[bool]:
    return exists(
        select(document.c.id).where(document.c.kind == kind, document.c.row_id == Employer.id, contains_all(text))
    )
