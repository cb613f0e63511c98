"""Rules about dates and codes of enrolments, as pure functions."""

from collections.abc import Iterable
from datetime import date, timedelta

from flask_babel import gettext as _

from crm.errors import DomainError
from crm.glossary import picklists

MOST_DAYS_AHEAD = 365
EARLIEST = date(1990, 1, 1)
DECEASED = "deceased"
STAFF_CHANNELS = ("email", "sms")

PARTICIPANT_LANGUAGES = {
    "en": "English",
    "sv": "Svenska",
    "nb": "Norsk bokmål",
    "da": "Dansk",
    "nn": "Norsk nynorsk",
    "ar": "العربية",
    "uk": "Українська",
    "so": "Soomaali",
    "ti": "ትግርኛ",
    "fa": "فارسی",
}
"""Languages in which a participant can be written to, by the names that their speakers use."""

SEXES = ("woman", "man", "other")


def check_start_date(starts_on: date, *, today: date) -> None:
    """An enrolment starts between 1990 and a year from now. Raises DomainError on the field ``starts_on``."""
    if starts_on < EARLIEST:
        raise DomainError(_("The start date is too long ago. Check the year."), field="starts_on")
    if starts_on > today + timedelta(days=MOST_DAYS_AHEAD):
        raise DomainError(_("The start date is more than a year ahead. Check the year."), field="starts_on")


def check_exit_date(exit_on: date, *, starts_on: date, today: date) -> None:
    """An exit is on or after the start and at most 365 days ahead. Raises DomainError on the field ``exit_on``."""
    if exit_on < starts_on:
        raise DomainError(_("The exit date is before the start date."), field="exit_on")
    if exit_on > today + timedelta(days=MOST_DAYS_AHEAD):
        raise DomainError(_("The exit date is more than a year ahead. Check the year."), field="exit_on")


def check_exit_reason(reason: str) -> None:
    """Raises DomainError on the field ``reason`` for what is not in the list of exit reasons."""
    if reason not in picklists.codes("exit_reason"):
        raise DomainError(_("Choose an exit reason."), field="reason")


def next_number(used: Iterable[int]) -> int:
    """The number of the next exit of an enrolment: numbers count from 1 and are never used again."""
    return max(used, default=0) + 1
