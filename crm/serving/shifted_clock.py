"""A clock that is shifted by what a file says: to see on a sample installation what happens in ninety days.

Only in development (BROBYGG_DEVELOPMENT=1), with BROBYGG_CLOCK_FILE naming a file that holds a number of seconds.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crm import clock
from crm.settings import Settings


def shift_clock(settings: Settings) -> None:
    """Shift this process's clock if the environment of a development installation asks for it."""
    path = settings.environment.get("BROBYGG_CLOCK_FILE")
    if settings.development and path:
        clock.set_source(_shifted(Path(path)))


def _shifted(path: Path) -> Callable[[], datetime]:
    # The file is read at every look at the clock, so that all processes jump together.
    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=_seconds(path))

    return now


def _seconds(path: Path) -> float:
    try:
        return float(path.read_text(encoding="ascii") or 0)
    except FileNotFoundError:
        return 0.0
