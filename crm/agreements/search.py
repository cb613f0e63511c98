"""Agreements in the search over everything: by employer, kind, contact person, and who signed."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.current import current_actor
from crm.accounts.scopes import trusted
from crm.agreements.models import Agreement
from crm.agreements.services.rows import type_name
from crm.agreements.states import LABELS
from crm.db import current_session
from crm.documents.shipped import LANGUAGES
from crm.extension_points import SearchDocuments, SearchHit, SearchWords
from crm.lazy_texts import lazy_gettext as _l
from crm.web.filters import show_date

_OWN = "the index is written of every row; what is shown from it is scoped again"


def search_documents() -> SearchDocuments:
    """Agreements as the search knows them."""
    return SearchDocuments("agreement", _l("Agreements"), Agreement, _words, _hits, order=50)


def _words(row_ids: Sequence[int]) -> list[SearchWords]:
    statement = select(Agreement).where(Agreement.id.in_(row_ids))
    options = (joinedload(Agreement.employer), joinedload(Agreement.contact), selectinload(Agreement.signatures))
    return [_of(row) for row in current_session().scalars(trusted(statement.options(*options), because=_OWN))]


def _of(row: Agreement) -> SearchWords:
    kinds = dict.fromkeys(type_name(row, language) for language in LANGUAGES)
    people = [row.contact.name if row.contact else None, *(each.name for each in row.signatures)]
    return SearchWords(
        row.id, row.employer.name, (row.employer.org_number, row.title, *kinds, *people, row.fields.get("purpose"))
    )


def _hits(rows: Sequence[Agreement]) -> list[SearchHit]:
    language = current_actor().language
    return [
        SearchHit(
            title=_("%(kind)s, %(employer)s", kind=type_name(row, language), employer=row.employer.name),
            href=url_for("agreements.show", public_id=row.public_id),
            detail=f"{LABELS[row.status]} · {show_date(row.starts_on)} – {show_date(row.ends_on)}",
        )
        for row in rows
    ]
