"""Doing things on the days on which they happened, so that history, plans and tasks come out as in real life."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from crm import clock

_AT_WORK = time(9, 30)
_FRIDAY = 4


def go_to_work(go: Callable[[int], date], days_ago: int) -> date:
    """Go to so many days ago, or from a weekend on to the Friday before it, and return that day."""
    day = go(days_ago)
    return go(days_ago + day.weekday() - _FRIDAY) if day.weekday() > _FRIDAY else day


@contextmanager
def on_days() -> Iterator[Callable[[int], date]]:
    """The yielded function goes to so many days ago and returns that day. Today means now."""
    now = clock.now()
    today = clock.today()
    with clock.travelling(now) as jump:

        def go(days_ago: int) -> date:
            day = today - timedelta(days=days_ago)
            jump(min(now, datetime.combine(day, _AT_WORK, tzinfo=UTC)) if days_ago else now)
            return day

        yield go
