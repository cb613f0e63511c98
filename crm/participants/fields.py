"""What is kept of a participant, cleaned and checked before it reaches a row."""

from dataclasses import asdict, dataclass, field, fields, replace

from flask_babel import gettext as _

from crm import clock
from crm.accounts.models import Unit
from crm.errors import DomainError
from crm.messaging.addresses import normalise_email, normalise_phone
from crm.participants.models import Participant
from crm.participants.rules import PARTICIPANT_LANGUAGES, SEXES, STAFF_CHANNELS
from crm.web.clean import clean_line

LONGEST_NAME = 80


@dataclass(frozen=True)
class ParticipantFields:
    """What is typed about a participant. ``channels`` is best first; empty texts mean not known."""

    first_name: str
    last_name: str
    unit_id: int
    email: str | None = None
    phone: str | None = None
    birth_year: int | None = None
    sex: str | None = None
    language: str = "sv"
    channels: tuple[str, ...] = field(default=STAFF_CHANNELS)
    needs_interpreter: bool = False
    external_ref: str | None = None


def fields_of(person: Participant) -> ParticipantFields:
    """What now stands in the row, for a change of a part of it (``dataclasses.replace``)."""
    names = [each.name for each in fields(ParticipantFields) if each.name != "channels"]
    values = {name: getattr(person, name) for name in names}
    return ParticipantFields(**values, channels=tuple(person.channels))


def checked(given: ParticipantFields, unit: Unit) -> ParticipantFields:
    """``given`` in the form in which it is stored: trimmed, NFC, e-mail normalised, phone as E.164.

    Raises DomainError naming the first field that is wrong.
    """
    if given.language not in PARTICIPANT_LANGUAGES:
        raise DomainError(_("Choose a language."), field="language")
    if given.sex not in (None, "", *SEXES):
        raise DomainError(_("Choose one of the alternatives."), field="sex")
    return replace(
        given,
        first_name=_name(given.first_name, "first_name"),
        last_name=_name(given.last_name, "last_name"),
        email=normalise_email(given.email or "") if _said(given.email) else None,
        phone=normalise_phone(given.phone or "", unit.country) if _said(given.phone) else None,
        birth_year=_birth_year(given.birth_year),
        sex=given.sex or None,
        channels=_channels(given.channels),
        external_ref=_reference(given.external_ref),
    )


def as_columns(checked_fields: ParticipantFields) -> dict[str, object]:
    """Column names and values of the row, ``sort_name`` among them."""
    values: dict[str, object] = asdict(checked_fields)
    values["channels"] = list(checked_fields.channels)
    values["sort_name"] = sort_name(checked_fields.first_name, checked_fields.last_name)
    return values


def sort_name(first_name: str, last_name: str) -> str:
    """Last and first name as lists are sorted and searched."""
    return f"{last_name} {first_name}".casefold()[:170]


def _said(text: str | None) -> bool:
    return bool(text and text.strip())


def _name(text: str, name: str) -> str:
    cleaned = clean_line(text or "")
    if not cleaned:
        raise DomainError(_("Write a name."), field=name)
    if len(cleaned) > LONGEST_NAME:
        raise DomainError(_("A name has at most %(count)s letters.", count=LONGEST_NAME), field=name)
    return cleaned


def _birth_year(year: int | None) -> int | None:
    if year is not None and not 1900 <= year <= clock.today().year:
        raise DomainError(_("Write a year with four digits, like 1985."), field="birth_year")
    return year


def _channels(channels: tuple[str, ...]) -> tuple[str, ...]:
    if any(channel not in STAFF_CHANNELS for channel in channels):
        raise DomainError(_("Choose one of the alternatives."), field="channels")
    return tuple(dict.fromkeys(channels))


def _reference(text: str | None) -> str | None:
    cleaned = clean_line(text or "")
    if len(cleaned) > 60:
        raise DomainError(_("A reference has at most %(count)s characters.", count=60), field="external_ref")
    return cleaned or None
