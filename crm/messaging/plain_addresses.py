"""The addresses and numbers of nearly every list, recognised without the libraries that know all the others.

A long list has hundreds of thousands of them. What is not recognised here is not wrong: the libraries decide. Tests
hold both against each other.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from phonenumbers import PhoneMetadata

_LONGEST = 100
# Small letters, digits and single dashes under a domain that has no special use: no IDNA, no quoting, nothing to
# normalise. Capitals are left to the library, which knows the names whose capitals mean nothing.
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]{1,30}(?:\.[a-z0-9_+-]{1,30})?@(?:[a-z0-9]{1,30}(?:-[a-z0-9]{1,20})?\.){1,3}(?:[a-z]{2}|com|org|net)"
)
_AT_HOME = {"SE": re.compile(r"0[1-9](?:[ -]?[0-9]){5,11}"), "NO": re.compile(r"[2-9](?: ?[0-9]){7}"),
            "DK": re.compile(r"[2-9](?: ?[0-9]){7}")}  # fmt: skip
"""How numbers are written in their own country, where these rules are simple. Swedish ones begin with a 0 that goes."""
_KINDS = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail",
          "fixed_line", "mobile")  # fmt: skip


@dataclass(frozen=True)
class _Plan:
    """The numbers of a country: what all look like, and the lengths and looks of each kind."""

    prefix: str
    general: re.Pattern[str]
    kinds: tuple[tuple[frozenset[int], re.Pattern[str]], ...]


def is_plain_email(text: str) -> bool:
    """Whether this is an e-mail address that is in its one form already."""
    return len(text) <= _LONGEST and _PLAIN_EMAIL.fullmatch(text) is not None


def plain_number(text: str, country: str) -> str | None:
    """A number of ``country`` as E.164, when it is written as people do there and exists; else None: not known yet."""
    at_home = _AT_HOME.get(country)
    if at_home is None or at_home.fullmatch(text) is None:
        return None
    number = text.replace(" ", "").replace("-", "")
    if country == "SE":
        number = number[1:]
    plan = _plan(country)
    if plan.general.fullmatch(number) is None:
        return None
    exists = any(len(number) in lengths and looks.fullmatch(number) for lengths, looks in plan.kinds)
    return plan.prefix + number if exists else None


@cache
def _plan(country: str) -> _Plan:
    # The metadata come with the library and do not change while it runs.
    known: Any = PhoneMetadata.metadata_for_region(country)
    kinds = [getattr(known, name) for name in _KINDS]
    found = tuple(
        (frozenset(each.possible_length), re.compile(each.national_number_pattern))
        for each in kinds
        if each is not None and each.national_number_pattern and each.possible_length
    )
    return _Plan(f"+{known.country_code}", re.compile(known.general_desc.national_number_pattern), found)
