"""How templates write dates, numbers and telephone numbers: in the reader's language and time zone."""

from datetime import date, datetime
from functools import lru_cache

from babel import Locale, dates, numbers
from flask import Flask
from flask_babel import (
    format_date,
    format_datetime,
    format_time,
    get_locale,
    get_timezone,
    to_user_timezone,
)
from flask_babel import gettext as _

from crm import clock

# English in the Nordic countries writes the day first and counts 24 hours; the bare "en" of CLDR is American.
_ENGLISH = {"short": "dd/MM/y", "medium": "d MMM y", "long": "d MMMM y", "full": "EEEE d MMMM y"}


def _is_english(locale: Locale | None) -> bool:
    """Whether this is English of nowhere in particular; the text of a locale is made up anew each time."""
    return locale is not None and locale.language == "en" and str(locale) == "en"


def show_date(value: date | datetime | None, format: str = "medium") -> str:
    """A day ("22 Nov 2026"); an instant is turned into the unit's civil date first. None is an empty text."""
    if value is None:
        return ""
    day = to_user_timezone(value).date() if isinstance(value, datetime) else value
    locale = get_locale()
    return _written_day(day, _ENGLISH.get(format, format) if _is_english(locale) else format, locale)


def show_period(first: date, last: date | None) -> str:
    """From the first day to the last: "1 Mar 2026 – 22 Nov 2026"; without a last day: "from 1 Mar 2026"."""
    if last is None:
        return str(_("from %(day)s", day=show_date(first)))
    return f"{show_date(first)} – {show_date(last)}"


def show_datetime(value: datetime | None, format: str = "medium") -> str:
    """An instant with its time of day, without seconds: "22 Nov 2026 13:00"."""
    return "" if value is None else f"{show_date(value, format)} {show_time(value)}"


def show_time(value: datetime | None) -> str:
    """The time of day of an instant: "13:00"."""
    return "" if value is None else str(format_time(value, "HH:mm"))


def show_moment(value: date | datetime | None) -> str:
    """A day, with its time where there is one."""
    return show_datetime(value) if isinstance(value, datetime) else show_date(value)


def show_weekday(value: date | datetime | None) -> str:
    """A day with its weekday: "Sun 22 Nov"."""
    if value is None:
        return ""
    whole = format_datetime(value, "EEE d MMM") if isinstance(value, datetime) else format_date(value, "EEE d MMM")
    return str(whole)


def show_number(value: float | None, digits: int | None = None) -> str:
    """A number with the reader's separators; ``digits`` is the exact number of decimals. None is a dash."""
    if value is None:
        return "–"
    return _written_number(value, "#,##0." + "0" * digits if digits else "#,##0" if digits == 0 else None, get_locale())


# The same few numbers and days stand on page after page, and writing one takes longer than a row of a table.
@lru_cache(maxsize=2048, typed=True)
def _written_number(value: float, pattern: str | None, locale: Locale | None) -> str:
    return str(numbers.format_decimal(value, format=pattern, locale=locale))


@lru_cache(maxsize=2048, typed=True)
def _written_share(value: float, pattern: str, locale: Locale | None) -> str:
    return str(numbers.format_percent(value, format=pattern, locale=locale))


@lru_cache(maxsize=2048)
def _written_day(day: date, pattern: str, locale: Locale | None) -> str:
    return str(dates.format_date(day, pattern, locale=locale))


def show_percent(value: float | None, digits: int = 0) -> str:
    """A share between 0 and 1 as per cent: 0.68 is "68 %". None (no base) is a dash, never 0 %."""
    if value is None:
        return "–"
    decimals = "." + "0" * digits if digits else ""
    return _written_share(value, f"#,##0{decimals}\u00a0%", get_locale())


def show_size(value: int) -> str:
    """A file's size: "240 kB", "1.3 MB"."""
    return f"{show_number(value / 1e6, 1)} MB" if value >= 1_000_000 else f"{show_number(max(1, value // 1000))} kB"


def tel(value: str) -> str:
    """A telephone number as a link wants it: digits, and a plus at the beginning."""
    digits = "".join(each for each in value if each.isdigit())
    return f"+{digits}" if value.lstrip().startswith("+") else digits


def today() -> date:
    """Today in the reader's time zone."""
    zone = get_timezone()
    return clock.today(str(zone)) if zone else clock.today()


def init_filters(app: Flask) -> None:
    """Give the filters their names in templates."""
    app.jinja_env.filters.update(
        date=show_date,
        period=show_period,
        datetime=show_datetime,
        time=show_time,
        moment=show_moment,
        weekday=show_weekday,
        number=show_number,
        percent=show_percent,
        filesize=show_size,
        tel=tel,
    )
    app.jinja_env.globals["today"] = today
