"""A person's own data: giving it out, and erasing it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Column, ColumnElement, LargeBinary, Select, Table, delete, exists, select

from crm.accounts import audit
from crm.accounts.scopes import locked
from crm.actors import Actor, Role
from crm.db import Base, current_session
from crm.errors import NotAllowed
from crm.events import ParticipantChanged, emit
from crm.history.models import HistoryLine, HistoryLink
from crm.participants.models import Participant
from crm.registry import current_registry

# Secrets of ours, of no meaning to the person.
_HIDDEN = frozenset({"return_token", "address_hash", "lease_owner", "lease_until", "version_id", "fs_uniquifier"})


@dataclass(frozen=True)
class _Held:
    """Rows of one table that belong to a person."""

    table: Table
    statement: Select[Any]


def export_person(actor: Actor, *, participant_id: int) -> dict[str, object]:
    """Everything that is kept about a participant, ready for JSON: the core's tables, the contact history, and
    what each plugin tells (``brobygg_export_person``).

    Managers only. Raises NotAllowed, NotVisible. Changes nothing but the audit log; may be repeated.
    """
    person = _of_manager(actor, participant_id)
    _audit(actor, person, "participant_data_given_out")
    tables = {held.table.name: _rows(held) for held in _held(participant_id)}
    return {
        "participant": _plain(_table(Participant), _columns_of(person)),
        "tables": {name: found for name, found in tables.items() if found},
        "history": _history(participant_id),
        "modules": _of_plugins(participant_id),
    }


def erase_person(actor: Actor, *, participant_id: int) -> None:
    """Delete a participant and everything about them, for good: plugins first (``brobygg_erase_person``), then rows.

    Rows that name the participant cascade in the database, so that a disabled plugin's rows go too. Lines of the
    contact history that are about nobody else are deleted. Of the audit log the ids stay. A plugin that fails stops
    the erasing. Managers only. Raises NotAllowed, NotVisible.
    """
    person = _of_manager(actor, participant_id)
    _audit(actor, person, "participant_erased")
    _forget_in_lists(person)
    manager = current_registry().plugins
    if manager is not None:
        manager.hook.brobygg_erase_person(participant_id=participant_id)
    session = current_session()
    session.flush()
    # On the tables and not on the models: the database cascades, and nothing has to be read first.
    lines, people = _table(HistoryLine), _table(Participant)
    session.execute(delete(lines).where(lines.c.id.in_(_lines_about_nobody_else(participant_id))))
    session.execute(delete(people).where(people.c.id == participant_id))
    session.expire_all()


def _of_manager(actor: Actor, participant_id: int) -> Participant:
    if not actor.has_role(Role.MANAGER):
        raise NotAllowed(_("Only a manager may do this."))
    return locked(Participant, actor, participant_id)


def _forget_in_lists(person: Participant) -> None:
    # What listens to archiving (the search index) lets go of the person while the row can still be read.
    person.archived_at = person.archived_at or person.created_at
    current_session().flush()
    emit(ParticipantChanged(participant_id=person.id, fields=("archived_at",)))


def _lines_about_nobody_else(participant_id: int) -> Select[Any]:
    other = exists().where(
        HistoryLink.line_id == HistoryLine.id,
        HistoryLink.participant_id.is_distinct_from(participant_id),
    )
    own = select(HistoryLink.line_id).where(HistoryLink.participant_id == participant_id)
    return select(HistoryLine.id).where(HistoryLine.id.in_(own), ~other)


def _held(participant_id: int) -> Iterable[_Held]:
    """The core's rows that hang on the participant, directly or through one table between."""
    direct: dict[Table, ColumnElement[bool]] = {}
    core = [table for table in Base.metadata.sorted_tables if not _of_plugin(table)]
    for table in core:
        for column in _keys_to(table, _table(Participant)):
            direct[table] = column == participant_id
            yield _Held(table, select(table).where(column == participant_id))
    for table in core:
        for between, condition in direct.items():
            for column in _keys_to(table, between):
                if table not in direct and table is not _table(HistoryLine):
                    inside = select(between.c.id).where(condition) if "id" in between.c else None
                    if inside is not None:
                        yield _Held(table, select(table).where(column.in_(inside)))


def _keys_to(table: Table, target: Table) -> Iterable[Column[Any]]:
    for key in table.foreign_keys:
        if key.column.table is target and table is not _table(HistoryLink):
            yield key.parent


def _of_plugin(table: Table) -> bool:
    manager = current_registry().plugins
    lineages = manager.hook.brobygg_migrations() if manager is not None else []
    return any(table.name.startswith(lineage.table_prefix) for lineage in lineages)


def _rows(held: _Held) -> list[dict[str, object]]:
    found = current_session().execute(held.statement).mappings()
    return [_plain(held.table, dict(row)) for row in found]


def _history(participant_id: int) -> list[dict[str, object]]:
    own = select(HistoryLink.line_id).where(HistoryLink.participant_id == participant_id)
    table = _table(HistoryLine)
    statement = select(table).where(table.c.id.in_(own)).order_by(table.c.at)
    return [_plain(table, dict(row)) for row in current_session().execute(statement).mappings()]


def _of_plugins(participant_id: int) -> list[dict[str, object]]:
    manager = current_registry().plugins
    answers: Sequence[Sequence[Any]] = (
        manager.hook.brobygg_export_person(participant_id=participant_id) if manager is not None else []
    )
    return [
        {"title": part.title, "rows": [{key: _value(value) for key, value in row.items()} for row in part.rows]}
        for answer in answers
        for part in answer or ()
    ]


def _columns_of(person: Participant) -> Mapping[str, object]:
    return {column.name: getattr(person, column.name) for column in _table(Participant).columns}


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]


def _plain(table: Table, row: Mapping[str, object]) -> dict[str, object]:
    shown = [each for each in table.columns if each.name not in _HIDDEN and not isinstance(each.type, LargeBinary)]
    return {each.name: _value(row[each.name]) for each in shown if row.get(each.name) is not None}


def _value(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str | int | float | bool | list | dict) or value is None:
        return value
    return str(value)


def _audit(actor: Actor, person: Participant, action: str) -> None:
    audit.record(actor, action, subject_type="participant", subject_id=person.id, unit_id=person.unit_id)
