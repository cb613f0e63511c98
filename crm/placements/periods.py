"""The period of a report, read from the address."""

from collections.abc import Mapping
from datetime import date, timedelta

_USUAL = timedelta(days=730)


def read_period(values: Mapping[str, str], today: date) -> tuple[date, date, bool]:
    """First and last day, and whether the address held what could not be read; usually the last two years.

    Two years, because a chain takes its time.
    """
    since, until = today - _USUAL, today
    try:
        since = date.fromisoformat(values["since"]) if values.get("since") else since
        until = date.fromisoformat(values["until"]) if values.get("until") else until
    except ValueError:
        return since, until, True
    return (since, until, False) if since <= until else (until, since, True)
