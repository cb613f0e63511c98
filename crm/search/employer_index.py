"""The search index as lists of employers use it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, false, select

from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.text_index import COUNTED, TextMatch
from crm.many_rows import among
from crm.search.documents import ARCHIVED_EMPLOYER, EMPLOYER
from crm.search.matching import contains_all, matches, of_kind
from crm.search.tables import document


class EmployerIndex:
    """Implements crm.employers.text_index.TextIndex."""

    def find(self, text: str, *, archived: bool = False) -> TextMatch:
        """The employers found by the index while they are few; else a condition that is tested row by row.

        A text that very many have fills a page soonest when the list is read in its own order.
        """
        connection = current_session().connection()
        found = matches(connection, text)
        if found is None:
            return TextMatch(false(), 0)
        kind = ARCHIVED_EMPLOYER if archived else EMPLOYER
        statement = select(document.c.row_id).where(of_kind(connection, kind, text), found).limit(COUNTED + 1)
        ids = connection.scalars(statement).all()
        if len(ids) > COUNTED:
            return TextMatch(_has_words(kind, text), None)
        return TextMatch(among(connection, Employer.id, ids), len(ids))

    def named(self, folded: Sequence[str]) -> Sequence[int]:
        """The employers whose folded name is one of these."""
        connection = current_session().connection()
        kinds = document.c.kind.in_((EMPLOYER, ARCHIVED_EMPLOYER))
        statement = select(document.c.row_id).where(kinds, among(connection, document.c.title, folded))
        return connection.scalars(statement).all()


def _has_words(kind: str, text: str) -> ColumnElement[bool]:
    return exists(
        select(document.c.id).where(document.c.kind == kind, document.c.row_id == Employer.id, contains_all(text))
    )
