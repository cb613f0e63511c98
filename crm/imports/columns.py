"""Which heading means which field: guessed in the languages of the lists that people have, or said by somebody.

The headings stand in ``headings.csv`` beside this module, folded here: capitals, accents and dashes do not count.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files

from flask_babel import gettext as _

from crm.employers.columns import COLUMNS
from crm.folding import fold
from crm.imports.sheets import Sheet, UnreadableFile
from crm.languages import in_all_languages
from crm.lazy_texts import lazy_gettext as _l

WHAT_IS_WRONG = _l("What is wrong")
"""The heading of the column that we add to a file of wrong rows. It is never read."""
KINDS = ("participants", "employers", "inquiries")
_NEEDED_OF_INQUIRIES = frozenset({"received_on", "channel", "topic"})


@dataclass(frozen=True)
class Columns:
    """Where each field stands, what its heading is, and which headings nobody reads."""

    places: Mapping[str, int]
    headings: Mapping[str, str]
    ignored: Sequence[str]
    has_identity_numbers: bool


@dataclass(frozen=True)
class Guess:
    """What headings seem to mean. ``twice`` is a pair of headings that mean the same; the first is taken."""

    places: Mapping[str, int]
    twice: tuple[str, str] | None

    def is_whole(self, headings: Sequence[str], kind: str) -> bool:
        """Whether nothing has to be asked: every heading is understood, or known as one that nobody reads."""
        taken = set(self.places.values())
        left = [folded_heading(each) for place, each in enumerate(headings) if each and place not in taken]
        left = [each for each in left if each not in folded_notes() | folded_unread(kind)]
        return self.twice is None and has_needed(self.places, kind) and set(left) <= set(_meanings(""))


@cache
def folded_notes() -> frozenset[str]:
    """The headings of our own columns, in every language."""
    return frozenset(fold(text) for text in in_all_languages(partial(str, WHAT_IS_WRONG)).values())


@cache
def folded_unread(kind: str) -> frozenset[str]:
    """The headings that our own list of employers has, in every language; those that mean nothing to us here, like
    the last contact, need no question."""
    labels = [column.label for column in COLUMNS.values()] if kind == "employers" else []
    return frozenset(fold(text) for label in labels for text in in_all_languages(partial(str, label)).values())


def folded_heading(heading: str) -> str:
    """A heading as headings are compared."""
    return fold(heading.replace("_", " "))


def guess_columns(headings: Sequence[str], kind: str) -> Guess:
    """What the headings of a list of this kind seem to mean."""
    meanings = _meanings(kind)
    places: dict[str, int] = {}
    twice = None
    for place, heading in enumerate(headings):
        field = meanings.get(folded_heading(heading))
        if field is None:
            continue
        if field in places:
            twice = twice or (headings[places[field]], heading)
        else:
            places[field] = place
    return Guess(places, twice)


def match_columns(sheet: Sheet, kind: str, places: Mapping[str, int] | None = None) -> Columns:
    """The columns of a sheet: as somebody said (``places``), else as they seem.

    Raises UnreadableFile when a needed one is missing or two headings mean the same.
    """
    if places is None:
        guess = guess_columns(sheet.headings, kind)
        if guess.twice is not None:
            first, second = guess.twice
            message = _("Two columns mean the same: %(first)s and %(second)s. Remove one.", first=first, second=second)
            raise UnreadableFile(message)
        places = guess.places
    check_needed(places, kind)
    taken = set(places.values())
    unread = [heading for place, heading in enumerate(sheet.headings) if heading and place not in taken]
    identity = set(_meanings(""))
    return Columns(
        places=places,
        headings={field: sheet.headings[place] for field, place in places.items() if place < len(sheet.headings)},
        ignored=unread,
        has_identity_numbers=any(folded_heading(heading) in identity for heading in unread),
    )


def known_headings(headings: Sequence[str]) -> int:
    """How many of these headings mean something to any import."""
    meanings = {heading: field for kind in KINDS for heading, field in _meanings(kind).items()}
    return sum(folded_heading(heading) in meanings for heading in headings)


def fields_of_kind(kind: str) -> list[str]:
    """Every field that a list of this kind may have, in the order in which they are offered."""
    return list(dict.fromkeys(_meanings(kind).values()))


def has_needed(places: Mapping[str, int], kind: str) -> bool:
    """Whether the fields are there without which nothing can be read."""
    if kind == "inquiries":
        return places.keys() >= _NEEDED_OF_INQUIRIES
    return "name" in places or (kind == "participants" and {"first_name", "last_name"} <= places.keys())


def check_needed(places: Mapping[str, int], kind: str) -> None:
    """Raises UnreadableFile when a needed field has no column."""
    if has_needed(places, kind):
        return
    if kind == "inquiries":
        raise UnreadableFile(
            _("The first row must have headings, with the columns Day, How it came and Topic; more may follow.")
        )
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
