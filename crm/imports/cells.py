"""From what stands in a cell to a value of ours: days, years, yes and no, codes by their labels in any language."""

import csv
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _

from crm.errors import DomainError
from crm.folding import fold
from crm.glossary import picklists
from crm.imports.sheets import Cell, text_of
from crm.participants.rules import PARTICIPANT_LANGUAGES
from crm.settings import LANGUAGES

_YES = frozenset(["yes", "y", "ja", "j", "x", "1", "true", "sant", "sand"])
_NO = frozenset(["no", "n", "nej", "nei", "0", "false", "falskt", "usant", "falsk"])
_SEXES = {
    "woman": "woman, female, f, w, kvinna, kvinne, kvinde, k, q",
    "man": "man, male, m, mann, mand",
    "other": "other, annat, annan, annet, andet, ickebinär, ikke binær, ikkebinær, x",
}
_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d.%m.%y")
_YEAR = re.compile(r"(?:19|20)\d\d")


def day(cell: Cell, field: str) -> date | None:
    """A date from a date cell, or as 2026-11-22, 22.11.2026, 22/11/2026 or 20261122. Empty is None."""
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    if not text:
        return None
    for form in _FORMATS:
        try:
            return datetime.strptime(text[:10], form).date()  # A civil date has no zone.
        except ValueError:
            continue
    raise DomainError(_("This is not a date. Write it like 2026-11-22."), field=field)


def year(cell: Cell, field: str) -> int | None:
    """A year, from a number, a text or a date. A whole identity number is refused: only the year is kept."""
    if isinstance(cell, date):
        return cell.year
    text = text_of(cell)
    if not text:
        return None
    if _YEAR.fullmatch(text):
        return int(text)
    message = _("Write a year with four digits, like 1985. Nothing more of the birth date is kept.")
    raise DomainError(message, field=field)


def yes_or_no(cell: Cell, field: str) -> bool | None:
    """Yes, ja, x, 1 and the like are True; no, nej, nei, 0 are False; empty is None."""
    word = fold(text_of(cell))
    if not word:
        return None
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise DomainError(_("Write yes or no."), field=field)


def number(cell: Cell, field: str) -> int | None:
    """A whole number that is not negative. Empty is None."""
    text = text_of(cell).replace("\u00a0", "").replace(" ", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise DomainError(_("Write a whole number."), field=field)
    return int(text)


def sex(cell: Cell, field: str) -> str | None:
    """woman, man or other, from the usual words in the staff languages. Empty is None."""
    word = fold(text_of(cell))
    if not word:
        return None
    for code, words in _SEXES.items():
        if word in {fold(each) for each in words.split(",")}:
            return code
    raise DomainError(_("Write woman, man or other."), field=field)


def language(cell: Cell, field: str) -> str | None:
    """One of the participants' languages, from its code or its name in any staff language. Empty is None."""
    return _one_of(cell, field, _language_names(), lambda: _("We cannot write to participants in this language."))


def code_of(cell: Cell, field: str, list_name: str) -> str | None:
    """A code of a picklist, from the code, its label in any language, or an everyday word for it. Empty is None."""
    return _one_of(cell, field, _labels(list_name), lambda: _not_one_of(list_name))


def _one_of(cell: Cell, field: str, words: Mapping[str, str], message: Callable[[], str]) -> str | None:
    word = fold(text_of(cell).replace("_", " "))
    if not word:
        return None
    if word not in words:
        raise DomainError(message(), field=field)
    return words[word]


def _not_one_of(list_name: str) -> str:
    locale = get_locale()
    alternatives = [label for _code, label in picklists.options(list_name, locale.language if locale else "en")]
    return str(_("This is not one of the alternatives: %(alternatives)s.", alternatives=", ".join(alternatives)))


@cache
def _labels(list_name: str) -> Mapping[str, str]:
    # The lists come with the package and never change while it runs. A label wins over an everyday word.
    found = {fold(word): row["code"] for row in _everyday_words(list_name) for word in row["words"].split(";")}
    found |= {fold(code.replace("_", " ")): code for code in picklists.codes(list_name)}
    for lang in picklists.LANGUAGES:
        found |= {fold(label): code for code, label in picklists.options(list_name, lang)}
    return found


def _everyday_words(list_name: str) -> list[dict[str, str]]:
    """What people write in their lists instead of our labels: "Jobb" for ordinary work."""
    lines = files("crm.imports").joinpath("everyday_words.csv").read_text(encoding="utf-8").splitlines()
    return [row for row in csv.DictReader(lines) if row["list"] == list_name]


@cache
def _language_names() -> Mapping[str, str]:
    found = {fold(name): code for code, name in PARTICIPANT_LANGUAGES.items()}
    for code in PARTICIPANT_LANGUAGES:
        found[code] = code
        for reader in LANGUAGES:
            found[fold(Locale.parse(code).get_display_name(reader) or code)] = code
    return found | {"norsk": "nb", "norwegian": "nb", "norska": "nb", "no": "nb", "dari": "fa", "persiska": "fa"}
