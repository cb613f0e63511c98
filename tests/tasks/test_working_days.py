"""Working days in the four countries, against days that calendars of those countries show."""

from datetime import date

import pytest

from crm.tasks.working_days import add_working_days, easter_sunday, is_working_day


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2019, date(2019, 4, 21)),
        (2024, date(2024, 3, 31)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter_falls_where_the_church_has_it(year: int, day: date) -> None:
    assert easter_sunday(year) == day


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("SE", date(2026, 6, 19)),
        ("SE", date(2026, 6, 6)),
        ("SE", date(2026, 12, 24)),
        ("NO", date(2026, 5, 17)),
        ("NO", date(2026, 4, 2)),
        ("NO", date(2026, 5, 25)),
        ("DK", date(2023, 5, 5)),
        ("DK", date(2026, 5, 14)),
        ("FI", date(2027, 12, 6)),
        ("FI", date(2026, 6, 19)),
    ],
)
def test_a_public_holiday_is_no_working_day(country: str, day: date) -> None:
    assert not is_working_day(day, country)


def test_the_great_prayer_day_is_a_working_day_since_2024() -> None:
    assert is_working_day(date(2024, 4, 26), "DK")


def test_days_are_counted_over_easter() -> None:
    assert add_working_days(date(2026, 4, 1), 1, "SE") == date(2026, 4, 2)
    assert add_working_days(date(2026, 4, 1), 2, "SE") == date(2026, 4, 7)
    assert add_working_days(date(2026, 4, 1), 1, "NO") == date(2026, 4, 7)


def test_no_days_from_a_day_off_is_the_next_working_day() -> None:
    assert add_working_days(date(2026, 11, 21), 0, "SE") == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 20), 0, "SE") == date(2026, 11, 20)


def test_nobody_counts_backwards() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2026, 1, 2), -1, "SE")
