"""The text of one message to one person: which wording, in which language, with which values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import cast

from babel.dates import format_date
from flask import current_app
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.db import current_session
from crm.errors import DomainError
from crm.extension_points import Rendered
from crm.messaging.addresses import show_phone
from crm.messaging.models import Channel
from crm.settings import Settings
from surveys.due_rows import unit_of
from surveys.facts import languages_to_try
from surveys.filling import fill
from surveys.models import DueRow, FollowUpPlan, MessageText
from surveys.shipped import page_text
from surveys.tokens import opt_out_token, survey_token

_MOST_LEVELS = 20
USUAL_CLOSE_DAYS = 28
"""How long a wave stays open whose plan is gone."""
CLOSE_DAYS = 28
"""How long a wave stays open whose plan is gone."""


@dataclass(frozen=True, slots=True)
class Office:
    """What of a unit stands in messages and on the pages of those who are asked."""

    name: str
    country: str
    phone: str | None
    email: str | None

    @property
    def number(self) -> str:
        """Its own published number as people write it."""
        return show_phone(self.phone, self.country) if self.phone else ""


@dataclass(frozen=True, slots=True)
class Coordinator:
    """A coordinator who works here."""

    name: str
    phone: str | None
    email: str | None


@dataclass(frozen=True)
class ContactPerson:
    """Whom the person knows here, and the numbers to call."""

    name: str
    phone: str
    switchboard: str
    organisation: str
    reply_to: str | None


def settings() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.extensions["brobygg.settings"])


def survey_link(row: DueRow) -> str:
    """The personal address of a survey."""
    return f"{settings().base_url}/s/{survey_token(row.public_id, row.token_version)}"


def opt_out_link(row: DueRow) -> str:
    """The personal address of the page that says "no more surveys"."""
    return f"{settings().base_url}/o/{opt_out_token(row.public_id, row.token_version)}"


def contact_for(row: DueRow, unit: Unit) -> ContactPerson:
    """The coordinator by name and number; where one is missing, the unit of the row and its switchboard."""
    coordinator: Staff | None = row.enrolment.coordinator
    if coordinator is not None and not coordinator.active:
        coordinator = None
    known = Coordinator(coordinator.name, coordinator.phone, coordinator.email) if coordinator else None
    office = Office(unit.name, unit.country, unit.phone, unit.email)
    return contact_person(office, known, switchboard=switchboard_of(unit))


def contact_person(office: Office, coordinator: Coordinator | None, *, switchboard: str) -> ContactPerson:
    """The coordinator by name and number; where one is missing, the unit and its switchboard."""
    own = coordinator.phone if coordinator else None
    return ContactPerson(
        name=coordinator.name if coordinator else office.name,
        phone=show_phone(own, office.country) if own else switchboard,
        switchboard=switchboard,
        organisation=office.name,
        reply_to=coordinator.email if coordinator else office.email,
    )


def switchboard_of(unit: Unit) -> str:
    """The published number of the unit or of the nearest one above that has one; else its address or its name."""
    place: Unit | None = unit
    for _level in range(_MOST_LEVELS):
        if place is None:
            break
        if place.phone:
            return show_phone(place.phone, place.country)
        place = place.parent
    return unit.email or settings().organisation


def deadline_of(row: DueRow, unit: Unit) -> date:
    """The last day on which the link works: the day that holds, or the one that it will be if sent now."""
    if row.closes_on is not None:
        return row.closes_on
    today = clock.today(unit.time_zone)
    return today + timedelta(days=close_days(row))


def close_days(row: DueRow) -> int:
    """How many days a wave stays open after the invitation: what the plan says, four weeks when it is gone."""
    plan = current_session().get(FollowUpPlan, row.plan_id) if row.plan_id else None
    return plan.close_days if plan else CLOSE_DAYS


@lru_cache(maxsize=512)
def long_date(day: date, language: str) -> str:
    """A day in words, in any of the participants' languages."""
    return format_date(day, format="long", locale=language)


def values_for(row: DueRow, language: str, *, unit: Unit, contact: ContactPerson) -> dict[str, str]:
    """What stands in the place of each placeholder."""
    return {
        "first_name": row.participant.first_name,
        "org": contact.organisation,
        "link": survey_link(row),
        "deadline": long_date(deadline_of(row, unit), language),
        "contact_name": contact.name,
        "contact_phone": contact.phone,
        "switchboard": contact.switchboard,
        "optout_link": opt_out_link(row),
    }


class ApprovedTexts:
    """Finds approved wordings and remembers them, for as long as a batch of messages is made."""

    def __init__(self) -> None:
        self._found: dict[tuple[tuple[str, ...], Channel, tuple[str, ...]], MessageText | None] = {}

    def best(self, keys: tuple[str, ...], channel: Channel, languages: tuple[str, ...]) -> MessageText | None:
        """The first approved text: the best language first, then the best key."""
        place = (keys, channel, languages)
        if place not in self._found:
            self._found[place] = approved_text(keys, channel, languages)
        return self._found[place]


def approved_text(keys: tuple[str, ...], channel: Channel, languages: tuple[str, ...]) -> MessageText | None:
    """The first approved text: the best language first, then the best key."""
    statement = select(MessageText).where(
        MessageText.key.in_(keys),
        MessageText.channel == channel.value,
        MessageText.language.in_(languages),
        MessageText.approved_at.is_not(None),
    )
    found = list(current_session().scalars(statement))
    rank = {(text.language, text.key): text for text in found}
    return next((rank[place] for place in _places(keys, languages) if place in rank), None)


def render_message(row: DueRow, keys: tuple[str, ...], channel: Channel, texts: ApprovedTexts) -> Rendered:
    """The message as it will leave. Raises DomainError when no text is approved: nothing half-ready is sent."""
    unit = unit_of(row)
    languages = (row.language, *languages_to_try(row.participant, unit))
    text = texts.best(keys, channel, tuple(dict.fromkeys(languages)))
    if text is None:
        raise DomainError("no approved text")
    contact = contact_for(row, unit)
    values = values_for(row, text.language, unit=unit, contact=contact)
    if channel is Channel.SMS:
        return _sms(row, text, values, sender=unit.sms_sender)
    return _email(row, text, values, reply_to=contact.reply_to)


def _places(keys: tuple[str, ...], languages: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(language, key) for language in languages for key in keys]


def _sms(row: DueRow, text: MessageText, values: Mapping[str, str], *, sender: str | None) -> Rendered:
    return Rendered(
        to=row.participant.phone or "",
        text=fill(text.body, values).strip(),
        sender=sender,
        language=text.language,
    )


def _email(row: DueRow, text: MessageText, values: Mapping[str, str], *, reply_to: str | None) -> Rendered:
    body = fill(text.body, values).strip()
    if text.language != row.participant.language:
        body = f"{body}\n\n{_in_another_language(row)}"
    return Rendered(
        to=row.participant.email or "",
        text=body,
        subject=fill(text.subject or "", values),
        sender=values["org"],
        reply_to=reply_to,
        unsubscribe_url=values["optout_link"],
        language=text.language,
    )


def _in_another_language(row: DueRow) -> str:
    """Under a message that is not in the person's language: that one can be called with an interpreter."""
    language = row.language
    return f"{page_text('call_me_interpreter', language)}: {survey_link(row)}"
