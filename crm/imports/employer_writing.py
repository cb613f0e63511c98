"""Writing what a book says into the database: a handful of statements for hundreds of rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, update

from crm import clock
from crm.actors import Actor
from crm.db import current_session, new_public_id
from crm.employers.models import ContactPerson, Employer, EmployerKind, EmployerRelationship, Position, StageChange
from crm.employers.models import Workplace as WorkplaceModel
from crm.employers.rules import sort_name
from crm.events import EmployersImported, emit
from crm.imports.employer_book import EMPLOYER_FIELDS, EmployerRecord, PersonRecord, Record, Values, table_of
from crm.imports.journal import Journal
from crm.many_rows import count_rows_anew, insert_many

_EMPLOYER, _PERSON, _POSITION = table_of(Employer), table_of(ContactPerson), table_of(Position)
_WORKPLACE, _RELATION = table_of(WorkplaceModel), table_of(EmployerRelationship)
_STAGES = table_of(StageChange)


def write(actor: Actor, records: Sequence[EmployerRecord]) -> Journal:
    """Insert what is new, update what is different, and tell those who keep an index. Returns what has been done."""
    journal = Journal()
    touched = [record for record in records if _is_touched(record)]
    if not touched:
        return journal
    # Whose names stand in the index is asked before the writing makes new and old alike.
    persons = [person for record in touched for person in _to_index(record)]
    _write_employers(touched, journal)
    _write_workplaces(touched, journal)
    _write_persons(touched, journal)
    _write_relations(actor, touched, journal)
    employers = tuple(_key(record) for record in touched)
    emit(EmployersImported(employer_ids=employers, person_ids=tuple(_key(person) for person in persons)))
    return journal


def count_anew() -> None:
    """Tell the database that its tables have grown. For long files, now and then."""
    tables = (_EMPLOYER, _PERSON, _POSITION, _WORKPLACE, _RELATION, _STAGES)
    count_rows_anew(current_session().connection(), tables)


def _is_touched(record: EmployerRecord) -> bool:
    below: list[Record] = [*record.workplaces.values(), *record.relations.values(), *record.persons.values()]
    below += [person.position for person in record.persons.values()]
    return any(each.id is None or each.changed for each in (record, *below))


def _to_index(record: EmployerRecord) -> Iterable[PersonRecord]:
    """The persons whose documents change: their own words do, or the name of their employer."""
    renamed = "name" in record.changed
    for person in record.persons.values():
        if renamed or person.id is None or person.changed or person.position.changed:
            yield person


def _write_employers(records: Sequence[EmployerRecord], journal: Journal) -> None:
    now = clock.now()
    new = [record for record in records if record.id is None]
    rows: list[Values] = []
    for record in new:
        values: Values = {name: record.values.get(name) for name in EMPLOYER_FIELDS}
        values["kind"] = values["kind"] or EmployerKind.COMPANY
        rows.append({**values, "sort_name": sort_name(values["name"]), "created_at": now})
    _insert(_EMPLOYER, new, rows, journal)
    for record in records:
        if "name" in record.changed:
            record.before.setdefault("sort_name", sort_name(record.before["name"]))
            record.values["sort_name"] = sort_name(record.values["name"])
    _update(_EMPLOYER, records, journal)


def _write_workplaces(records: Sequence[EmployerRecord], journal: Journal) -> None:
    places = [(record, place) for record in records for place in record.workplaces.values()]
    new = [(record, place) for record, place in places if place.id is None]
    rows = [{**place.values, "employer_id": record.id} for record, place in new]
    _insert(_WORKPLACE, [place for _record, place in new], rows, journal)
    _update(_WORKPLACE, [place for _record, place in places], journal)


def _write_persons(records: Sequence[EmployerRecord], journal: Journal) -> None:
    now = clock.now()
    persons = [(record, person) for record in records for person in record.persons.values()]
    new = [(record, person) for record, person in persons if person.id is None]
    _insert(
        _PERSON,
        [person for _record, person in new],
        [
            {**person.values, "sort_name": sort_name(person.values["name"])[:160], "created_at": now}
            for _record, person in new
        ],
        journal,
    )
    for _record, person in persons:
        place = person.position.values.get("workplace_id")
        if isinstance(place, Record):
            person.position.values["workplace_id"] = place.id
    rows = [{**person.position.values, "employer_id": record.id, "person_id": person.id} for record, person in new]
    _insert(_POSITION, [person.position for _record, person in new], rows, journal, known_by="person_id")
    _update(_PERSON, [person for _record, person in persons], journal)
    _update(_POSITION, [person.position for _record, person in persons], journal)


def _write_relations(actor: Actor, records: Sequence[EmployerRecord], journal: Journal) -> None:
    relations = [(record, each) for record in records for each in record.relations.values()]
    new = [(record, each) for record, each in relations if each.id is None]
    _insert(
        _RELATION,
        [each for _record, each in new],
        [{**each.values, "employer_id": record.id} for record, each in new],
        journal,
    )
    for _record, each in new:
        left = {name: each.values.get(name) for name in ("stage", "owner_id", "deputy_id", "note")}
        journal.note_changed(_RELATION, _key(each), {}, left, version=1)  # What to compare with when it is taken back.
    moved = [each for _record, each in relations if each.id is not None and "stage" in each.changed]
    moves = [(each, each.before["stage"], each.before["stage_since"]) for each in moved]
    _update(_RELATION, [each for _record, each in relations], journal)
    begun = [_stage_row(actor, each, None, None) for _record, each in new]
    _insert_stages(begun)  # They go with their relationships when the import is taken back.
    rows = [_stage_row(actor, each, before, since) for each, before, since in moves]
    journal.note_created(_STAGES.name, _insert_stages(rows))


def _insert_stages(rows: Sequence[Values]) -> list[int]:
    if not rows:
        return []
    return sorted(insert_many(current_session().connection(), _STAGES, rows, known_by="relationship_id").values())


def _stage_row(actor: Actor, relation: Record, before: str | None, since: datetime | None) -> Values:
    return {
        "relationship_id": relation.id,
        "from_stage": before,
        "to_stage": relation.values["stage"],
        "at": relation.values["stage_since"],
        "by_id": actor.staff_id,
        "since_before": since,
    }


def _insert(
    table: Table, records: Sequence[Record], rows: Sequence[Values], journal: Journal, *, known_by: str = "public_id"
) -> None:
    """Insert rows and give their records the keys. ``known_by``: a column by which each row is told from the others."""
    if not rows:
        return
    given = [{"public_id": new_public_id(), **row} for row in rows] if known_by == "public_id" else list(rows)
    ids = insert_many(current_session().connection(), table, given, known_by=known_by)
    for record, row in zip(records, given, strict=True):
        record.id = ids[row[known_by]]
        record.before = {}
    journal.note_created(table.name, sorted(ids.values()))


def _update(table: Table, records: Iterable[Record], journal: Journal) -> None:
    """Update rows, those that change the same columns in one statement, and count their version up."""
    groups: dict[tuple[str, ...], list[Values]] = {}
    versioned = "version_id" in table.c
    for record in records:
        changed = record.changed
        if not changed:
            continue
        values = {f"new_{name}": value for name, value in changed.items()}
        if versioned:
            values["new_version_id"] = record.version + 1
        groups.setdefault(tuple(sorted(values)), []).append({"key": record.id, **values})
        before = {name: record.before[name] for name in changed}
        journal.note_changed(table, _key(record), before, changed, version=record.version + 1 if versioned else None)
    for names, rows in groups.items():
        given: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in names}
        # On the connection: the session would take many parameters for its own kind of bulk update.
        connection = current_session().connection()
        connection.execute(update(table).where(table.c.id == bindparam("key")).values(**given), rows)


def _key(record: Record) -> int:
    if record.id is None:
        raise RuntimeError("a record that has not been written has no key")
    return record.id
