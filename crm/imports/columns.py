"""Which heading means which field, in the languages of the lists that people have.

The headings stand in ``headings.csv`` beside this module, folded here: capitals, accents and dashes do not count.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from flask_babel import gettext as _

from crm.folding import fold
from crm.imports.sheets import Sheet, UnreadableFile

KINDS = ("participants", "employers")


@dataclass(frozen=True)
class Columns:
    """Where each field stands, what its heading is, and which headings nobody reads."""

    places: Mapping[str, int]
    headings: Mapping[str, str]
    ignored: Sequence[str]
    has_identity_numbers: bool


def match_columns(sheet: Sheet, kind: str) -> Columns:
    """Find the fields of a kind among the headings of a sheet. Raises UnreadableFile when a needed one is missing
    or two headings mean the same."""
    meanings = _meanings(kind)
    places: dict[str, int] = {}
    ignored, identity = [], False
    for place, heading in enumerate(sheet.headings):
        folded = fold(heading.replace("_", " "))
        field = meanings.get(folded)
        if field is None:
            identity = identity or folded in _meanings("")
            ignored += [heading] if heading else []
        elif field in places:
            first = sheet.headings[places[field]]
            message = _("Two columns mean the same: %(first)s and %(second)s. Remove one.", first=first, second=heading)
            raise UnreadableFile(message)
        else:
            places[field] = place
    _check_needed(places, kind)
    return Columns(places, {field: sheet.headings[place] for field, place in places.items()}, ignored, identity)


def known_headings(headings: Sequence[str]) -> int:
    """How many of these headings mean something to any import."""
    meanings = {**_meanings("participants"), **_meanings("employers")}
    return sum(fold(heading.replace("_", " ")) in meanings for heading in headings)


def _check_needed(places: Mapping[str, int], kind: str) -> None:
    if "name" in places or (kind == "participants" and {"first_name", "last_name"} <= places.keys()):
        return
    if kind == "participants":
        raise UnreadableFile(_("The first row must have headings, with the columns First name and Last name, or Name."))
    raise UnreadableFile(_("The first row must have headings, with a column Name."))


@cache
def _meanings(kind: str) -> Mapping[str, str]:
    """Folded heading to field, for one kind; "" holds the headings of what nobody reads and we point out."""
    # A data file of the package, read once on first use.
    lines = files("crm.imports").joinpath("headings.csv").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for row in csv.DictReader(lines):
        if row["kind"] == kind:
            words = [row["field"].replace("_", " "), *row["headings"].split(";")]
            found |= {fold(word): row["field"] for word in words}
    return found
