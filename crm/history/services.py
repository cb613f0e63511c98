"""Writing the contact history: one line for each thing that happened, however often it is reported."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import Select, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session, reading_connection
from crm.history.models import HistoryLine, HistoryLink
from crm.history.subjects import Subject

__all__ = ["Subject", "remove_details", "remove_line", "write_line"]

_BY_KEY = "the line is named by the key of the row that it comes from, which the caller has checked"
_LINES, _LINKS = cast(Table, HistoryLine.__table__), cast(Table, HistoryLink.__table__)
# Nobody asks for the keys of the new rows.
_LINK = insert(_LINKS).inline()
_OF_LINE = "line_"
_NO_SUBJECT = dict.fromkeys(("employer_id", "workplace_id", "contact_person_id", "participant_id"))
# Made once: a line is written for every message that leaves.
_INSERTS: dict[str, ReturningInsert[int]] = {
    name: dialect.insert(_LINES).on_conflict_do_nothing().returning(_LINES.c.id)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


def write_line(
    actor: Actor,
    *,
    kind: str,
    source_ref: str,
    at: datetime,
    summary: dict[str, str],
    detail: dict[str, str] | None = None,
    unit_id: int | None,
    subjects: Sequence[Subject],
) -> None:
    """Write the line of (``kind``, ``source_ref``), or change it when it is there already.

    ``summary`` and ``detail`` map staff languages to text (crm.languages.in_all_languages). A second call updates
    time, text and unit, adds the subjects that are missing and keeps the author. May be repeated, also by two
    processes at once.
    """
    values = {
        "kind": kind,
        "source_ref": source_ref,
        "at": at,
        "unit_id": unit_id,
        "author_id": actor.staff_id,
        "author_label": "",
        "summary": summary,
        "detail": detail,
    }
    if _write_new(values, at, subjects):
        return
    line = current_session().scalars(_by_key(kind, source_ref).with_for_update()).one()
    line.at, line.unit_id, line.summary, line.detail = at, unit_id, summary, detail
    _link_again(line, subjects)


def remove_line(kind: str, source_ref: str) -> None:
    """Remove a line whose source is gone. Does nothing when there is none."""
    current_session().execute(delete(HistoryLine).where(HistoryLine.kind == kind, HistoryLine.source_ref == source_ref))


def remove_details(kind: str, source_refs: Collection[str]) -> None:
    """Take the longer text away from lines whose source may no longer be read; time and summary stay. Repeatable."""
    lines = update(HistoryLine).where(HistoryLine.kind == kind, HistoryLine.source_ref.in_(source_refs))
    current_session().execute(lines.values(detail=None))


def _by_key(kind: str, source_ref: str) -> Select[HistoryLine]:
    statement = select(HistoryLine).where(HistoryLine.kind == kind, HistoryLine.source_ref == source_ref)
    return trusted(statement, because=_BY_KEY)


def _write_new(values: dict[str, object], at: datetime, subjects: Sequence[Subject]) -> bool:
    """Write a line that is not there, with its links. False, and nothing written, when it is there."""
    connection = reading_connection()
    dialect = connection.dialect.name
    if dialect == "postgresql" and len(subjects) == 1:
        line = {f"{_OF_LINE}{name}": value for name, value in values.items()}
        return (
            connection.execute(_line_with_link(), {**line, **_NO_SUBJECT, **subjects[0].as_columns()}).first()
            is not None
        )
    # Both dialects speak the same ON CONFLICT, which settles a race without a savepoint for every line.
    line_id = connection.execute(_INSERTS[dialect], values).scalar()
    if line_id is None:
        return False
    _link(line_id, at, subjects)
    return True


@cache
def _line_with_link() -> ReturningInsert[int]:
    """A line and its one link as a single statement, and a single journey to the server."""
    given = {each.name: bindparam(_OF_LINE + each.name, type_=each.type) for each in _LINES.c if each.name != "id"}
    new = postgresql.insert(_LINES).values(given).on_conflict_do_nothing().returning(_LINES.c.id, _LINES.c.at)
    line = new.cte("line")
    about = [bindparam(name, type_=_LINKS.c[name].type) for name in _NO_SUBJECT]
    linked = select(line.c.id, line.c.at, *about)
    return insert(_LINKS).from_select(["line_id", "at", *_NO_SUBJECT], linked).returning(_LINKS.c.line_id)


def _link(line_id: int, at: datetime, subjects: Sequence[Subject]) -> None:
    rows = [{**_NO_SUBJECT, "line_id": line_id, "at": at, **each.as_columns()} for each in dict.fromkeys(subjects)]
    if rows:
        reading_connection().execute(_LINK, rows if len(rows) > 1 else rows[0])


def _link_again(line: HistoryLine, subjects: Sequence[Subject]) -> None:
    there = set()
    for link in line.links:
        link.at = line.at
        there.add(
            Subject(
                employer_id=link.employer_id,
                workplace_id=link.workplace_id,
                contact_person_id=link.contact_person_id,
                participant_id=link.participant_id,
            )
        )
    _link(line.id, line.at, [subject for subject in subjects if subject not in there])
