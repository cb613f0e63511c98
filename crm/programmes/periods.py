"""How long a project is."""

from datetime import date, timedelta


def months_between(starts_on: date, ends_on: date) -> tuple[int, int]:
    """Whole months from the first to the last day, both included, and the days that are left over.

    1 January 2010 to 31 December 2012 is (36, 0); 3 August 2009 to 2 February 2010 is (6, 0).
    """
    after = ends_on + timedelta(days=1)
    months = (after.year - starts_on.year) * 12 + after.month - starts_on.month
    if _later(starts_on, months) > after:
        months -= 1
    return months, (after - _later(starts_on, months)).days


def _later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
