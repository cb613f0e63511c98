"""The search index as lists of employers use it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, false, select

from crm.db import current_session
from crm.employers.models import Employer
from crm.search.documents import EMPLOYER
from crm.search.folding import search_terms
from crm.search.matching import contains_all, matches
from crm.search.tables import document


@dataclass(frozen=True)
class EmployerIndex:
    """Implements crm.employers.text_index.TextIndex."""

    def ids(self, text: str, limit: int) -> list[int] | None:
        """The employers found, or None beyond ``limit``: then reading the list in its order fills a page sooner."""
        connection = current_session().connection()
        found = matches(connection, text)
        if found is None:
            return []
        statement = select(document.c.row_id).where(document.c.kind == EMPLOYER, found).limit(limit + 1)
        ids = list(connection.scalars(statement))
        return ids if len(ids) <= limit else None

    def condition(self, text: str) -> ColumnElement[bool]:
        """True for an employer whose document has every word."""
        if not search_terms(text):
            return false()
        return exists(
            select(document.c.id).where(
                document.c.kind == EMPLOYER, document.c.row_id == Employer.id, contains_all(text)
            )
        )
