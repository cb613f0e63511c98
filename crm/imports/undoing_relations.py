"""Taking relationships back: whether one stands as its list left it, what came after, and what kept rows are called."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, exists, select

from crm.accounts.scopes import trusted
from crm.db import Base, current_session
from crm.employers.models import Employer, EmployerRelationship, StageChange
from crm.history.models import HistoryLine, HistoryLink
from crm.imports.employer_book import table_of
from crm.imports.journal import Change, Journal, plain

_EMPLOYER, _RELATION, _STAGES = table_of(Employer), table_of(EmployerRelationship), table_of(StageChange)
_UNTOUCHED = {"prior_experience": "unknown", "prior_experience_reason": None, "preferred_information": None,
              "last_contact_at": None}  # fmt: skip
"""What no list writes, as it is in a new relationship."""
_OF_MOVES = ("stage", "relationship")
"""The lines of a move or of who is responsible: where the values are as before, they tell of nothing that stays."""
_WHY = "rows that a list has written, and what hangs on them; they are told to whoever has sent the list"


def is_as_left(row: Mapping[str, Any], change: Change, journal: Journal) -> bool:
    """Whether a relationship that was saved since has the values of the list again.

    A new one may have been moved and moved back. One that was there before gets its stage back only where no later
    move stands in the stage history, which would tell of stages in which it never was.
    """
    values = {name: value for name, value in change.after.items() if name != "stage_since"}
    if not values or any(plain(row[name]) != value for name, value in values.items()):
        return False
    if row["id"] in journal.created.get(_RELATION.name, ()):
        return all(row[name] == value for name, value in _UNTOUCHED.items())
    return "stage" not in values or _last_move(row["id"]) in journal.created.get(_STAGES.name, ())


def _last_move(relationship_id: int) -> int | None:
    last = select(StageChange.id).where(StageChange.relationship_id == relationship_id)
    return current_session().scalar(trusted(last.order_by(StageChange.id.desc()).limit(1), because=_WHY))


def later_work(ids: Sequence[int]) -> set[int]:
    """Those relationships whose unit has done something with the employer since: a contact, an agreement, a line of
    the history."""
    found: set[int] = set()
    for other, employer_id, unit_id in _of_employer_and_unit():
        same = (employer_id == _RELATION.c.employer_id) & (unit_id == _RELATION.c.unit_id)
        statement = select(_RELATION.c.id).join(other, same).where(_RELATION.c.id.in_(ids)).distinct()
        if "created_at" in other.c:
            statement = statement.where(other.c.created_at >= _RELATION.c.created_at)
        found |= set(current_session().execute(statement).scalars())
    lines = (
        select(_RELATION.c.id)
        .join(HistoryLink, HistoryLink.employer_id == _RELATION.c.employer_id)
        .join(HistoryLine, HistoryLine.id == HistoryLink.line_id)
        .where(_RELATION.c.id.in_(ids), HistoryLine.unit_id == _RELATION.c.unit_id)
        .where(HistoryLine.author_id.is_not(None), ~_is_trace(), HistoryLine.at >= _RELATION.c.created_at)
        .distinct()
    )
    return found | set(current_session().scalars(trusted(lines, because=_WHY)))


def told_of(ids: Sequence[int]) -> set[int]:
    """Those employers whose history has more than traces of moves."""
    lines = select(HistoryLink.employer_id).join(HistoryLine, HistoryLine.id == HistoryLink.line_id)
    lines = lines.where(HistoryLink.employer_id.in_(ids), ~_is_trace()).distinct()
    return {key for key in current_session().scalars(trusted(lines, because=_WHY)) if key is not None}


def forget_traces(ids: Sequence[int]) -> None:
    """Delete what the history tells of employers that go now: nothing but traces of moves."""
    lines = select(HistoryLink.line_id).where(HistoryLink.employer_id.in_(ids))
    current_session().execute(
        delete(HistoryLine).where(HistoryLine.id.in_(lines)).execution_options(synchronize_session=False)
    )


def _is_trace() -> ColumnElement[bool]:
    """Whether a line tells of a move alone: without a word of whoever moved it, and not of what the employer heard."""
    return and_(
        HistoryLine.kind.in_(_OF_MOVES),
        HistoryLine.detail.is_(None),
        ~HistoryLine.source_ref.startswith("told:", autoescape=True),
    )


def moves_that_stay(ids: Sequence[int]) -> set[int]:
    """Those moves of a list after which somebody has moved the relationship on, or whose relationship was kept."""
    later = _STAGES.alias()
    moved_on = exists().where(later.c.relationship_id == _STAGES.c.relationship_id, later.c.id > _STAGES.c.id)
    statement = select(_STAGES.c.id).join(_RELATION, _RELATION.c.id == _STAGES.c.relationship_id)
    stays = statement.where(_STAGES.c.id.in_(ids), moved_on | (_RELATION.c.stage_since == _STAGES.c.at))
    return set(current_session().execute(stays).scalars())


def _of_employer_and_unit() -> list[tuple[Table, Any, Any]]:
    """The tables, also those of plugins, whose rows are about an employer and belong to a unit."""
    found = []
    for other in Base.metadata.sorted_tables:
        keys = {key.column.table.name: key.parent for key in other.foreign_keys}
        if other is not _RELATION and _EMPLOYER.name in keys and "unit" in keys:
            found.append((other, keys[_EMPLOYER.name], keys["unit"]))
    return found


def names_of(table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[int, tuple[str, str | None]]:
    """What rows that are kept are called, and the address of the page that shows them: for all that hangs on an
    employer that is the employer's."""
    if "employer_id" not in table.c:
        return {row["id"]: (str(row.get("name") or ""), row.get("public_id")) for row in rows}
    ids = sorted({row["employer_id"] for row in rows})
    asked = trusted(select(Employer.id, Employer.name, Employer.public_id).where(Employer.id.in_(ids)), because=_WHY)
    employers = {key: (name, public_id) for key, name, public_id in current_session().execute(asked)}
    found: dict[int, tuple[str, str | None]] = {}
    for row in rows:
        employer, public_id = employers[row["employer_id"]]
        own = str(row.get("name") or row.get("title") or "")
        found[row["id"]] = (f"{own} ({employer})" if own else employer, public_id)
    return found
