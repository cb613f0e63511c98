"""The client of PRH's open data (https://avoindata.prh.fi, YTJ version 3).

Names of fields as PRH describes them; whatever is missing or of another kind is taken as not known.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from crm.employers.registers.connection import Reach, RegisterConnection, text_of
from crm.register_points import RegisterEntry

_SWEDISH, _ENGLISH, _FINNISH = "2", "3", "1"
_LANGUAGES = (_SWEDISH, _ENGLISH, _FINNISH)
_SCHEMES = {"TOIMI3": "TOL2008"}
_BANKRUPT, _WINDING_UP = "KONK", "SELTILA"
_MAIN_NAME = "1"
_STREET = "1"
Row = Mapping[str, Any]
Status = Literal["active", "bankrupt", "winding_up", "closed"]


class Prh:
    """Finland's register (see crm.extension_points.Register). It keeps no workplaces and no head counts."""

    key = "register_fi"
    country = "FI"
    can_search = True

    def __init__(self, reach: Reach) -> None:
        self._connection = RegisterConnection(reach)

    def look_up(self, number: str) -> RegisterEntry | None:
        """A company by its business ID. Raises RegisterUnavailable."""
        written = f"{number[:7]}-{number[7:]}" if len(number) == 8 else number
        return next(iter(self._find({"businessId": written})), None)

    def search(self, name: str, *, limit: int = 20) -> Sequence[RegisterEntry]:
        """Companies by a part of their name. Raises RegisterUnavailable."""
        return self._find({"name": name})[:limit]

    def units_of(self, number: str) -> Sequence[RegisterEntry]:
        """Nothing: this register keeps no workplaces."""
        return ()

    def _find(self, params: Mapping[str, str]) -> list[RegisterEntry]:
        answer = self._connection.ask("GET", "/companies", params=params, expect=(200, 404))
        if answer.status != 200:
            return []
        rows = answer.body.get("companies") if isinstance(answer.body, dict) else None
        if not isinstance(rows, list):
            raise self._connection.fault("unreadable")
        found = [_entry(row) for row in rows if isinstance(row, dict)]
        return [each for each in found if each is not None]


def _entry(row: Row) -> RegisterEntry | None:
    number = text_of(_part(row, "businessId").get("value"), 20)
    if number is None:
        return None
    status, since = _status(row)
    place, line = _place(row), _part(row, "mainBusinessLine")
    office = next(iter(_rows(place, "postOffices")), {})
    office = next((each for each in _rows(place, "postOffices") if str(each.get("languageCode")) == _SWEDISH), office)
    name = _name(row)
    code = text_of(line.get("type"), 12)
    code_set = text_of(line.get("typeCodeSet"), 16)
    return RegisterEntry(
        number=number.replace("-", ""),
        country="FI",
        name=name or number,
        former_names=_former(row, name),
        legal_form=_in_words(next(iter(_current(row, "companyForms")), {}), 80),
        industry_scheme=_SCHEMES.get(code_set or "", code_set) if code else None,
        industry_code=code,
        industry_text=_in_words(line, 200) if code else None,
        address=_address(place),
        postcode=text_of(place.get("postCode"), 12),
        city=_title(text_of(office.get("city"), 80)),
        municipality_code=text_of(office.get("municipalityCode"), 8),
        website=text_of(_part(row, "website").get("url"), 300),
        status=status,
        status_since=since,
        missing=("municipality", "phone", "email", "employee_count", "advertising_block"),
    )


def _part(row: Row, name: str) -> Row:
    part = row.get(name)
    return part if isinstance(part, dict) else {}


def _rows(row: Row, name: str) -> list[Row]:
    value = row.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _current(row: Row, name: str) -> list[Row]:
    """What has no end, the newest first."""
    rows = [each for each in _rows(row, name) if not each.get("endDate")]
    return sorted(rows, key=lambda each: str(each.get("registrationDate") or ""), reverse=True)


def _name(row: Row) -> str | None:
    names = [each for each in _current(row, "names") if str(each.get("type")) == _MAIN_NAME]
    return text_of(names[0].get("name"), 200) if names else None


def _former(row: Row, name: str | None) -> tuple[str, ...]:
    ended = [each for each in _rows(row, "names") if each.get("endDate") and str(each.get("type")) == _MAIN_NAME]
    ended.sort(key=lambda each: str(each.get("endDate")), reverse=True)
    names = [text_of(each.get("name"), 200) for each in ended]
    return tuple(dict.fromkeys(each for each in names if each and each != name))


def _place(row: Row) -> Row:
    places = _rows(row, "addresses")
    return next((each for each in places if str(each.get("type")) == _STREET), places[0] if places else {})


def _address(place: Row) -> str | None:
    """Street and number; one abroad is written as one line."""
    street = " ".join(filter(None, (text_of(place.get(each), 200) for each in ("street", "buildingNumber"))))
    return text_of(street, 200) or text_of(place.get("freeAddressLine"), 200)


def _in_words(row: Row, longest: int) -> str | None:
    """The description in Swedish, else English, else Finnish."""
    said = {str(each.get("languageCode")): each.get("description") for each in _rows(row, "descriptions")}
    return next((text_of(said[code], longest) for code in _LANGUAGES if said.get(code)), None)


def _status(row: Row) -> tuple[Status, date | None]:
    current = _current(row, "companySituations")
    situations = {str(each.get("type")): _day(each.get("registrationDate")) for each in current}
    if _BANKRUPT in situations:
        return "bankrupt", situations[_BANKRUPT]
    ended = _day(row.get("endDate"))
    if ended is not None:
        return "closed", ended
    return ("winding_up", situations[_WINDING_UP]) if _WINDING_UP in situations else ("active", None)


def _title(text: str | None) -> str | None:
    return text.title() if text and text.isupper() else text


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
