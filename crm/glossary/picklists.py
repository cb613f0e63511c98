"""Managed lists of the field: codes for the database, labels for people.

The lists stand in ``picklists.csv`` beside this module. A label that is missing in a language is shown in
English; one that exists in one country only (a national scheme) is shown in English with its local name, so
that staff find both.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

LANGUAGES = ("en", "sv", "nb", "da", "fi")
_HEADER = ["list", "code", "country", *LANGUAGES]
# The language a country's own names are written in; nynorsk readers get the labels in bokmål.
_LANGUAGE_OF_COUNTRY = {"NO": "nb", "DK": "da", "SE": "sv", "FI": "fi"}
_READ_AS = {"nn": "nb", "no": "nb"}


class PicklistError(RuntimeError):
    """The file of lists is damaged, or a list or code does not exist. A programming or packaging error."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a list. ``country``: the only country where it is used, or empty."""

    code: str
    country: str
    labels: Mapping[str, str]


def options(list_name: str, lang: str, *, country: str | None = None) -> list[tuple[str, str]]:
    """Code and label of every value, in the order of the list.

    With ``country`` ("NO"): only what is used there.
    """
    entries = _list(list_name).values()
    return [
        (entry.code, _label(entry, lang))
        for entry in entries
        if country is None or entry.country in ("", country.upper())
    ]


def label(list_name: str, code: str, lang: str) -> str:
    """The label of ``code`` in ``lang``. Raises PicklistError for an unknown list or code."""
    entries = _list(list_name)
    if code not in entries:
        raise PicklistError(f"the list '{list_name}' has no code '{code}'")
    return _label(entries[code], lang)


def codes(list_name: str) -> frozenset[str]:
    """Every code of the list, for validation. Raises PicklistError for an unknown list."""
    return frozenset(_list(list_name))


def list_names() -> tuple[str, ...]:
    """The names of all lists."""
    return tuple(_lists())


def read_lists(lines: Iterable[str]) -> Mapping[str, Mapping[str, Entry]]:
    """Read and check the lists from CSV ``lines``.

    Raises PicklistError with the number of the faulty line.
    """
    reader = csv.reader(lines)
    if next(reader, None) != _HEADER:
        raise PicklistError(f"the first line is not {','.join(_HEADER)}")
    lists: dict[str, dict[str, Entry]] = {}
    for row in reader:
        name, entry = _entry(row, line=reader.line_num)
        if entry.code in lists.setdefault(name, {}):
            raise PicklistError(f"line {reader.line_num}: '{name}' has '{entry.code}' twice")
        lists[name][entry.code] = entry
    return MappingProxyType({name: MappingProxyType(entries) for name, entries in lists.items()})


def _entry(row: list[str], *, line: int) -> tuple[str, Entry]:
    if len(row) != len(_HEADER):
        raise PicklistError(f"line {line}: {len(row)} fields in place of {len(_HEADER)}")
    name, code, country, *texts = row
    labels = {language: text for language, text in zip(LANGUAGES, texts, strict=True) if text}
    if not name or not code or "en" not in labels:
        raise PicklistError(f"line {line}: a value needs a list, a code and an English label")
    if country and _LANGUAGE_OF_COUNTRY.get(country) not in labels:
        raise PicklistError(f"line {line}: '{code}' has no name in the language of {country}")
    return name, Entry(code=code, country=country, labels=MappingProxyType(labels))


def _label(entry: Entry, lang: str) -> str:
    found = entry.labels.get(_READ_AS.get(lang, lang))
    if found is not None:
        return found
    local = entry.labels[_LANGUAGE_OF_COUNTRY[entry.country]] if entry.country else ""
    return f"{entry.labels['en']} – {local}" if local else entry.labels["en"]


def _list(list_name: str) -> Mapping[str, Entry]:
    lists = _lists()
    if list_name not in lists:
        raise PicklistError(f"there is no list '{list_name}'")
    return lists[list_name]


@cache
def _lists() -> Mapping[str, Mapping[str, Entry]]:
    # A data file of the package, read once on first use; importing this module reads nothing.
    text = files("crm.glossary").joinpath("picklists.csv").read_text(encoding="utf-8")
    return read_lists(text.splitlines())
