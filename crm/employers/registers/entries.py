"""A register's entry as columns of an employer, and as a sealed text that a form carries until it is saved."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from crm import clock
from crm.employers.fields import EmployerFields, WorkplaceFields
from crm.employers.org_numbers import read_org_number
from crm.errors import DomainError
from crm.messaging.addresses import normalise_email, normalise_phone
from crm.register_points import RegisterEntry

COLUMNS = (
    *("name", "legal_form", "industry_scheme", "industry_code", "industry_text", "municipality_code", "municipality"),
    *("address", "postcode", "city", "phone", "email", "website", "employee_count", "advertising_block"),
)
"""What is taken over. Name, number and status have rules of their own."""

INDUSTRY = ("industry_scheme", "industry_code", "industry_text")
"""They belong together: a code means nothing without its scheme."""

_LONGEST = {
    **{"name": 200, "legal_form": 80, "industry_scheme": 16, "industry_code": 12, "industry_text": 200},
    **{"municipality_code": 8, "municipality": 80, "address": 200, "postcode": 12, "city": 80, "website": 300},
}
MOST_UNITS = 200
_SALT = "brobygg.register_entry"
_MOST_AGE = 24 * 3600


@dataclass(frozen=True)
class Retrieved:
    """An entry with its workplace units, the register it came from, and when."""

    register: str
    entry: RegisterEntry
    units: tuple[RegisterEntry, ...]
    at: datetime


def values_of_entry(entry: RegisterEntry) -> dict[str, Any]:
    """What the register says of each column, in the form in which it is stored. What is missing is left out."""
    found = {name: getattr(entry, name) for name in COLUMNS if name not in entry.missing}
    for name, longest in _LONGEST.items():
        if isinstance(found.get(name), str):
            found[name] = found[name].strip()[:longest] or None
    if not found.get("name"):
        found.pop("name", None)
    if "phone" in found:
        found["phone"] = _phone(entry)
    if "email" in found:
        found["email"] = _email(entry)
    if not str(found.get("website") or "").startswith(("http://", "https://")):
        found["website"] = f"https://{found['website']}" if found.get("website") else None
    if found.get("advertising_block") is None:
        found.pop("advertising_block", None)
    return {name: value for name, value in found.items() if name in COLUMNS and name not in entry.missing}


def fields_of_entry(entry: RegisterEntry, on: date) -> EmployerFields:
    """A new employer as the register has it. A person's own number is left out."""
    values = values_of_entry(entry)
    return EmployerFields(
        country=entry.country,
        org_number=kept_number(entry),
        industry_retrieved_on=on if values.get("industry_code") else None,
        **({"name": entry.number} | values),
    )


def kept_number(entry: RegisterEntry) -> str | None:
    """The number of an entry, None where it is a person's own or nothing that can be kept."""
    try:
        return read_org_number(entry.number, entry.country).compact
    except DomainError:
        return None


def workplace_of_entry(unit: RegisterEntry, on: date) -> WorkplaceFields:
    """A workplace unit as the register has it."""
    values = values_of_entry(unit)
    names = ("address", "postcode", "city", "municipality_code", "phone")
    return WorkplaceFields(
        name=values.get("name") or unit.number, unit_number=unit.number, retrieved_on=on,
        **{name: values.get(name) for name in names},
    )  # fmt: skip


def seal(found: Retrieved) -> str:
    """``found`` as a text that nobody can change, for a hidden field."""
    packed = {
        "register": found.register,
        "entry": _packed(found.entry),
        "units": [_packed(unit) for unit in found.units[:MOST_UNITS]],
        "at": found.at.isoformat(),
    }
    return str(_serializer().dumps(packed))


def unseal(text: str) -> Retrieved | None:
    """What ``seal`` packed; None for a text that is too old or that we have not made."""
    try:
        packed = _serializer().loads(text, max_age=_MOST_AGE)
    except BadData:
        return None
    units = tuple(_unpacked(unit) for unit in packed["units"])
    return Retrieved(packed["register"], _unpacked(packed["entry"]), units, datetime.fromisoformat(packed["at"]))


def retrieved(register: str, entry: RegisterEntry, units: Sequence[RegisterEntry] = ()) -> Retrieved:
    """An entry that has just come."""
    return Retrieved(register, entry, tuple(units)[:MOST_UNITS], clock.now())


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=_SALT)


def _packed(entry: RegisterEntry) -> dict[str, Any]:
    empty = asdict(RegisterEntry(number="", country="", name=""))
    values = asdict(entry) | {"status_since": entry.status_since.isoformat() if entry.status_since else None}
    return {name: value for name, value in values.items() if value != empty[name]}


def _unpacked(packed: dict[str, Any]) -> RegisterEntry:
    since = packed.pop("status_since", None)
    packed |= {name: tuple(packed[name]) for name in ("former_names", "missing") if name in packed}
    return replace(RegisterEntry(**packed), status_since=date.fromisoformat(since) if since else None)


def _phone(entry: RegisterEntry) -> str | None:
    try:
        return normalise_phone(entry.phone, entry.country) if entry.phone else None
    except DomainError:
        return None


def _email(entry: RegisterEntry) -> str | None:
    try:
        return normalise_email(entry.email) if entry.email else None
    except DomainError:
        return None
