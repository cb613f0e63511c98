"""Looking things up, and showing only what the reader may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.elements import True_

from crm.accounts.queries import modules_on
from crm.accounts.scopes import condition, scoped, visible
from crm.accounts.web_ports import module_on
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import ContactPerson, Employer, Position
from crm.extension_points import SearchDocuments, SearchHit
from crm.lazy_texts import lazy_gettext as _l
from crm.participants.models import Participant
from crm.registry import current_registry
from crm.search.documents import EMPLOYER, PARTICIPANT, PERSON
from crm.search.folding import search_terms, stemmed
from crm.search.matching import best_first, matches, of_kind, resembles
from crm.search.tables import document

SHOWN = 20
_RANKED = 2000
LAST_PAGE = _RANKED // SHOWN
_COMPARED = 300
_MODELS: dict[str, type[Any]] = {EMPLOYER: Employer, PERSON: ContactPerson, PARTICIPANT: Participant}
_IN_USE_ALONE = frozenset({EMPLOYER})
"""Kinds of documents that only rows in use have: an archived employer's is of another kind."""
_ALIKE = 78
"""How much (of 100) a word must be like another to count as the same with a typing error (rapidfuzz, ratio)."""


@dataclass(frozen=True)
class Group:
    """Rows of a further kind (crm.extension_points.SearchDocuments), as they are shown."""

    documents: SearchDocuments
    rows: Sequence[Any]

    @property
    def kind(self) -> str:
        """What kind of rows these are."""
        return self.documents.kind

    @property
    def hits(self) -> Sequence[SearchHit]:
        """The rows with their addresses; inside a request."""
        return self.documents.show(self.rows)


@dataclass(frozen=True)
class Results:
    """What was found, by kind, the best first. ``is_more`` names the kinds of which there is more than is shown.

    ``similar``: nothing was found as written, and these are nearly the same.
    """

    employers: Sequence[Employer] = ()
    persons: Sequence[ContactPerson] = ()
    participants: Sequence[Participant] = ()
    groups: Sequence[Group] = ()
    is_more: frozenset[str] = frozenset()
    similar: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found at all."""
        return not (self.employers or self.persons or self.participants or self.groups)


def find(actor: Actor, text: str, *, kind: str | None = None, page: int = 1) -> Results:
    """Everything, or everything of one ``kind``, that ``actor`` may see and that has every word of ``text``; what is
    nearly alike if there is none.

    Accents and capitals do not count, and telephone numbers are found however they are written; where nothing has the
    words as they are written, other endings are tried, then typing errors. One query for what there is, and two at most
    for each kind of it. ``page``: further pages of what has the words, up to some thousand.
    """
    # No text in a database has this character, and neither database can be asked for it.
    text = text.replace("\0", " ")
    models = {key: model for key, model in _models().items() if kind in (None, key)}
    connection = current_session().connection()
    attempts = dict.fromkeys((" ".join(search_terms(text)), stemmed(text)))
    for similar, attempt in enumerate(attempts):
        found = matches(connection, attempt)
        if found is None:
            return Results()
        ids = _found(actor, models, found, attempt, page)
        if any(ids.values()):
            return _results(actor, ids, similar=bool(similar))
    wide = resembles(connection, text) if page == 1 else None
    if wide is None:
        return Results()
    return _results(actor, {key: some for key, some in _alike(wide, text).items() if key in models}, similar=True)


def kinds() -> dict[str, object]:
    """The kinds that can be found where the reader works, by what they are called and in their order; in a request."""
    found = current_registry().search_documents.values()
    further = sorted((each for each in found if not each.module or module_on(each.module)), key=lambda each: each.order)
    own = {EMPLOYER: _l("Employers"), PERSON: _l("Contact persons"), PARTICIPANT: _l("Participants")}
    return own | {each.kind: each.label for each in further}


def _models() -> dict[str, type[Any]]:
    return _MODELS | {each.kind: each.model for each in current_registry().search_documents.values()}


def _found(
    actor: Actor, wanted: Iterable[str], found: ColumnElement[bool], text: str, page: int
) -> dict[str, list[int]]:
    """The rows of each kind, the best first. One query for what there is, and one for each kind of it."""
    some = select(document.c.kind).where(found).limit(_RANKED + 1).subquery()
    counted = select(some.c.kind, func.count()).group_by(some.c.kind)
    counts: dict[str, int] = {row[0]: row[1] for row in current_session().connection().execute(counted)}
    few = sum(counts.values()) <= _RANKED
    return {
        kind: _ids(actor, kind, found, text, page, few=few)
        # All kinds, when the index has too much to look through.
        for kind in wanted
        if kind in counts or not few
    }


def _ids(actor: Actor, kind: str, found: ColumnElement[bool], text: str, page: int, *, few: bool) -> list[int]:
    those: tuple[ColumnElement[bool], ...] = (of_kind(current_session().connection(), kind, text), found)
    if not few:
        # Of a text that very many have only some are put in order: nobody reads all, and a longer text finds fewer.
        some = select(document.c.id).where(*those).limit(_RANKED)
        # They are of the kind already. Said once more, it would let SQLite read every document of the kind.
        those = (document.c.id.in_(some.subquery().select()),)
    statement = _seen(actor, kind, select(document.c.row_id)).where(*those)
    ordered = statement.order_by(*best_first(text)).limit(SHOWN + 1).offset((page - 1) * SHOWN)
    return list(current_session().scalars(ordered))


def _alike(found: ColumnElement[bool], text: str) -> dict[str, list[int]]:
    """The rows of each kind whose names are most like the text. Not scoped: reading the rows is."""
    statement = select(document.c.kind, document.c.row_id, document.c.title).where(found).limit(_COMPARED)
    words, best = search_terms(text), []
    for kind, row_id, title in current_session().connection().execute(statement):
        score = _likeness(words, title)
        if score >= _ALIKE:
            best.append((score, kind, row_id))
    best.sort(reverse=True)
    return {wanted: [row_id for _score, kind, row_id in best if kind == wanted][:SHOWN] for wanted in _models()}


def _likeness(words: Sequence[str], title: str) -> float:
    """How well the worst of the words is found among those of the title."""
    from rapidfuzz import fuzz  # 4 MB with the library of C++, for words that nothing contains

    return min(max((fuzz.ratio(word, other) for other in title.split()), default=0) for word in words)


def _seen(actor: Actor, kind: str, statement: Select[Any]) -> Select[Any]:
    """``statement`` about documents of one kind, joined to the rows they are of, those alone that may be seen."""
    model = _models()[kind]
    seen = condition(model, actor)
    if _is_seen_whole(actor, kind):
        return scoped(statement, seen)  # Reading the rows would change nothing.
    joined = statement.join(model, model.id == document.c.row_id)
    return scoped(joined.where(*_in_use(model)), seen)


def _is_seen_whole(actor: Actor, kind: str) -> bool:
    """Whether every document of a kind is of a row that is in use and that the reader may see."""
    return kind in _IN_USE_ALONE and isinstance(condition(_models()[kind], actor), True_)


def _in_use(model: type[Any]) -> Sequence[ColumnElement[bool]]:
    return (model.archived_at.is_(None),) if hasattr(model, "archived_at") else ()


def _results(actor: Actor, ids: dict[str, list[int]], *, similar: bool) -> Results:
    return Results(
        employers=_rows(actor, Employer, ids.get(EMPLOYER, [])),
        persons=_rows(actor, ContactPerson, ids.get(PERSON, [])),
        participants=_rows(actor, Participant, ids.get(PARTICIPANT, [])),
        groups=_groups(actor, ids),
        is_more=frozenset(kind for kind, found in ids.items() if len(found) > SHOWN),
        similar=similar,
    )


def _groups(actor: Actor, ids: dict[str, list[int]]) -> list[Group]:
    groups = []
    for documents in sorted(current_registry().search_documents.values(), key=lambda each: each.order):
        rows = _rows(actor, documents.model, ids.get(documents.kind, []))
        if rows and (not documents.module or documents.module in modules_on(actor)):
            groups.append(Group(documents, rows))
    return groups


def _rows(actor: Actor, model: type[Any], ids: list[int]) -> Sequence[Any]:
    if not ids:
        return ()
    statement = visible(model, actor).where(model.id.in_(ids[:SHOWN]), *_in_use(model))
    if model is ContactPerson:
        statement = statement.options(selectinload(ContactPerson.positions).joinedload(Position.employer))
    rows = {row.id: row for row in current_session().scalars(statement)}
    return [rows[row_id] for row_id in ids[:SHOWN] if row_id in rows]
