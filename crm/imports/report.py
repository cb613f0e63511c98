"""What became of a file."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MOST_ERRORS = 1_000
MOST_WARNINGS = 100
EXAMPLES = 5
_LONGEST_VALUE = 80


class Outcome(StrEnum):
    """What became of one row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class RowError:
    """A row, or a file, that was not taken. ``line`` 0 is the file; ``column`` its heading."""

    line: int
    column: str
    value: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """Without a value where there was none."""
        found: dict[str, Any] = {"line": self.line, "column": self.column, "message": self.message}
        return {**found, "value": self.value} if self.value else found

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "RowError":
        """The error that ``as_json`` made plain."""
        return cls(values["line"], values["column"], values.get("value", ""), values["message"])


@dataclass
class ImportReport:
    """Counts of rows by what became of them, and every row that was not taken, with why.

    ``warnings`` are rows that were taken and that somebody should look at. ``examples``: the first few rows of each
    outcome, with their name and the fields that change.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rows: int = 0
    errors: list[RowError] = field(default_factory=list)
    error_count: int = 0
    warnings: list[RowError] = field(default_factory=list)
    warning_count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    has_identity_numbers: bool = False
    id: str | None = None
    """The address of the import, by which it can be taken back; None for a check."""
    also: list[dict[str, Any]] = field(default_factory=list)
    """Employers that were here already and that a unit gets besides, by unit, stage and who is responsible."""
    left_count: int = 0
    """Employers that were here already and stay without the sender's unit, which nobody has chosen."""

    def count(self, outcome: Outcome) -> None:
        """One more row of this kind."""
        name = "duplicates" if outcome is Outcome.DUPLICATE else outcome.value
        setattr(self, name, getattr(self, name) + 1)

    def show(self, outcome: Outcome, *, line: int, name: str, fields: list[str]) -> None:
        """Keep a row as an example of its outcome, while there are few."""
        if [each["outcome"] for each in self.examples].count(outcome.value) < EXAMPLES:
            self.examples.append({"outcome": outcome.value, "line": line, "name": name, "fields": fields})

    def also_add(self, *, unit: str, stage: str, owner: str, name: str) -> None:
        """One more employer that a unit gets besides; the first few are named. ``owner`` is empty for nobody."""
        key = {"unit": unit, "stage": stage, "owner": owner}
        found = next((each for each in self.also if each | key == each), None)
        if found is None:
            found = {**key, "count": 0, "names": []}
            self.also.append(found)
        found["count"] += 1
        if len(found["names"]) < EXAMPLES:
            found["names"].append(name)

    def refuse(self, *, line: int, column: str, value: str, message: str) -> None:
        """One more row that was not taken, for one reason."""
        self.error_count += 1
        self.explain(line=line, column=column, value=value, message=message)

    def explain(self, *, line: int, column: str, value: str, message: str) -> None:
        """What is wrong in a row that was not taken. The first thousand faults are kept in words."""
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(RowError(line, column, value[:_LONGEST_VALUE], message))

    def warn(self, *, line: int, column: str, message: str) -> None:
        """A row that was taken and that somebody should look at."""
        self.warning_count += 1
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(RowError(line, column, "", message))

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "duplicates": self.duplicates,
            "error_count": self.error_count,
            "errors": [error.as_json() for error in self.errors],
            "warning_count": self.warning_count,
            "warnings": [warning.as_json() for warning in self.warnings],
            "examples": self.examples,
            "ignored_columns": self.ignored_columns,
            "has_identity_numbers": self.has_identity_numbers,
        }

    def kept(self) -> dict[str, Any]:
        """The report as plain values, with what the page alone tells."""
        return {**self.as_json(), "also": self.also, "left_count": self.left_count}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ImportReport":
        """The report that ``as_json`` made plain, also one of an earlier version."""
        errors = [RowError.from_json(each) for each in values.get("errors", ())]
        warnings = [RowError.from_json(each) for each in values.get("warnings", ())]
        return cls(**{**values, "errors": errors, "warnings": warnings})
