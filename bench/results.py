"""What was measured, held against the goals, as a table, as Markdown and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Goal:
    """At most this much, in ``unit``; ``stretch`` is what we would be proud of."""

    limit: float
    unit: str
    stretch: float | None = None

    def words(self) -> str:
        """As the table shows it."""
        return f"≤ {self.limit:g} {self.unit}" + (f" (≤ {self.stretch:g})" if self.stretch is not None else "")


@dataclass(frozen=True)
class Result:
    """One row. ``judged`` is the figure that the goal speaks of; the others tell how it came about."""

    name: str
    database: str
    judged: float
    goal: Goal | None = None
    cpu_ms: float | None = None
    multiple: float | None = None
    p50_ms: float | None = None
    per_second: float | None = None
    queries: int | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """How it stands to the goal."""
        if self.goal is None:
            return ""
        if self.goal.stretch is not None and self.judged <= self.goal.stretch:
            return "stretch"
        return "goal" if self.judged <= self.goal.limit else "MISSED"


_HEADINGS = ("Work", "Database", "CPU ms", "× bare", "p50 ms", "per s", "queries", "Judged", "Goal (stretch)", "")


def as_rows(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """The cells of the table."""
    return [
        (
            result.name + (f" ({result.note})" if result.note else ""),
            result.database,
            _number(result.cpu_ms, 2),
            _number(result.multiple, 1),
            _number(result.p50_ms, 1),
            _number(result.per_second, 0),
            _number(result.queries, 0),
            f"{result.judged:.3g} {result.goal.unit}" if result.goal else "",
            result.goal.words() if result.goal else "",
            result.verdict,
        )
        for result in results
    ]


def as_text(results: Sequence[Result]) -> str:
    """The table for a terminal."""
    rows = [_HEADINGS, *as_rows(results)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def as_markdown(results: Sequence[Result], *, sizes: str) -> str:
    """The table and where it was measured, for docs/performance.md."""
    rule = "|".join("---" for _heading in _HEADINGS)
    lines = [f"| {' | '.join(_HEADINGS)} |", f"|{rule}|"]
    lines += [f"| {' | '.join(row)} |" for row in as_rows(results)]
    return "\n".join([f"Measured on {machine()}; sizes: {sizes}.", "", *lines])


def machine() -> str:
    """The day, the processors and the versions that a figure belongs to."""
    day = datetime.now(UTC).date().isoformat()
    return f"{day}, {os.cpu_count()} processors, Python {platform.python_version()}, {platform.system()}"


def write(results: Sequence[Result], *, page: Path, sizes: str) -> None:
    """Replace what stands between the markers of ``page``, and write the figures as JSON beside it."""
    text = page.read_text() if page.exists() else f"# Performance\n\n{BEGIN}\n{END}\n"
    before, found, rest = text.partition(BEGIN)
    if not found:
        raise ValueError(f"{page} has no line {BEGIN}")
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{as_markdown(results, sizes=sizes)}\n{END}{after}")
    document = {"machine": machine(), "sizes": sizes, "results": [_plain(result) for result in results]}
    page.with_suffix(".json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _plain(result: Result) -> dict[str, object]:
    return {**asdict(result), "verdict": result.verdict}


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
