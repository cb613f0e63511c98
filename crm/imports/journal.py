"""What a file changed, so that it can be taken back: kept by batch, as JSON, put together again when it is undone.

For each table the keys of new rows, and for each changed row its values before and after and its version after.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Table

from crm.db import UtcDateTime


@dataclass
class Change:
    """A row that was there: what stood in it before the file and after, and its version after (None: it has none)."""

    before: dict[str, Any]
    after: dict[str, Any]
    version: int | None


@dataclass
class Journal:
    """What was done, by the name of the table."""

    created: dict[str, list[int]] = field(default_factory=dict)
    changed: dict[str, dict[int, Change]] = field(default_factory=dict)

    def note_created(self, table: str, ids: Sequence[int]) -> None:
        """Rows that are new."""
        self.created.setdefault(table, []).extend(ids)

    def note_changed(
        self, table: Table, key: int, before: Mapping[str, Any], after: Mapping[str, Any], *, version: int | None
    ) -> None:
        """A row that is different now. A second change of it keeps what stood there at first."""
        plain_before = {name: plain(value) for name, value in before.items()}
        plain_after = {name: plain(value) for name, value in after.items()}
        self._merge(table.name, key, Change(plain_before, plain_after, version))

    def add(self, later: "Journal") -> None:
        """Take a later part of the same file in."""
        for table, ids in later.created.items():
            self.note_created(table, ids)
        for table, changes in later.changed.items():
            for key, change in changes.items():
                self._merge(table, key, change)

    def _merge(self, table: str, key: int, change: Change) -> None:
        changes = self.changed.setdefault(table, {})
        earlier = changes.get(key)
        if earlier is not None:
            change = Change({**change.before, **earlier.before}, {**earlier.after, **change.after}, change.version)
        changes[key] = change

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        changed = {
            table: [[key, change.before, change.after, change.version] for key, change in changes.items()]
            for table, changes in self.changed.items()
        }
        return {"created": self.created, "changed": changed}

    @classmethod
    def from_json(cls, parts: Iterable[Mapping[str, Any]]) -> "Journal":
        """The journal of a whole file from those of its batches, in their order."""
        whole = cls()
        for part in parts:
            changed = {
                table: {key: Change(before, after, version) for key, before, after, version in rows}
                for table, rows in part["changed"].items()
            }
            whole.add(cls(part["created"], changed))
        return whole


def value_for(table: Table, name: str, value: Any) -> Any:
    """A value of the journal as the column wants it."""
    is_time = isinstance(table.c[name].type, UtcDateTime | DateTime)
    return datetime.fromisoformat(value) if is_time and isinstance(value, str) else value


def plain(value: Any) -> Any:
    """A value as the journal keeps it, to compare with."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
