"""Points out what does not belong in a note: national identity numbers and words about health.

It warns and never blocks: the person who writes decides. What was found is shown to them and kept nowhere.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from stdnum.dk import cpr
from stdnum.fi import hetu
from stdnum.no import fodselsnummer
from stdnum.se import personnummer


class Sensitive(StrEnum):
    """What kind of thing was found."""

    IDENTITY_NUMBER = "identity_number"
    HEALTH = "health"


@dataclass(frozen=True)
class Finding:
    """A piece of the note and why it is pointed out."""

    kind: Sensitive
    text: str


_SE = re.compile(r"(?<!\d)(?:\d{2})?(\d{6})([-+ ]?)(\d{4})(?!\d)")
_NO = re.compile(r"(?<!\d)(\d{6}) ?(\d{5})(?!\d)")
# Without its dash a Danish number looks like any ten digits, and many telephone numbers would be pointed out.
_DK = re.compile(r"(?<!\d)\d{6}-\d{4}(?!\d)")
_FI = re.compile(r"(?<!\w)\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y](?!\w)", re.IGNORECASE)

# Beginnings of words, by language. Short on purpose: a guard that cries wolf is switched off in people's heads.
_HEALTH = (
    # English
    "diagnos", "depress", "anxiety", "burnout", "adhd", "autis", "asperger", "bipolar", "psychosis", "schizophren",
    "addict", "alcoholi", "disabilit", "sick leave", "sick note", "chronic", "epilep", "cancer", "pregnan", "hiv",
    # Swedish
    "sjukskriv", "sjukdom", "ångest", "utmattning", "utbränd", "missbruk", "psykisk", "psykos", "funktionsneds",
    "funktionshind", "beroendeprob", "värk", "gravid",
    # Norwegian and Danish
    "sykmeld", "sykemeld", "sykdom", "sygdom", "sygemeld", "angst", "utbrent", "udbrændt", "rusmisbruk", "misbrug",
    "rusprob", "psykiatri", "nedsatt funksjon", "handikap", "handicap", "kræft", "kreft", "kronisk", "stofmisbrug",
    # Finnish
    "sairaus", "sairasloma", "sairaslom", "masennu", "ahdistu", "uupumu", "päihde", "mielenterv", "vammai", "syöpä",
    "raskaana", "epilepsia",
)  # fmt: skip
_HEALTH_WORDS = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, _HEALTH)) + r")\w*", re.IGNORECASE)


def find_sensitive(text: str | None) -> list[Finding]:
    """What in ``text`` looks like an identity number or tells of health, each piece once, in its order."""
    if not text:
        return []
    found = [Finding(Sensitive.IDENTITY_NUMBER, piece) for piece in _identity_numbers(text)]
    found += [Finding(Sensitive.HEALTH, match.group()) for match in _HEALTH_WORDS.finditer(text)]
    return list(dict.fromkeys(found))


def _identity_numbers(text: str) -> Iterator[str]:
    for match in _SE.finditer(text):
        if _is_swedish(match):
            yield match.group()
    rules: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
        (_NO, fodselsnummer.is_valid),
        (_DK, cpr.is_valid),
        (_FI, lambda number: bool(hetu.is_valid(number.upper()))),
    )
    for pattern, is_valid in rules:
        for match in pattern.finditer(text):
            if is_valid(match.group()):
                yield match.group()


def _is_swedish(match: re.Match[str]) -> bool:
    day = int(match.group(1)[4:])
    # A coordination number counts the day of birth from 61.
    born = match.group(1)[:4] + f"{day - 60:02d}" if day > 60 else match.group(1)
    if day > 60:
        return _luhn(match.group(1) + match.group(3)) and bool(re.fullmatch(r"\d\d(0\d|1[0-2])([0-2]\d|3[01])", born))
    return bool(personnummer.is_valid(f"{born}-{match.group(3)}"))


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
