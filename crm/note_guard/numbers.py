"""National identity numbers in a text: Sweden, Norway, Denmark and Finland, however they are written.

Coordination numbers (SE, day of birth from 61), D-numbers (NO, day from 41) and temporary ones (FI) among them.
Ten or eleven digits in a row are as often a telephone or an invoice: what stands before them decides then.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date

from stdnum import luhn
from stdnum.dk import cpr
from stdnum.fi import hetu
from stdnum.no import fodselsnummer

from crm import clock

_DASHES = "\u2010\u2011\u2012\u2013\u2212-"  # the plain one last: in a set it would span a range
_GAP = rf"[ \u00a0{_DASHES}]"
_BEFORE, _AFTER = r"(?<![\d+.,/-])", r"(?![\d/]|[.,]\d)"
_SE = re.compile(rf"{_BEFORE}((?:18|19|20)?)(\d\d)(\d\d)(\d\d)({_GAP}|\+|)(\d{{4}}){_AFTER}")
_NO = re.compile(rf"{_BEFORE}\d{{6}}({_GAP}|)\d{{5}}{_AFTER}")
_DK = re.compile(rf"{_BEFORE}\d{{6}}({_GAP}|)\d{{4}}{_AFTER}")
_FI = re.compile(rf"(?<![\w+])\d{{6}}[+A-FU-Y{_DASHES}]\d{{3}}[0-9A-FHJ-NPR-Y](?!\w)", re.IGNORECASE)

# What is said before a number that is no person's: of a telephone number (which begins with 0), and of anything else.
_TELEPHONE = re.compile(
    r"\b(?:tele?f|tlf|tel\b|phone|mobil|mobile|ring|call|sms|puh|soit|numm?er|nr|nås|nå\b)\w*\W*(?:\w+\W+)?$", re.I
)
_LONGEST_TELEPHONE = 10
_REFERENCE = re.compile(
    r"(?:faktura|invoice|lasku|order|ordre|tilaus|beställning|bestilling|ocr|kid|konto|account|tili|ärende|case|sag|sak"
    r"|dnr|diarie|ref|artikel|vare|avtals?n|kontrakt|contract|bankgiro|bg|plusgiro|iban|ean|gtin|swish|serie)"
    r"[\w-]*\W*(?:(?:nr|nummer|number|no|är|er|is|id)\W+)?$",
    re.I,
)
_YOUNGEST = 10
"""Nobody is looking for a job at nine; but there are many numbers that begin with this year's date."""
_LOOK_BACK = 40


def identity_numbers(text: str) -> Iterator[str]:
    """Every piece of ``text`` that is somebody's identity number as far as one can tell."""
    rules: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
        (_SE, _is_swedish),
        (_NO, _is_norwegian),
        (_DK, _is_danish),
        (_FI, _is_finnish),
    )
    for pattern, is_one in rules:
        for match in pattern.finditer(text):
            if not _is_something_else(text, match) and is_one(match):
                yield match.group()


def _is_something_else(text: str, match: re.Match[str]) -> bool:
    piece, before = match.group(), text[max(0, match.start() - _LOOK_BACK) : match.start()]
    if not piece.isdigit():
        return False
    may_be_telephone = piece[0] == "0" and len(piece) <= _LONGEST_TELEPHONE
    return bool((may_be_telephone and _TELEPHONE.search(before)) or _REFERENCE.search(before))


def _is_swedish(match: re.Match[str]) -> bool:
    century, year, month, day, gap, last = match.groups()
    born = _born(century, year, month, day, long_ago=gap == "+")
    if born is None:
        return False
    if not luhn.is_valid(year + month + day + last):
        # A whole day of birth, a dash and four digits is a number that somebody mistyped.
        return bool(century) and gap == "-"
    # "260115 1400" is a day and a time.
    return not (gap.isspace() and not century and _is_time(last) and _is_recent(born))


def _born(century: str, year: str, month: str, day: str, *, long_ago: bool) -> date | None:
    """The day of birth, a coordination number's too; None for a day that is none, or for a child."""
    today = clock.today()
    whole = int(century + year) if century else _full_year(int(year), today.year, long_ago=long_ago)
    try:
        born = date(whole, int(month), int(day) - 60 if int(day) > 60 else int(day))
    except ValueError:
        return None
    return born if born.year >= 1880 and born.year + _YOUNGEST <= today.year else None


def _full_year(year: int, this_year: int, *, long_ago: bool) -> int:
    # Two digits are the latest year that makes somebody ten, or a hundred years before that with a plus.
    latest = this_year - _YOUNGEST
    whole = latest - (latest - year) % 100
    return whole - 100 if long_ago else whole


def _is_time(digits: str) -> bool:
    return int(digits[:2]) < 24 and int(digits[2:]) < 60


def _is_recent(born: date) -> bool:
    """Whether the two digits of the year may as well be a year of ours."""
    return (clock.today().year + 2 - born.year) % 100 <= 5


def _is_norwegian(match: re.Match[str]) -> bool:
    return bool(fodselsnummer.is_valid(_digits(match)))


def _is_danish(match: re.Match[str]) -> bool:
    number = _digits(match)
    if not cpr.is_valid(number) or cpr.get_birth_date(number).year + _YOUNGEST > clock.today().year:
        return False
    # Without its dash it looks like any ten digits; only the check digit, which newer numbers lack, tells them apart.
    dashed = bool(match.group(1).strip())
    return dashed or cpr.checksum(number) == 0


def _is_finnish(match: re.Match[str]) -> bool:
    plain = re.sub(rf"[{_DASHES}]", "-", match.group()).upper()
    return bool(hetu.is_valid(plain, allow_temporary=True))


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match.group())
