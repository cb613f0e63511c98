"""Keeping the search index: a document is written when what it tells of changes, and all can be written again.

Everything here may be repeated. Protected participants are never indexed.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.employers.models import ContactPerson, Employer, Position, Workplace
from crm.many_rows import among, rows_given
from crm.participants.models import Participant
from crm.search.documents import (
    ARCHIVED_EMPLOYER,
    EMPLOYER,
    PARTICIPANT,
    PERSON,
    Document,
    employer_document,
    may_be_indexed,
    participant_document,
    person_document,
)
from crm.search.tables import document

EMPLOYER_COLUMNS = (
    Employer.id, Employer.name, Employer.org_number, Employer.country, Employer.city, Employer.municipality,
    Employer.email, Employer.industry_text, Employer.former_names, Employer.phone, Employer.archived_at,
)  # fmt: skip
PERSON_COLUMNS = (ContactPerson.id, ContactPerson.name, ContactPerson.email, ContactPerson.phone)
WORKPLACE_COLUMNS = (
    Workplace.employer_id, Workplace.name, Workplace.unit_number, Workplace.city, Workplace.phone,
)  # fmt: skip
_BATCH = 500
_OWN = "the index is written of every row; what is shown from it is scoped again"


def index_employer(employer_id: int) -> None:
    """Write the document of an employer again, and those of its contact persons, which carry its name."""
    session = current_session()
    employer = session.scalar(_employers().where(Employer.id == employer_id))
    for kind in (EMPLOYER, ARCHIVED_EMPLOYER):
        unindex(kind, employer_id)
    if employer is None:
        return
    here = select(Position.person_id).where(Position.employer_id == employer_id, Position.left_on.is_(None))
    persons = session.scalars(_persons().where(ContactPerson.id.in_(here))).all()
    write_documents(
        [employer_document(employer, employer.workplaces), *(person_document(each, _jobs_of(each)) for each in persons)]
    )


def index_imported(employer_ids: Sequence[int], person_ids: Sequence[int]) -> None:
    """Write the documents of many employers and contact persons again, in a handful of statements; those of rows that
    are gone are removed. Reads columns and not rows: nobody needs the objects."""
    employers = _columns(EMPLOYER_COLUMNS, _among(Employer.id, employer_ids)) if employer_ids else []
    persons = _columns(PERSON_COLUMNS, _among(ContactPerson.id, person_ids)) if person_ids else []
    places = _grouped(_columns(WORKPLACE_COLUMNS, _among(Workplace.employer_id, employer_ids)) if employers else ())
    jobs = _jobs(person_ids) if persons else {}
    documents = [employer_document(row, places.get(row.id, ())) for row in employers]
    kinds = {document.row_id: document.kind for document in documents}
    for kind in (EMPLOYER, ARCHIVED_EMPLOYER):
        _unindex_all(kind, [each for each in employer_ids if kinds.get(each) != kind])
    _unindex_all(PERSON, sorted(set(person_ids) - {row.id for row in persons}))
    write_documents([*documents, *(person_document(row, jobs.get(row.id, ())) for row in persons)])


def _columns(columns: Sequence[Any], wanted: ColumnElement[bool]) -> list[Any]:
    return list(current_session().execute(trusted(select(*columns).where(wanted), because=_OWN)).all())


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.employer_id, []).append(row)
    return found


def _jobs(person_ids: Sequence[int]) -> dict[int, list[tuple[str | None, str]]]:
    statement = (
        select(Position.person_id, Position.title, Employer.name)
        .join(Employer, Employer.id == Position.employer_id)
        .where(_among(Position.person_id, person_ids), Position.left_on.is_(None))
    )
    found: dict[int, list[tuple[str | None, str]]] = {}
    for person_id, title, name in current_session().execute(trusted(statement, because=_OWN)):
        found.setdefault(person_id, []).append((title, name))
    return found


def _jobs_of(person: ContactPerson) -> list[tuple[str | None, str]]:
    return [(each.title, each.employer.name) for each in person.positions if each.left_on is None]


def _unindex_all(kind: str, row_ids: Sequence[int]) -> None:
    if row_ids:
        some = _among(document.c.row_id, row_ids)
        current_session().execute(delete(document).where(document.c.kind == kind, some))


def _among(key: Any, values: Sequence[int]) -> ColumnElement[bool]:
    return among(current_session().connection(), key, values)


def index_person(person_id: int) -> None:
    """Write the document of a contact person again, or remove it when the person is archived or gone."""
    person = current_session().scalar(_persons().where(ContactPerson.id == person_id))
    if person is None or person.archived_at is not None:
        unindex(PERSON, person_id)
    else:
        write_documents([person_document(person, _jobs_of(person))])


def index_participant(participant_id: int) -> None:
    """Write the document of a participant again, or remove it when the person is protected, archived or gone."""
    participant = current_session().scalar(_participants().where(Participant.id == participant_id))
    if participant is None or not may_be_indexed(participant):
        unindex(PARTICIPANT, participant_id)
    else:
        write_documents([participant_document(participant)])


def unindex(kind: str, row_id: int) -> None:
    """Remove a document ("employer", "person" or "participant"). Does nothing when there is none."""
    current_session().execute(delete(document).where(document.c.kind == kind, document.c.row_id == row_id))


def rebuild() -> int:
    """Write the whole index again, batch by batch, each in a transaction of its own. Returns how many documents.

    Searching goes on meanwhile and finds what has been written so far.
    """
    with transaction() as session:
        session.execute(delete(document))
    return sum(_rebuild(model) for model in (Employer, ContactPerson, Participant))


def _rebuild(model: type[Any]) -> int:
    count, last = 0, 0
    while True:
        with transaction() as session:
            batch = list(session.scalars(_all_of(model).where(model.id > last).order_by(model.id).limit(_BATCH)))
            documents = list(_documents(batch))
            write_documents(documents)
            last = batch[-1].id if batch else last
            session.expunge_all()
        count += len(documents)
        if len(batch) < _BATCH:
            return count


def _all_of(model: type[Any]) -> Select[Any]:
    if model is Employer:
        return _employers()
    return _persons() if model is ContactPerson else _participants()


def _documents(rows: Sequence[object]) -> Iterator[Document]:
    for row in rows:
        if isinstance(row, Employer):
            yield employer_document(row, row.workplaces)
        elif isinstance(row, ContactPerson) and row.archived_at is None:
            yield person_document(row, _jobs_of(row))
        elif isinstance(row, Participant) and may_be_indexed(row):
            yield participant_document(row)


def _employers() -> Select[Employer]:
    return _fresh(select(Employer).options(selectinload(Employer.workplaces)))


def _persons() -> Select[ContactPerson]:
    with_employers = selectinload(ContactPerson.positions).options(joinedload(Position.employer))
    return _fresh(select(ContactPerson).options(with_employers))


def _participants() -> Select[Participant]:
    return _fresh(select(Participant))


def _fresh(statement: Select[Any]) -> Select[Any]:
    # Collections that were loaded before the change would bring the old words into the index.
    return trusted(statement, because=_OWN).execution_options(populate_existing=True)


def write_documents(documents: Sequence[Document]) -> None:
    """Write documents, new ones and those that are there. May be repeated."""
    if not documents:
        return
    session = current_session()
    # Each once: PostgreSQL writes no row twice in one statement.
    rows = [each.as_row() for each in {(each.kind, each.row_id): each for each in documents}.values()]
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    statement = postgresql.insert(document) if is_postgresql else sqlite.insert(document)
    if is_postgresql:
        statement = statement.from_select(list(rows[0]), rows_given(document, rows))
    changed = {name: statement.excluded[name] for name in ("unit_id", "title", "body")}
    upsert = statement.on_conflict_do_update(index_elements=["kind", "row_id"], set_=changed)
    session.connection().execute(upsert, None if is_postgresql else rows)
