"""Inquiries of the last months: walk-ins, employers who call, colleagues who ask; two wait for their answer."""

from random import Random

from crm.accounts.models import Unit
from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import EmployerRelationship
from crm.inquiries.services.inquiries import InquiryFields, answer_inquiry, close_inquiry, receive_inquiry
from crm.inquiries.services.persons import NewPerson
from crm.samples.days import on_days
from crm.samples.organisation import Organisation

_SOURCES = (
    "youth_unit", "social_office", "employer_inbound", "youth_unit", "self", "school", "employment_service", "unknown",
    "child_welfare", "youth_unit", "employer_inbound", "health_service",
)  # fmt: skip
_CHANNELS = ("phone", "walk_in", "phone", "email", "walk_in", "meeting")
_TOPICS = ("needs_company", "advice", "recruitment", "apprenticeship", "follow_up_work", "info_schemes")
_OUTCOMES = ("placement", "ordinary_work", "not_ready", "summer_job", "referred_on", "education", "no_outcome")
_EACH = 24


def fill_inquiries(organisation: Organisation) -> None:
    """Add inquiries of both units, with the module switched on. Runs inside ``transaction()``."""
    random = Random(17)
    with on_days() as go:
        for unit in (organisation.swedish, organisation.norwegian):
            unit.modules = [*unit.modules, "inquiries"]
            actor = organisation.actor(unit)
            employers = _employers(actor, unit)
            days = [*sorted((random.randint(8, 330) for _each in range(_EACH)), reverse=True), 6, 0]
            for number, ago in enumerate(days):
                day = go(ago)
                inbound = _SOURCES[number % len(_SOURCES)] == "employer_inbound"
                waits = number >= _EACH
                fields = InquiryFields(
                    received_on=day, channel=_CHANNELS[number % len(_CHANNELS)],
                    topic="recruitment" if inbound else _TOPICS[number % len(_TOPICS)],
                    source=_SOURCES[number % len(_SOURCES)],
                    employer_id=employers[number % len(employers)] if inbound else None, handled_by_id=actor.staff_id,
                    callback_requested=waits and ago > 0,
                )  # fmt: skip
                outcome = _OUTCOMES[number % len(_OUTCOMES)]
                persons = [] if inbound else [NewPerson(outcome="in_process" if waits else outcome)]
                inquiry = receive_inquiry(actor, fields=fields, persons=persons, answered=number % 3 == 1 and not waits)
                if not waits:
                    go(max(ago - random.randint(1, 4), 0))
                    answer_inquiry(actor, inquiry_id=inquiry.id)
                    close_inquiry(actor, inquiry_id=inquiry.id)


def _employers(actor: Actor, unit: Unit) -> list[int]:
    statement = visible(EmployerRelationship, actor).where(EmployerRelationship.unit_id == unit.id)
    return sorted({each.employer_id for each in current_session().scalars(statement)})
