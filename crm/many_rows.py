"""Hundreds of rows or values in a statement with one parameter.

Written out one by one, PostgreSQL's driver and server would read them as thousands of parameters, at a cost beside
which the work itself is small.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal,
    select,
)


def among(connection: Connection, key: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """That the column ``key`` has one of ``values``."""
    given = list(values)
    if connection.dialect.name == "sqlite":
        each = func.json_each(json.dumps(given)).table_valued("value")
        condition: ColumnElement[bool] = key.in_(select(each.c.value))
    else:
        condition = key == any_(literal(given, ARRAY(key.type)))
    return condition


def gathered(dialect: str, each: ColumnElement[Any]) -> ColumnElement[Any]:
    """All values of a column in one value, for ``among_gathered`` of a later statement: they are never taken apart."""
    return func.json_group_array(each, type_=Text) if dialect == "sqlite" else func.array_agg(each)


def among_gathered(dialect: str, key: Any, name: str, values: object = None) -> ColumnElement[bool]:
    """That the column ``key`` has one of the values that were ``gathered``; without ``values`` they are given as the
    parameter ``name`` when the statement is executed."""
    kind = Text() if dialect == "sqlite" else ARRAY(key.type)
    given: BindParameter[Any] = bindparam(name, values, type_=kind, required=values is None, unique=values is not None)
    if dialect == "sqlite":
        return key.in_(select(func.json_each(given).table_valued("value").c.value))  # type: ignore[no-any-return]
    condition: ColumnElement[bool] = key == any_(given)
    return condition


def rows_given(table: Table, rows: Sequence[Mapping[str, Any]]) -> Select[Any]:
    """Rows as a SELECT of the columns that the first one names, as ``table`` has them. For PostgreSQL."""
    names = list(rows[0])
    columns = [column(name, table.c[name].type) for name in names]
    # What JSON has no form for (days and times) is written as PostgreSQL reads it.
    text = literal(json.dumps(rows, ensure_ascii=False, default=str), Text)
    given = func.json_to_recordset(cast(text, JSON)).table_valued(*columns, name="given")
    given = given.render_derived(with_types=True)
    return select(*(given.c[name] for name in names))


def insert_many(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, known_by: str
) -> dict[Any, int]:
    """Insert rows that name the same columns; returns their keys by the column that tells them apart.

    To ask for the keys in the order of the rows would make SQLite insert them one by one.
    """
    returned = (table.c.id, table.c[known_by])
    if connection.dialect.name == "postgresql":
        # INSERT ... SELECT leaves out what the table itself knows nothing of.
        constant = _constant_defaults(table, rows[0])
        given = rows_given(table, [{**row, **constant} for row in rows])
        statement = insert(table).from_select([*rows[0], *constant], given, include_defaults=False)
        found = connection.execute(statement.returning(*returned))
    else:
        found = connection.execute(insert(table).returning(*returned), rows)
    return {known: key for key, known in found}


def count_rows_anew(connection: Connection, tables: Iterable[Table]) -> None:
    """Let PostgreSQL know how many rows these tables have by now: it would count them by itself only later, and until
    then read them whole, as if they were as small as before. Does nothing on SQLite, which looks rows up regardless."""
    if connection.dialect.name == "postgresql":
        quote = connection.dialect.identifier_preparer.format_table
        connection.exec_driver_sql(f"ANALYZE {', '.join(quote(table) for table in tables)}")


def _constant_defaults(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    defaults: dict[str, Any] = {each.name: each.default for each in table.columns if each.name not in row}
    return {name: default.arg for name, default in defaults.items() if default is not None and default.is_scalar}
