"""Rows by the hundred thousand, made inside the database: INSERT ... SELECT over a counter, the same on both."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    case,
    cast,
    column,
    func,
    insert,
    literal,
    select,
)

N: ColumnElement[int] = column("n", Integer)
"""The number of the row that is being made."""


def fill(connection: Connection, table: Table, *, first: int, last: int, values: Mapping[str, Any]) -> None:
    """Insert the rows ``first`` to ``last``. ``values`` are constants or expressions of ``N``; columns that have
    a default and are not named get it, columns that may be empty stay empty."""
    given = {name: _value(table.c[name], value) for name, value in {**_defaults(table), **values}.items()}
    rows = select(*given.values()).select_from(_numbers(first, last))
    connection.execute(insert(table).from_select(list(given), rows, include_defaults=False))
    if connection.dialect.name == "postgresql" and "id" in given:
        # Explicit keys do not move the sequence that the application takes its keys from.
        sequence = func.pg_get_serial_sequence(table.name, "id")
        connection.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))


def key(prefix: str) -> ColumnElement[str]:
    """A short text that is different for each row: ``prefix`` and the number."""
    return literal(prefix, String).concat(cast(N, String))


def digest(prefix: str) -> ColumnElement[bytes]:
    """The same as bytes."""
    return cast(key(prefix), LargeBinary)


def one_of(values: Sequence[Any], kind: Any, *, step: int = 1) -> ColumnElement[Any]:
    """The values in turn, each for ``step`` rows."""
    return case(*(((N // step) % len(values) == at, literal(value, kind)) for at, value in enumerate(values)))


def _numbers(first: int, last: int) -> CTE:
    counter = select(literal(first, Integer).label("n")).cte("numbers", recursive=True)
    return counter.union_all(select(counter.c.n + 1).where(counter.c.n < last))


def _defaults(table: Table) -> dict[str, Any]:
    scalars = (each for each in table.columns if each.default is not None and each.default.is_scalar)
    return {each.name: each.default.arg for each in scalars}


def _value(place: Column[Any], value: Any) -> ColumnElement[Any]:
    return value if isinstance(value, ColumnElement) else literal(value, place.type)
