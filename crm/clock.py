"""The time, replaceable in tests and simulations. Nothing else in the code base asks the operating system."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def _system_now() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_now


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _source()


def today(zone: str = "Europe/Stockholm") -> date:
    """The civil date of the present instant in ``zone`` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


def local_instant(day: date, at: time, zone: str) -> datetime:
    """The instant, in UTC, of a civil date and wall-clock time in ``zone``.

    A wall-clock time that daylight saving skips maps to the instant one hour later on the wall; one that
    happens twice maps to the first of the two (PEP 495, fold=0). The two days at the ends of the calendar,
    which somewhere lie outside it, stand for their neighbours.
    """
    day = min(max(day, date.min + timedelta(days=1)), date.max - timedelta(days=1))
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def set_source(source: Callable[[], datetime]) -> None:
    """Replace the source of time for the whole process. For simulations; tests use ``travelling``."""
    global _source
    _source = source


def reset_source() -> None:
    """Go back to the operating system's clock."""
    set_source(_system_now)


@contextmanager
def travelling(instant: datetime) -> Iterator[Callable[[datetime], None]]:
    """Stand still at ``instant`` inside the block; call the yielded function to jump elsewhere."""
    place = [instant]
    before = _source
    set_source(lambda: place[0])

    def jump(to: datetime) -> None:
        place[0] = to

    try:
        yield jump
    finally:
        set_source(before)
