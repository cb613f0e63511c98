"""Keeps the documents of further kinds (SearchDocuments) up to date: a row that the session writes is indexed again in
the same transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import has_app_context
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session, UOWTransaction

from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.extension_points import SearchDocuments, SearchWords
from crm.folding import fold
from crm.registry import current_registry
from crm.search.documents import Document, joined
from crm.search.folding import number_forms
from crm.search.services import write_documents
from crm.search.tables import document

_PENDING = "brobygg.search_pending"
_BATCH = 500


def install_keeping() -> None:
    """Listen to every session once for the process. Called by create_app()."""
    if not event.contains(Session, "after_flush", _note):
        event.listen(Session, "after_flush", _note)
        event.listen(Session, "before_commit", _index_pending)
        event.listen(Session, "after_rollback", _forget)


def index_rows(documents: SearchDocuments, row_ids: Sequence[int]) -> int:
    """Write the documents of some rows again; those that have no words any more are removed. May be repeated."""
    found = [_document(documents.kind, each) for each in documents.read(row_ids)]
    gone = sorted(set(row_ids) - {each.row_id for each in found})
    if gone:
        old = delete(document).where(document.c.kind == documents.kind, document.c.row_id.in_(gone))
        current_session().execute(old)
    write_documents(found)
    return len(found)


def rebuild_further() -> int:
    """Write the documents of all further kinds again, batch by batch. Returns how many."""
    return sum(_rebuild(each) for each in current_registry().search_documents.values())


def _rebuild(documents: SearchDocuments) -> int:
    count, last = 0, 0
    while True:
        with transaction() as session:
            key = documents.model.id
            batch = trusted(
                select(key).where(key > last).order_by(key).limit(_BATCH), because="rows are indexed by key"
            )
            ids = list(session.scalars(batch))
            count += index_rows(documents, ids) if ids else 0
            session.expunge_all()
        if len(ids) < _BATCH:
            return count
        last = ids[-1]


def _note(session: Session, flush: UOWTransaction) -> None:
    if not has_app_context():
        return
    kinds = current_registry().search_documents
    if not kinds:
        return
    models = {each.model: each.kind for each in kinds.values()}
    for row in _written(session):
        kind = models.get(type(row))
        if kind is not None:
            session.info.setdefault(_PENDING, {}).setdefault(kind, set()).add(row.id)


def _written(session: Session) -> Iterable[Any]:
    yield from session.new
    yield from session.dirty
    yield from session.deleted


def _index_pending(session: Session) -> None:
    if not has_app_context() or session is not current_session():
        return
    session.flush()  # What is only noted when it is written must be written first.
    pending: dict[str, set[int]] = session.info.pop(_PENDING, {})
    for kind, ids in pending.items():
        documents = current_registry().search_documents.get(kind)
        if documents is not None:
            index_rows(documents, sorted(ids))


def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_PENDING, None)


def _document(kind: str, words: SearchWords) -> Document:
    texts = [words.title, *words.words, *(form for phone in words.phones for form in number_forms(phone))]
    return Document(kind=kind, row_id=words.row_id, unit_id=None, title=fold(words.title), body=joined(texts))
