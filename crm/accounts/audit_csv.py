"""The audit log as a CSV file that a spreadsheet cannot be tricked with."""

import csv
import io
from collections.abc import Iterable, Iterator

from crm.accounts.audit_queries import AuditLine

# What a spreadsheet would read as a formula (OWASP, CSV Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: str) -> str:
    """``value`` with a leading apostrophe where a spreadsheet would otherwise calculate it."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def audit_csv(lines: Iterable[AuditLine]) -> Iterator[str]:
    """The file in pieces:

    a byte order mark, so that spreadsheets read UTF-8; a heading; one row for each line.
    """
    yield "\ufeff" + _row(["at", "who", "what", "about", "details"])
    for line in lines:
        at = line.at.strftime("%Y-%m-%d %H:%M:%S UTC")
        yield _row([at, line.who, line.action, line.subject, line.details])


def _row(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()
