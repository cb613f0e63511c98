"""What one row of a list of employers says, checked and in our words, before anybody looks whether it is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from flask_babel import gettext as _

from crm.accounts.forms import COUNTRIES as COUNTRY_NAMES
from crm.employers.columns import BLOCKS
from crm.employers.models import EmployerKind
from crm.employers.org_numbers import COUNTRIES, countries_of, read_org_number, read_unit_number
from crm.errors import DomainError
from crm.folding import fold
from crm.imports import cells
from crm.imports.lookups import Lookups
from crm.imports.rows import Row
from crm.languages import in_all_languages
from crm.messaging.addresses import normalise_email, normalise_phone
from crm.note_guard.guard import Sensitive, find_sensitive
from crm.web.clean import clean_line, clean_text

TEXTS = ("industry_text", "industry_code", "municipality", "municipality_code", "address", "postcode", "city",
         "website", "source")  # fmt: skip
_LONGEST = {"name": 200, "industry_text": 200, "industry_code": 12, "municipality": 80, "municipality_code": 8,
            "address": 200, "postcode": 12, "city": 80, "website": 300, "source": 60, "contact_name": 160,
            "contact_title": 120, "place": 80, "workplace": 200, "workplace_number": 20, "note": 5000}  # fmt: skip
_COUNTRY_NAMES = {
    "SE": "sweden, sverige, se", "NO": "norway, norge, no", "DK": "denmark, danmark, dk", "FI": "finland, suomi, fi",
}  # fmt: skip
_KIND_NAMES = {
    EmployerKind.COMPANY: "company, företag, bedrift, virksomhed, privat, aktiebolag",
    EmployerKind.PUBLIC: "public, offentlig, kommun, kommune, region, stat",
    EmployerKind.NON_PROFIT: "non profit, ideell, ideell förening, förening, forening, frivillig, ideel",
    EmployerKind.TRAINING_OFFICE: "training office, opplæringskontor, utbildningskontor, uddannelseskontor",
    EmployerKind.PARTNER_AUTHORITY: "partner authority, authority, myndighet, etat, myndighed",
}
_SCHEMES = {"SE": "SNI2007", "NO": "SN2007", "DK": "DB07", "FI": "TOL2008"}
"""The national industry codes of each country, all of them NACE Rev. 2 with further digits."""


@dataclass(slots=True)
class PersonSaid:
    """A contact person, as a row has them. None: the file does not say."""

    name: str
    title: str | None
    phone: str | None
    email: str | None


@dataclass(slots=True)
class RelationSaid:
    """What a row says of one unit's relationship. ``first``: the stage where the unit's employers begin.

    ``is_meant``: the unit was chosen for the row or for the list, or the row has something to say of the relationship.
    Else it is the unit of whoever reads the list, which begins nothing with employers that are known without it.
    """

    unit_id: int
    owner_id: int | None
    stage: str | None
    first: str
    note: str | None
    is_meant: bool


@dataclass(slots=True)
class Said:
    """What a row says. ``employer`` has the columns of the employer that are filled in.

    ``city_is_place``: the row has a place, and does not say whether that is the town or the municipality.
    """

    line: int
    employer: Mapping[str, Any]
    city_is_place: bool
    person: PersonSaid | None
    workplace: str | None
    workplace_number: str | None
    relation: RelationSaid | None
    has_health_words: bool

    @property
    def places(self) -> frozenset[str]:
        """Where it is, folded: town and municipality."""
        found = (self.employer.get("city"), self.employer.get("municipality"))
        return frozenset(fold(each) for each in found if each)


def read_row(row: Row, lookups: Lookups) -> Said:
    """Everything that a row says. Raises DomainError naming the field that is wrong."""
    unit_id = _unit(row, lookups)
    employer = _employer(row, lookups, unit_id)
    note = _note(row)
    owner = row.text("owner")
    if unit_id is None and (owner or note or row.text("stage")):
        raise DomainError(_("Say which unit."), field="unit")
    relation = None
    if unit_id is not None:
        stage = lookups.stage(row.text("stage"), unit_id=unit_id)
        first = lookups.first_stage(unit_id)
        is_meant = bool(row.text("unit") or lookups.defaults.unit_id or owner or note or stage)
        relation = RelationSaid(unit_id, lookups.owner(owner, unit_id=unit_id), stage, first, note, is_meant)
    return Said(
        line=row.line,
        employer=employer,
        city_is_place=bool(row.text("place")) and not row.text("city"),
        person=_person(row, employer["country"]),
        workplace=_workplace(row),
        workplace_number=_workplace_number(row, employer["country"]),
        relation=relation,
        has_health_words=_has_health_words(note),
    )


def all_faults(row: Row, lookups: Lookups) -> list[DomainError]:
    """Every cell that is wrong in a row that ``read_row`` refuses, so that the file is corrected once."""
    found: dict[str | None, DomainError] = {}

    def attempt(read: Callable[[], object]) -> object:
        try:
            return read()
        except DomainError as error:
            found.setdefault(error.field, error)
            return None

    attempt(lambda: read_row(row, lookups))
    country = str(attempt(lambda: _country(row) or _home(_unit(row, lookups), lookups)) or "SE")
    phone, email = _way(row, "phone"), _way(row, "email")
    attempt(partial(_number, row, country))
    attempt(lambda: cells.number(row.cell("employee_count"), "employee_count"))
    attempt(lambda: normalise_phone(phone, country) if phone else None)
    attempt(lambda: normalise_email(email) if email else None)
    for field in _LONGEST.keys() - {"note"}:
        attempt(partial(_short, row, field))
    attempt(partial(_person, row, country))
    attempt(partial(_workplace, row))
    attempt(partial(_workplace_number, row, country))
    attempt(partial(_note, row))
    return list(found.values())


def _unit(row: Row, lookups: Lookups) -> int | None:
    name = row.text("unit")
    if name:
        return lookups.unit(name, programme_id=None)
    return None if lookups.defaults.of_no_unit else lookups.defaults.unit_id or lookups.actor.unit_id


def _home(unit_id: int | None, lookups: Lookups) -> str:
    """The country of a row that names none: the unit's, also where the employers become contacts of no unit."""
    unit_id = unit_id or lookups.actor.unit_id
    return lookups.country(unit_id) if unit_id is not None else "SE"


def _employer(row: Row, lookups: Lookups, unit_id: int | None) -> dict[str, Any]:
    name = _short(row, "name")
    if not name:
        raise DomainError(_("Write the employer's name."), field="name")
    country = _country(row) or _home(unit_id, lookups)
    phone, email = _way(row, "phone"), _way(row, "email")
    said: dict[str, Any] = {
        "name": name,
        "country": country,
        "org_number": _number(row, country),
        "kind": _kind(row),
        "employee_count": cells.number(row.cell("employee_count"), "employee_count"),
        "phone": normalise_phone(phone, country) if phone else None,
        "email": normalise_email(email) if email else None,
        **{field: _short(row, field) or None for field in TEXTS},
    }
    said["city"] = said["city"] or _town(row, said["municipality"])
    if said["industry_code"]:
        said["industry_scheme"] = _SCHEMES.get(country)
    return {field: value for field, value in said.items() if value is not None}


def _town(row: Row, municipality: str | None) -> str | None:
    """The place of a row as a town, where it does not say again what the municipality is."""
    place = _short(row, "place")
    return place if place and fold(place) != fold(municipality or "") else None


def _way(row: Row, field: str) -> str:
    """A phone number or an e-mail address; not the words that our own lists have in their place."""
    text = row.text(field)
    return "" if fold(text) in _folded_blocks() else text


@cache
def _folded_blocks() -> frozenset[str]:
    return frozenset(fold(text) for each in BLOCKS.values() for text in in_all_languages(partial(str, each)).values())


def _number(row: Row, country: str) -> str | None:
    text = row.text("org_number")
    if not text:
        return None
    # Some programs show the apostrophe by which a spreadsheet keeps a number as a text.
    text = text.removeprefix("'")
    try:
        number = read_org_number(text, country)
        if number.is_checked:
            return number.compact
    except DomainError:
        if not countries_of(text):
            raise
    raise DomainError(_wrong_number(text), field="org_number")


def _wrong_number(text: str) -> str:
    """A list from across the border: its numbers are right, and only the country is not said."""
    fitting = ", ".join(str(COUNTRY_NAMES[country]) for country in countries_of(text))
    message = _("The check digit of this number is wrong. Is a digit mistyped?")
    if fitting:
        message = _(
            "This is a right number in another country: %(countries)s. Write the country in a column Country, "
            "or choose a unit of that country for the list.",
            countries=fitting,
        )
    return str(message)


def _person(row: Row, country: str) -> PersonSaid | None:
    name = _short(row, "contact_name")
    phone, email = row.text("contact_phone"), row.text("contact_email")
    if not name:
        if phone or email:
            raise DomainError(_("A contact person needs a name."), field="contact_name")
        return None
    try:
        number = normalise_phone(phone, country) if phone else None
        address = normalise_email(email) if email else None
    except DomainError as error:
        # The rules speak of a person's e-mail and phone; the file has them in columns of their own.
        raise DomainError(error.message, field=f"contact_{error.field}") from error
    return PersonSaid(name, _short(row, "contact_title") or None, number, address)


def _workplace(row: Row) -> str | None:
    name = _short(row, "workplace")
    if not name and row.text("workplace_number"):
        raise DomainError(_("A workplace needs a name."), field="workplace")
    return name or None


def _workplace_number(row: Row, country: str) -> str | None:
    number = _short(row, "workplace_number")
    try:
        return read_unit_number(number, country) if number else None
    except DomainError as error:
        raise DomainError(error.message, field="workplace_number") from error


def _note(row: Row) -> str | None:
    text = clean_text(row.text("note"))
    if not text:
        return None
    if len(text) > _LONGEST["note"]:
        raise DomainError(_("Write at most %(count)s characters.", count=_LONGEST["note"]), field="note")
    if any(found.kind is Sensitive.IDENTITY_NUMBER for found in find_sensitive(text)):
        raise DomainError(_("The note has a national identity number. They are never kept here."), field="note")
    return text


def _has_health_words(note: str | None) -> bool:
    return any(found.kind is Sensitive.HEALTH for found in find_sensitive(note))


def _short(row: Row, field: str) -> str:
    text = clean_line(row.text(field))
    longest = _LONGEST.get(field)
    if longest is not None and len(text) > longest:
        raise DomainError(_("Write at most %(count)s characters.", count=longest), field=field)
    return text


def _country(row: Row) -> str | None:
    word = fold(row.text("country"))
    if not word:
        return None
    found = _words_of(_COUNTRY).get(word)
    if found is None:
        raise DomainError(_("Write SE, NO, DK or FI."), field="country")
    return found


def _kind(row: Row) -> EmployerKind | None:
    word = fold(row.text("kind").replace("_", " "))
    found = _words_of(_KIND).get(word)
    return EmployerKind(found) if found else None


_COUNTRY, _KIND = "country", "kind"


@cache
def _words_of(what: str) -> Mapping[str, str]:
    """Folded word to code. The words come with the package and do not change while it runs."""
    names = {code: _COUNTRY_NAMES[code] for code in COUNTRIES} if what == _COUNTRY else _KIND_NAMES
    return {fold(word): str(code) for code, text in names.items() for word in text.split(",")}
