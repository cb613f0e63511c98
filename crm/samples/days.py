"""Doing things on the days on which they happened, so that history, plans and tasks come out as in real life."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from crm import clock

_AT_WORK = time(9, 30)


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
