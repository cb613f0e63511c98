"""Numbers and words as the index keeps them and as people type them."""

import re

import phonenumbers

from crm.folding import fold

_NUMBER = re.compile(r"[+(]?\d[\d\s().\-/‐-―]{3,}\d")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_SHORTEST_NUMBER = 5


def digits(text: str) -> str:
    """A number without anything but its digits; the prefix for calling abroad and a "(0)" are left out."""
    only = "".join(each for each in _TRUNK_ZERO.sub("", text) if each.isdigit())
    return only.removeprefix("00")


def number_forms(phone: str | None) -> list[str]:
    """The digits of a telephone number with country code, and as it is dialled at home."""
    if not phone:
        return []
    forms = [digits(phone)]
    try:
        parsed = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return forms
    at_home = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return list(dict.fromkeys([*forms, digits(at_home)]))


def search_terms(text: str) -> list[str]:
    """What must be found, folded: words one by one, telephone and organisation numbers as their digits.

    "Nordlys 070-123 45 67" is ["0701234567", "nordlys"].
    """
    terms: list[str] = []

    def take(found: re.Match[str]) -> str:
        number = digits(found.group())
        if len(number) < _SHORTEST_NUMBER:
            return found.group()
        terms.append(number)
        return " "

    rest = _NUMBER.sub(take, text)
    return list(dict.fromkeys([*terms, *fold(rest).split()]))
