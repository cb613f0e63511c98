"""What somebody typed into the one box: the number of a company or unit, or a part of a name."""

import re
from dataclasses import dataclass

from crm.employers.org_numbers import COUNTRIES, read_org_number
from crm.errors import DomainError

_NUMBER = re.compile(r"(?:[A-Z]{2})?[\d\s.\-‐-―/]{7,}(?:MVA)?", re.IGNORECASE)
_DIGITS = re.compile(r"\D+")
_DANISH_UNIT = re.compile(r"10\d{8}")
"""A P-number has ten digits and begins with 10; other ten digits may be a person's."""


@dataclass(frozen=True)
class Typed:
    """A number of a country, or a name. ``is_checked``: the check digit of the number is right."""

    country: str
    number: str | None = None
    name: str | None = None
    is_checked: bool = True


def read_typed(text: str, country: str) -> Typed:
    """What ``text`` is. A number that has not the form of ``country`` but of exactly one other belongs there.

    Raises DomainError (field ``org_number``) for a number of no form, and for a person's own.
    """
    text = " ".join(text.split())
    if not _NUMBER.fullmatch(text):
        return Typed(country, name=text)
    digits = _DIGITS.sub("", text)
    if country == "DK" and _DANISH_UNIT.fullmatch(digits):
        return Typed(country, number=digits)
    try:
        found = read_org_number(text, country)
    except DomainError:
        others = [each for each in (_as_of(text, other) for other in COUNTRIES if other != country) if each]
        if len(others) != 1:
            raise
        return others[0]
    return Typed(country, number=found.compact, is_checked=found.is_checked)


def _as_of(text: str, country: str) -> Typed | None:
    """The number as one of ``country``, if its form and its check digit are right there."""
    try:
        found = read_org_number(text, country)
    except DomainError:
        return None
    return Typed(country, number=found.compact) if found.is_checked else None
