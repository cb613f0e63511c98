"""Taking one row of a list of employers in: the employer, its contact person, the unit's relationship."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import EmployerFields, PersonFields, PositionFields
from crm.employers.models import Employer, EmployerKind, Position
from crm.employers.org_numbers import COUNTRIES, read_org_number
from crm.employers.rules import SIMILAR_NAME, sort_name
from crm.employers.services.employers import add_employer, change_employer, values_of
from crm.employers.services.persons import add_contact_person, change_contact_person
from crm.employers.services.relationships import find_relationship, take_relationship
from crm.errors import DomainError
from crm.folding import fold
from crm.imports import cells
from crm.imports.lookups import Lookups
from crm.imports.report import Outcome
from crm.imports.rows import Row
from crm.messaging.addresses import normalise_email, normalise_phone
from crm.web.clean import clean_line

_TEXTS = ("industry_text", "municipality", "address", "postcode", "city", "phone", "email", "website")
_LONGEST = {"name": 200, "industry_text": 200, "municipality": 80, "address": 200, "postcode": 12, "city": 80,
            "website": 300, "source": 60, "contact_name": 160, "contact_title": 120}  # fmt: skip
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


def take_in(actor: Actor, row: Row, lookups: Lookups) -> Outcome:
    """Add or update what a row says. Raises DomainError naming the field that is wrong. May be repeated."""
    unit_id = lookups.defaults.unit_id or actor.unit_id
    said = _said(row, lookups, unit_id)
    known = _find(actor, said)
    if known is None:
        fields = EmployerFields(**{"source": "import", **said})
        employer = add_employer(actor, fields=fields, confirmed=(SIMILAR_NAME,))
        changed = True
    else:
        employer, changed = _change(actor, known, said)
    changed = _keep_contact(actor, row, employer) or changed
    if unit_id is not None and find_relationship(actor, employer.id, unit_id) is None:
        take_relationship(actor, employer_id=employer.id, unit_id=unit_id, owner_id=None)
        changed = True
    if known is None:
        return Outcome.CREATED
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


def _said(row: Row, lookups: Lookups, unit_id: int | None) -> dict[str, Any]:
    """What the row says, by field; fields whose cell is empty are left out, and what is known stays."""
    name = _short(row, "name")
    if not name:
        raise DomainError(_("Write the employer's name."), field="name")
    country = _country(row) or (lookups.country(unit_id) if unit_id is not None else "SE")
    number = row.text("org_number")
    said: dict[str, Any] = {
        "name": name,
        "country": country,
        "org_number": read_org_number(number, country).compact if number else None,
        "kind": _kind(row),
        "employee_count": cells.number(row.cell("employee_count"), "employee_count"),
        "source": _short(row, "source") or None,
        **{field: _short(row, field) or None for field in _TEXTS},
    }
    return {field: value for field, value in said.items() if value is not None}


def _find(actor: Actor, said: dict[str, Any]) -> Employer | None:
    session = current_session()
    in_country: Select[Any] = visible(Employer, actor).where(Employer.country == said["country"])
    number = said.get("org_number")
    if number is not None:
        found: Employer | None = session.scalar(in_country.where(Employer.org_number == number))
        if found is not None:
            return found
    same_name = in_country.where(Employer.sort_name == sort_name(said["name"]))
    if number is not None:
        same_name = same_name.where(Employer.org_number.is_(None))
    same: Employer | None = session.scalar(same_name.order_by(Employer.archived_at.is_not(None), Employer.id).limit(1))
    return same


def _change(actor: Actor, known: Employer, said: dict[str, Any]) -> tuple[Employer, bool]:
    before = known.version_id
    fields = replace(EmployerFields(**values_of(known)), **said)  # type: ignore[arg-type]  # columns of the same names
    employer = change_employer(actor, employer_id=known.id, version=None, fields=fields, confirmed=(SIMILAR_NAME,))
    return employer, employer.version_id != before


def _keep_contact(actor: Actor, row: Row, employer: Employer) -> bool:
    name = _short(row, "contact_name")
    phone, email = row.text("contact_phone") or None, row.text("contact_email") or None
    if not name:
        if phone or email:
            raise DomainError(_("A contact person needs a name."), field="contact_name")
        return False
    position = _position_named(actor, employer, name)
    try:
        if position is None:
            fields = PersonFields(name=name, phone=phone, email=email, country=employer.country)
            title = PositionFields(title=_short(row, "contact_title") or None)
            add_contact_person(actor, employer_id=employer.id, fields=fields, position=title)
            return True
        return _change_contact(actor, position, phone=phone, email=email, country=employer.country)
    except DomainError as error:
        # The service speaks of the person's e-mail and phone; the file has them in columns of their own.
        raise DomainError(error.message, field=f"contact_{error.field}") from error


def _position_named(actor: Actor, employer: Employer, name: str) -> Position | None:
    statement = (
        visible(Position, actor)
        .where(Position.employer_id == employer.id)
        .options(joinedload(Position.person))
        .order_by(Position.id)
    )
    positions = current_session().scalars(statement)
    return next((each for each in positions if fold(each.person.name) == fold(name)), None)


def _change_contact(actor: Actor, position: Position, *, phone: str | None, email: str | None, country: str) -> bool:
    person = position.person
    number = normalise_phone(phone, country) if phone else person.phone
    address = normalise_email(email) if email else person.email
    if (number, address) == (person.phone, person.email):
        return False
    fields = PersonFields(
        name=person.name,
        phone=number,
        email=address,
        do_not_call=person.do_not_call,
        told_on=person.told_on,
        country=country,
    )
    change_contact_person(actor, person_id=person.id, version=None, fields=fields)
    return True


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
    for code in COUNTRIES:
        if word in {fold(each) for each in _COUNTRY_NAMES[code].split(",")}:
            return code
    raise DomainError(_("Write SE, NO, DK or FI."), field="country")


def _kind(row: Row) -> EmployerKind | None:
    word = fold(row.text("kind").replace("_", " "))
    if not word:
        return None
    for kind, names in _KIND_NAMES.items():
        if word in {fold(each) for each in names.split(",")}:
            return kind
    return None
