"""Writing the contact history: one line for each thing that happened, however often it is reported."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.history.models import HistoryLine, HistoryLink
from crm.history.subjects import Subject

__all__ = ["Subject", "remove_details", "remove_line", "write_line"]

_BY_KEY = "the line is named by the key of the row that it comes from, which the caller has checked"


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
) -> HistoryLine:
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
    line = _insert_unless_there(values)
    if line is not None:
        _link(line, subjects)
        return line
    line = current_session().scalars(_by_key(kind, source_ref).with_for_update()).one()
    line.at, line.unit_id, line.summary, line.detail = at, unit_id, summary, detail
    _link_again(line, subjects)
    return line


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


def _insert_unless_there(values: dict[str, object]) -> HistoryLine | None:
    session = current_session()
    # Both dialects speak the same ON CONFLICT, which settles a race without a savepoint for every line.
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(HistoryLine).values(values).on_conflict_do_nothing().returning(HistoryLine)
    return session.scalars(statement).first()


def _link(line: HistoryLine, subjects: Sequence[Subject]) -> None:
    wanted = dict.fromkeys(subjects)
    if not wanted:
        return
    empty = dict.fromkeys(("employer_id", "workplace_id", "contact_person_id", "participant_id"))
    rows = [{"line_id": line.id, "at": line.at, **empty, **subject.as_columns()} for subject in wanted]
    current_session().execute(insert(HistoryLink), rows)


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
    _link(line, [subject for subject in subjects if subject not in there])
