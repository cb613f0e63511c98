"""Rows that name one row of a table and shall name another: found through the foreign keys, whatever feature has them.

A row that would break a unique constraint stays where it is: the other one has it already.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Table, UniqueConstraint, and_, exists, false, or_, select, update

from crm.db import Base, current_session

Moved = dict[str, list[list[Any]]]
"""For each "table.column" the keys of the rows that were moved. It is kept as JSON."""


def move_rows(target: Table, *, from_id: int, to_id: int, but: frozenset[str]) -> Moved:
    """Let every row that names ``from_id`` of ``target`` name ``to_id``; tables in ``but`` are left alone."""
    moved: Moved = {}
    for table, column in naming(target, but):
        keys = [key for key in _keys(table, column, from_id) if not _is_there(table, column, key, from_id, to_id)]
        for key in keys:
            _set(table, column, key, before=from_id, after=to_id)
        if keys:
            moved[f"{table.name}.{column.name}"] = keys
    current_session().expire_all()
    return moved


def move_back(target: Table, moved: Moved, *, from_id: int, to_id: int) -> None:
    """Give back the rows that were moved and that nobody has moved on since."""
    columns = {f"{table.name}.{column.name}": (table, column) for table, column in naming(target, frozenset())}
    for name, keys in moved.items():
        table, column = columns[name]
        for key in keys:
            _set(table, column, key, before=from_id, after=to_id)
    current_session().expire_all()


def naming(target: Table, but: frozenset[str]) -> Iterator[tuple[Table, Column[Any]]]:
    """Every column that names a row of ``target``, with its table."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            names_it = any(key.column.table is target for key in column.foreign_keys)
            if names_it and table.name not in but and table is not target:
                yield table, column


def has_counterpart(table: Table, column: Column[Any], *, to_id: int) -> ColumnElement[bool]:
    """Whether a row that would name ``to_id`` has to stay where it is, because there is one like it already."""
    found: list[ColumnElement[bool]] = [false()]
    for columns in _uniques(table):
        if column in columns:
            there = table.alias()
            same = [there.c[each.name] == each for each in columns if each is not column]
            found.append(exists().where(there.c[column.name] == to_id, *same))
    return or_(*found)


def _identity(table: Table, column: Column[Any]) -> Sequence[Column[Any]]:
    """The columns that say which row it is, whatever it names."""
    return [each for each in table.primary_key.columns if each is not column]


def _keys(table: Table, column: Column[Any], row_id: int) -> list[list[Any]]:
    identity = _identity(table, column)
    if not identity:
        found = current_session().execute(select(column).where(column == row_id)).first()
        return [[]] if found else []
    rows = current_session().execute(select(*identity).where(column == row_id).order_by(*identity))
    return [list(row) for row in rows]


def _is_there(table: Table, column: Column[Any], key: list[Any], from_id: int, to_id: int) -> bool:
    session = current_session()
    where = _where(table, column, key, from_id)
    for columns in _uniques(table):
        if column not in columns:
            continue
        others = [each for each in columns if each is not column]
        if not others:
            if session.execute(select(column).where(column == to_id)).first():
                return True
            continue
        row = session.execute(select(*others).where(where)).one()
        if any(value is None for value in row):
            continue
        same = and_(column == to_id, *(each == value for each, value in zip(others, row, strict=True)))
        if session.execute(select(column).where(same)).first():
            return True
    return False


def _uniques(table: Table) -> Iterator[list[Column[Any]]]:
    yield list(table.primary_key.columns)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield list(constraint.columns)
    for index in table.indexes:
        if isinstance(index, Index) and index.unique:
            yield list(index.columns)
    for column in table.columns:
        if column.unique:
            yield [column]


def _where(table: Table, column: Column[Any], key: list[Any], named: int) -> Any:
    identity = _identity(table, column)
    return and_(column == named, *(each == value for each, value in zip(identity, key, strict=True)))


def _set(table: Table, column: Column[Any], key: list[Any], *, before: int, after: int) -> None:
    statement = update(table).where(_where(table, column, key, before)).values({column: after})
    current_session().execute(statement)
