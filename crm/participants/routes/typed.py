"""Between forms and the plain values of services."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from crm.messaging.addresses import show_phone
from crm.participants.fields import ParticipantFields
from crm.participants.forms import ContactDetailsForm, ContactForm, ParticipantForm
from crm.participants.models import Participant
from crm.participants.services.editing import unit_of

Value = TypeVar("Value")


def given(value: Value | None) -> Value:
    """What a required field holds once the form is valid."""
    if value is None:
        raise ValueError("a required field is empty")
    return value


def contact_data(person: Participant) -> Mapping[str, object]:
    """What a contact form shows of a participant; numbers as people of the unit's country write them."""
    country = unit_of(person.unit_id).country
    return {
        "email": person.email,
        "phone": show_phone(person.phone, country) if person.phone else None,
        "language": person.language,
        "needs_interpreter": person.needs_interpreter,
        "channels": ",".join(person.channels),
        "person_version": person.version_id,
    }


def participant_data(person: Participant) -> Mapping[str, object]:
    """What the form of the whole participant shows."""
    return {
        **contact_data(person),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "unit_id": person.unit_id,
        "birth_year": person.birth_year,
        "sex": person.sex,
        "external_ref": person.external_ref,
    }


def typed_contact(form: ContactForm, now: ParticipantFields) -> ParticipantFields:
    """``now`` with what a contact form says."""
    channels = now.channels
    if isinstance(form, ContactDetailsForm):
        channels = tuple(filter(None, form.channels.data.split(",")))
    return replace(
        now,
        email=form.email.data or None,
        phone=form.phone.data or None,
        language=form.language.data,
        needs_interpreter=bool(form.needs_interpreter.data),
        channels=channels,
    )


def typed_participant(form: ParticipantForm) -> ParticipantFields:
    """What the form of the whole participant says."""
    plain = ParticipantFields(
        first_name=form.first_name.data or "",
        last_name=form.last_name.data or "",
        unit_id=form.unit_id.data,
        birth_year=form.birth_year.data,
        sex=form.sex.data,
        external_ref=form.external_ref.data or None,
    )
    return typed_contact(form, plain)
