"""Taking a whole import of employers back, some hundred rows at a time.

What the file added is removed, and what it changed is as it was. A row that somebody has changed since, or that
something hangs on by now (a contact, a placement, a task ...), is kept and listed: nobody's work is lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Column, Table, delete, select, update

from crm.db import Base, current_session
from crm.employers.models import ContactPerson, Employer, EmployerRelationship, Position, StageChange, Workplace
from crm.employers.services.responsible import check_works_there
from crm.errors import DomainError
from crm.events import EmployersImported, emit
from crm.history.models import HistoryLink
from crm.imports.employer_book import table_of
from crm.imports.journal import Change, Journal, plain, value_for
from crm.imports.models import ImportBatch, ImportRun
from crm.imports.undoing_relations import forget_traces, is_as_left, later_work, moves_that_stay, names_of, told_of

MOST_KEPT = 1_000
_AT_ONCE = 500
_EMPLOYER, _PERSON, _POSITION = table_of(Employer), table_of(ContactPerson), table_of(Position)
_WORKPLACE, _RELATION, _STAGES = table_of(Workplace), table_of(EmployerRelationship), table_of(StageChange)
_LINKS = table_of(HistoryLink)
_RESTORED = (_EMPLOYER, _PERSON, _POSITION, _WORKPLACE, _RELATION)
# What hangs on others goes first, so that whatever still hangs on an employer at the end is somebody's work.
_REMOVED = (_STAGES, _PERSON, _RELATION, _WORKPLACE, _EMPLOYER)
_GOES_ALONG: Mapping[str, Sequence[Table]] = {_PERSON.name: (_POSITION,), _RELATION.name: (_STAGES,)}
"""Tables whose rows go with a row: they were written with it, and a change of them by a person shows elsewhere."""


@dataclass(frozen=True)
class Step:
    """Some rows of one table, to be removed or to be restored."""

    table: Table
    ids: Sequence[int]
    removes: bool


@dataclass
class UndoReport:
    """What became of an import that was taken back, and how many of its steps are done."""

    step: int = 0
    steps: int = 0
    removed: int = 0
    restored: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)
    kept_count: int = 0

    def keep(self, table: Table, *, name: str, public_id: str | None, why: str) -> None:
        """One more row that stays. ``why``: "changed" or "used"."""
        self.kept_count += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append({"kind": table.name, "name": name, "public_id": public_id, "why": why})


def whole_journal(run_id: int) -> Journal:
    """Everything that an import changed."""
    parts = select(ImportBatch.journal).where(ImportBatch.run_id == run_id).order_by(ImportBatch.first_row)
    return Journal.from_json(part for part in current_session().scalars(parts) if part)


def undo_batch(run: ImportRun, journal: Journal) -> bool:
    """Take some more rows back, inside a transaction of the caller's. False when nothing is left."""
    steps = list(_steps(journal))
    report = UndoReport(**(run.undo_report or {}))
    report.steps = len(steps)
    if report.step < len(steps):
        step = steps[report.step]
        (_remove if step.removes else _restore)(step, journal, report)
        report.step += 1
    run.undo_report = dict(vars(report))
    return report.step < len(steps)


def _steps(journal: Journal) -> Iterator[Step]:
    for table in _RESTORED:
        new = set(journal.created.get(table.name, ()))
        yield from _some(table, [key for key in journal.changed.get(table.name, {}) if key not in new], removes=False)
    for table in _REMOVED:
        yield from _some(table, journal.created.get(table.name, ()), removes=True)


def _some(table: Table, ids: Sequence[int], *, removes: bool) -> Iterator[Step]:
    for start in range(0, len(ids), _AT_ONCE):
        yield Step(table, ids[start : start + _AT_ONCE], removes)


def _restore(step: Step, journal: Journal, report: UndoReport) -> None:
    session, table = current_session(), step.table
    changes = journal.changed[table.name]
    done: list[int] = []
    rows = _rows(step)
    names = names_of(table, rows)
    for row in rows:
        change = changes[row["id"]]
        if (
            not _is_as_left(table, row, change, journal)
            or _number_is_taken(table, row, change)
            or _has_left(table, row, change)
        ):
            name, public_id = names[row["id"]]
            report.keep(table, name=name, public_id=public_id, why="changed")
            continue
        values = {name: value_for(table, name, value) for name, value in change.before.items()}
        if "version_id" in table.c:
            values["version_id"] = row["version_id"] + 1
        session.execute(update(table).where(table.c.id == row["id"]).values(**values))
        done.append(row["id"])
    report.restored += len(done)
    _tell(table, done)


def _remove(step: Step, journal: Journal, report: UndoReport) -> None:
    table = step.table
    changes = journal.changed.get(table.name, {})
    rows = _rows(step)
    names = names_of(table, rows)
    used = moves_that_stay(step.ids) if table is _STAGES else _used(step, journal)
    gone: list[int] = []
    owners: set[int] = set()
    for row in rows:
        change = changes.get(row["id"])
        changed = not _is_as_left(table, row, change or Change({}, {}, 1), journal)
        if table is _STAGES and row["id"] in used:
            continue  # Its relationship was kept, and is listed.
        if changed or row["id"] in used:
            why = "changed" if changed else "used"
            name, public_id = names[row["id"]]
            report.keep(table, name=name, public_id=public_id, why=why)
        else:
            gone.append(row["id"])
            owners |= {row["employer_id"]} if table is _WORKPLACE else set()
    if gone and table is _EMPLOYER:
        forget_traces(gone)
    if gone:
        current_session().execute(delete(table).where(table.c.id.in_(gone)))
        report.removed += len(gone) if table is not _STAGES else 0
        if table is _WORKPLACE:
            emit(EmployersImported(employer_ids=tuple(sorted(owners)), workplace_ids=tuple(gone)))
        else:
            _tell(table, gone)


def _rows(step: Step) -> Sequence[Mapping[str, Any]]:
    statement = select(step.table).where(step.table.c.id.in_(step.ids)).order_by(step.table.c.id).with_for_update()
    return cast(Sequence[Mapping[str, Any]], current_session().execute(statement).mappings().all())


def _is_as_left(table: Table, row: Mapping[str, Any], change: Change, journal: Journal) -> bool:
    if row.get("version_id") is not None:
        if change.version is None or row["version_id"] == change.version:
            return True
        return table is _RELATION and is_as_left(row, change, journal)
    return all(plain(row[name]) == value for name, value in change.after.items())


def _number_is_taken(table: Table, row: Mapping[str, Any], change: Change) -> bool:
    """Whether another employer has got the number meanwhile that this one would get back."""
    number = change.before.get("org_number") if table is _EMPLOYER else None
    if number is None:
        return False
    same = select(_EMPLOYER.c.id).where(_EMPLOYER.c.country == row["country"], _EMPLOYER.c.org_number == number)
    return current_session().execute(same).first() is not None


def _has_left(table: Table, row: Mapping[str, Any], change: Change) -> bool:
    """Whether somebody would be responsible again, or stand in, who works in the unit no longer."""
    if table is not _RELATION:
        return False
    try:
        for name in ("owner_id", "deputy_id"):
            check_works_there(row["unit_id"], change.before.get(name), name)
    except DomainError:
        return True
    return False


def _used(step: Step, journal: Journal) -> set[int]:
    """Those rows that something refers to which the import did not write."""
    used: set[int] = set()
    along = _GOES_ALONG.get(step.table.name, ())
    for column in _references(step.table):
        statement = select(column).where(column.in_(step.ids)).distinct()
        if column.table is _POSITION and _POSITION in along:
            statement = select(column, _POSITION.c.id).where(column.in_(step.ids))
            own = set(journal.created.get(_POSITION.name, ()))
            used |= {row[0] for row in current_session().execute(statement) if row[1] not in own}
        elif column.table is _LINKS and step.table is _EMPLOYER:
            used |= told_of(step.ids)
        elif column.table not in along:
            used |= set(current_session().execute(statement).scalars())
    return used | later_work(step.ids) if step.table is _RELATION else used


def _references(table: Table) -> Iterator[Column[Any]]:
    """The columns of all tables, also those of plugins, that refer to rows of ``table``."""
    for other in Base.metadata.tables.values():
        for key in other.foreign_keys:
            if key.column.table is table:
                yield key.parent


def _tell(table: Table, ids: Sequence[int]) -> None:
    """Let those who keep an index know what is different or gone."""
    if not ids:
        return
    if table is _EMPLOYER:
        emit(EmployersImported(employer_ids=tuple(ids)))
    elif table is _PERSON:
        emit(EmployersImported(employer_ids=(), person_ids=tuple(ids)))
    elif table in (_POSITION, _WORKPLACE):
        # A workplace's words stand in its employer's document, a position's in that of the person.
        owner = table.c.person_id if table is _POSITION else table.c.employer_id
        found = tuple(current_session().execute(select(owner).where(table.c.id.in_(ids)).distinct()).scalars())
        emit(EmployersImported(found if table is _WORKPLACE else (), found if table is _POSITION else ()))
