"""Working days: weekends and the public holidays of Sweden, Norway, Denmark and Finland, computed for any year.

Sources: SE lag (1989:253) om allmänna helgdagar, with the eves that are treated as holidays in the Annual Leave Act;
NO lov 1995-02-24-12 § 2 and lov 1947-04-26-1; DK "helligdage", with the Great Prayer Day until 2023 (lov nr. 214 af
06/03/2023); FI kirkkolaki, laki vapunpäivän järjestämisestä and itsenäisyyspäivälaki.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
SATURDAY = 5


def add_working_days(start: date, days: int, country: str) -> date:
    """The day that lies ``days`` working days after ``start`` in ``country`` ("SE", "NO", "DK", "FI").

    Counts forwards only; with 0 it is ``start`` itself or, when that is a day off, the next working day.
    In another country only weekends count as days off. Raises ValueError for negative ``days``.
    """
    if days < 0:
        raise ValueError("days must not be negative")
    day = start
    while not is_working_day(day, country) and days == 0:
        day += _DAY
    for _step in range(days):
        day += _DAY
        while not is_working_day(day, country):
            day += _DAY
    return day


def is_working_day(day: date, country: str) -> bool:
    """Whether ``day`` is neither a weekend nor a public holiday in ``country``."""
    return day.weekday() < SATURDAY and day not in public_holidays(day.year, country)


@lru_cache(maxsize=256)
def public_holidays(year: int, country: str) -> frozenset[date]:
    """The public holidays of a year, and the eves on which offices are closed. Empty for an unknown country."""
    calendar = _CALENDARS.get(country.upper())
    return calendar(year, easter_sunday(year)) if calendar else frozenset()


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _weekday_from(start: date, weekday: int) -> date:
    return start + timedelta(days=(weekday - start.weekday()) % 7)


def _fixed(year: int, *days: tuple[int, int]) -> set[date]:
    return {date(year, month, day) for month, day in days}


def _around(easter: date, *offsets: int) -> set[date]:
    return {easter + timedelta(days=offset) for offset in offsets}


def _sweden(year: int, easter: date) -> frozenset[date]:
    fixed = _fixed(year, (1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
    midsummer_eve = _weekday_from(date(year, 6, 19), 4)
    all_saints = _weekday_from(date(year, 10, 31), SATURDAY)
    return frozenset(fixed | _around(easter, -2, 0, 1, 39, 49) | {midsummer_eve, midsummer_eve + _DAY, all_saints})


def _norway(year: int, easter: date) -> frozenset[date]:
    fixed = _fixed(year, (1, 1), (5, 1), (5, 17), (12, 25), (12, 26))
    return frozenset(fixed | _around(easter, -3, -2, 0, 1, 39, 49, 50))


def _denmark(year: int, easter: date) -> frozenset[date]:
    fixed = _fixed(year, (1, 1), (12, 25), (12, 26))
    moving = _around(easter, -3, -2, 0, 1, 39, 49, 50)
    great_prayer_day = _around(easter, 26) if year < 2024 else set()
    return frozenset(fixed | moving | great_prayer_day)


def _finland(year: int, easter: date) -> frozenset[date]:
    fixed = _fixed(year, (1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26))
    midsummer_eve = _weekday_from(date(year, 6, 19), 4)
    all_saints = _weekday_from(date(year, 10, 31), SATURDAY)
    return frozenset(fixed | _around(easter, -2, 0, 1, 39, 49) | {midsummer_eve, midsummer_eve + _DAY, all_saints})


_CALENDARS: dict[str, Callable[[int, date], frozenset[date]]] = {
    "SE": _sweden,
    "NO": _norway,
    "DK": _denmark,
    "FI": _finland,
}
