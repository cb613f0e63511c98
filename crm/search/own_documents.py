"""Workplaces and the notes of contacts: what the search finds besides employers, contact persons and participants."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.models import Contact, Employer, Workplace
from crm.extension_points import SearchDocuments, SearchHit, SearchWords
from crm.lazy_texts import lazy_gettext as _l
from crm.web.filters import show_date

WORKPLACE, NOTE = "workplace", "contact_note"
_OWN = "the index is written of every row; what is shown from it is scoped again"
_SHOWN = 140


def own_documents() -> list[SearchDocuments]:
    """The kinds that this feature adds itself."""
    return [
        SearchDocuments(WORKPLACE, _l("Workplaces"), Workplace, _workplace_words, _workplaces, order=20),
        SearchDocuments(NOTE, _l("Notes of contacts"), Contact, _note_words, _notes, order=60),
    ]


def _workplace_words(row_ids: Sequence[int]) -> list[SearchWords]:
    statement = select(Workplace).join(Employer).where(Workplace.id.in_(row_ids), Workplace.archived_at.is_(None))
    rows = current_session().scalars(trusted(statement.options(joinedload(Workplace.employer)), because=_OWN))
    return [
        SearchWords(row.id, row.name, (row.unit_number, row.city, row.address, row.employer.name), (row.phone,))
        for row in rows
    ]


def _workplaces(rows: Sequence[Workplace]) -> list[SearchHit]:
    return [
        SearchHit(
            title=row.name,
            href=url_for("employers.show", public_id=row.employer.public_id),
            detail=" · ".join(filter(None, (row.employer.name, row.city, row.unit_number))),
            tag=_tag(row.employer),
        )
        for row in rows
    ]


def _tag(employer: Employer) -> str:
    if employer.do_not_contact:
        return str(_("Do not contact"))
    return str(_("No advertising")) if employer.advertising_block else ""


def _note_words(row_ids: Sequence[int]) -> list[SearchWords]:
    statement = select(Contact.id, Contact.note, Employer.name).join(Employer, Employer.id == Contact.employer_id)
    wanted = statement.where(Contact.id.in_(row_ids), Contact.archived_at.is_(None), Contact.note.is_not(None))
    rows = current_session().execute(trusted(wanted, because=_OWN))
    return [SearchWords(key, name, (note,)) for key, note, name in rows if note]


def _notes(rows: Sequence[Contact]) -> list[SearchHit]:
    return [
        SearchHit(
            title=_("%(name)s, %(day)s", name=row.employer.name, day=show_date(row.on_date, "short")),
            href=url_for("employers.show", public_id=row.employer.public_id),
            detail=_short(row.note or ""),
        )
        for row in rows
    ]


def _short(note: str) -> str:
    line = " ".join(note.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
