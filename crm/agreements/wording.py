"""What stands in the fields of an agreement's text, and writing the whole text."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.agreements.models import Agreement
from crm.db import current_session
from crm.documents.fields import fields_in, fill, fill_as_far_as_known
from crm.documents.models import DocumentVersion
from crm.documents.shipped import contacts_section, word
from crm.employers.models import Position
from crm.employers.org_numbers import show_org_number
from crm.errors import DomainError
from crm.languages import in_language
from crm.messaging.addresses import show_phone
from crm.settings import Settings

WRITTEN = ("purpose", "employer_does", "we_do", "follow_up", "places")
"""The fields that somebody fills in by hand."""
_OF_ROW = "the contact person of an agreement that was checked"


def values_for(agreement: Agreement) -> dict[str, str]:
    """What the fields of the text say, in the language of the agreement."""
    return {**_sides(agreement), **_days(agreement), **_by_hand(agreement)}


def document_text(agreement: Agreement) -> str:
    """The whole document as it is signed: title and filled-in text, as Markdown.

    Raises FieldsMissing when something that the text asks for is not there, DomainError where the template lacks
    the language.
    """
    title, body = title_and_body(agreement.text_version, agreement.language)
    return f"# {title}\n\n{fill(body, values_for(agreement))}\n"


def draft_text(agreement: Agreement) -> str:
    """The same while it is a draft: what is missing is shown as dots."""
    title, body = title_and_body(agreement.text_version, agreement.language)
    return f"# {title}\n\n{fill_as_far_as_known(body, values_for(agreement))}\n"


def title_and_body(version: DocumentVersion, language: str) -> tuple[str, str]:
    """A template's words in a language. Raises DomainError where it has none: nobody signs what they cannot read.

    Every agreement names a contact person on both sides, so that each knows whom to call: a text that does not gets the
    part that the shipped ones have.
    """
    if language not in version.bodies:
        raise DomainError(_("This text is not written in that language."), field="language")
    body = version.bodies[language]
    if not {"contact_person", "owner"} <= set(fields_in(body)):
        body = f"{body.rstrip()}\n\n{contacts_section(language)}"
    return in_language(version.titles, language), body


def contact_title(agreement: Agreement) -> str | None:
    """What the contact person is at the employer."""
    statement = select(Position.title).where(
        Position.employer_id == agreement.employer_id, Position.person_id == agreement.contact_id
    )
    return current_session().scalar(trusted(statement, because=_OF_ROW))


def _sides(agreement: Agreement) -> dict[str, str]:
    employer, unit, contact = agreement.employer, agreement.unit, agreement.contact
    settings = cast(Settings, current_app.extensions["brobygg.settings"])
    owner, deputy = agreement.owner, agreement.deputy
    switchboard = f"{unit.name}, {phone_in_words(unit.phone, unit)}" if unit.phone else unit.name
    return {
        "employer": employer.name,
        "employer_number": show_org_number(employer.org_number, employer.country) or "–",
        "contact_person": contact.name if contact else "",
        "contact_title": (contact_title(agreement) if contact else None) or word("contact_person", agreement.language),
        "contact_phone": phone_in_words(contact.phone if contact else None, unit),
        "contact_email": (contact.email if contact else None) or "–",
        "organisation": settings.organisation,
        "unit": unit.name,
        "unit_phone": phone_in_words(unit.phone, unit),
        "owner": owner.name if owner else "",
        "owner_phone": phone_in_words((owner.phone if owner else None) or unit.phone, unit),
        "owner_email": owner.email if owner else "",
        # There is always somebody: without a deputy the unit stands in.
        "deputy": deputy.name if deputy else switchboard,
    }


def phone_in_words(number: str | None, unit: Unit) -> str:
    """A telephone number as people write it where the unit is; a dash where there is none."""
    return show_phone(number, unit.country) if number else "–"


def _days(agreement: Agreement) -> dict[str, str]:
    language = agreement.language
    return {
        "starts_on": long_day(agreement.starts_on, language),
        "ends_on": long_day(agreement.ends_on, language)
        if agreement.ends_on
        else word("until_further_notice", language),
        "review_on": long_day(agreement.review_on, language),
    }


def _by_hand(agreement: Agreement) -> Mapping[str, str]:
    written = {name: text for name, text in agreement.fields.items() if name in WRITTEN}
    return {**written, "scope": "\n".join(agreement.scope)}


def long_day(day: date, language: str) -> str:
    """A day in words: "22 november 2026"."""
    return str(format_date(day, "d MMMM y" if language == "en" else "long", locale=language))


def local_day(at: datetime, agreement: Agreement) -> str:
    """The day of a moment in words, where the unit of the agreement is."""
    return long_day(at.astimezone(ZoneInfo(agreement.unit.time_zone)).date(), agreement.language)


def moment(at: datetime, agreement: Agreement) -> str:
    """A moment in the language of the agreement, by the clock of its unit: "22 november 2026 10:30 CET".

    The same for everybody, because it stands in the document that both sides keep.
    """
    local = at.astimezone(ZoneInfo(agreement.unit.time_zone))
    # The zone by its letters: some languages would write its distance from Greenwich.
    return f"{long_day(local.date(), agreement.language)} {local:%H:%M %Z}"
