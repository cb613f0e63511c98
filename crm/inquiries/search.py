"""Notes of inquiries, as the search over everything finds them. Whom they are about is never in the index."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import get_locale
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import Employer
from crm.extension_points import SearchDocuments, SearchHit, SearchWords
from crm.glossary import picklists
from crm.inquiries.labels import STATES
from crm.inquiries.models import Inquiry, InquiryState
from crm.lazy_texts import lazy_gettext as _l
from crm.web.filters import show_date

KIND = "inquiry"
_OWN = "the index is written of every row; what is shown from it is scoped again"
_SHOWN = 140


def inquiry_documents() -> SearchDocuments:
    """The kind that this feature adds to the search."""
    return SearchDocuments(KIND, _l("Inquiries"), Inquiry, _words, _hits, order=55)


def _words(row_ids: Sequence[int]) -> list[SearchWords]:
    statement = select(Inquiry).where(Inquiry.id.in_(row_ids), Inquiry.archived_at.is_(None))
    rows = current_session().scalars(trusted(statement, because=_OWN)).all()
    names = select(Employer.id, Employer.name).where(Employer.id.in_([row.employer_id for row in rows]))
    employers = dict(current_session().execute(trusted(names, because=_OWN)).all())
    return [
        SearchWords(row.id, employers.get(row.employer_id or 0, ""), (row.note,))
        for row in rows
        if row.note or row.employer_id
    ]


def _hits(rows: Sequence[Inquiry]) -> list[SearchHit]:
    language = str(get_locale())
    return [
        SearchHit(
            title=f"{picklists.label('inquiry_topic', row.topic, language)}, {show_date(row.received_on, 'short')}",
            href=url_for("inquiries.show", public_id=row.public_id),
            detail=" · ".join(filter(None, (row.employer.name if row.employer else "", _short(row.note or "")))),
            tag=STATES[row.state] if row.state is InquiryState.CLOSED else "",
        )
        for row in rows
    ]


def _short(note: str) -> str:
    line = " ".join(note.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
