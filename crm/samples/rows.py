"""Writing many rows at once."""

from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import insert

from crm.db import Base, current_session


def insert_rows(model: type[Base], rows: list[dict[str, Any]]) -> list[int]:
    """Insert in bulk and give the ids in the order of ``rows``. Runs inside ``transaction()``."""
    key = model.__mapper__.primary_key[0]
    statement = insert(model).returning(key, sort_by_parameter_order=True)
    return list(current_session().scalars(statement, rows))


def noon_of(day: date) -> datetime:
    """The middle of a day, where the hour does not matter."""
    return datetime.combine(day, time(12), tzinfo=UTC)
