"""Numbers and words as the index keeps them and as people type them."""

import re

import phonenumbers

from crm.folding import fold

_NUMBER = re.compile(r"[+(]?\d[\d\s().\-/‐-―]{3,}\d")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_SHORTEST_NUMBER = 5
_NORDIC = {"+46": "0", "+47": "", "+45": "", "+358": "0"}
"""What people here put before a number of their own country; others are asked of phonenumbers, which takes longer."""
_VAT = re.compile(
    r"(?<!\w)(?:SE(\d{6}-?\d{4})01|(?:NO)?\s?(\d{3}\s?\d{3}\s?\d{3})\s?MVA|(?:DK|FI)(\d{8}))(?!\w)", re.IGNORECASE
)
_SE_PREFIX = re.compile(r"(?<!\d)16(\d{6}-?\d{4})(?!\d)")
_ENDINGS = (
    "orna", "arna", "erna", "erne", "ene", "ens", "ets", "ers", "er", "ar", "or", "en", "et", "na", "a", "e", "s", "n",
)  # fmt: skip
_SHORTEST_STEM = 4


def digits(text: str) -> str:
    """A number without anything but its digits; the prefix for calling abroad and a "(0)" are left out."""
    only = "".join(each for each in _TRUNK_ZERO.sub("", text) if each.isdigit())
    return only.removeprefix("00")


def number_forms(phone: str | None) -> list[str]:
    """The digits of a telephone number with country code, and as it is dialled at home."""
    if not phone:
        return []
    forms = [digits(phone)]
    for prefix, trunk in _NORDIC.items():
        if phone.startswith(prefix) and forms[0].isdigit():
            return [forms[0], trunk + forms[0][len(prefix) - 1 :]]
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

    plain = _VAT.sub(lambda found: next(filter(None, found.groups())), text)
    rest = _NUMBER.sub(take, _SE_PREFIX.sub(r"\1", plain))
    return list(dict.fromkeys([*terms, *fold(rest).split()]))


def stemmed(text: str) -> str:
    """The same words without the endings of the Nordic languages: "bagerierna" is "bageri". Numbers stay."""
    return " ".join(_stem(term) for term in search_terms(text))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.isalpha() and word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word
