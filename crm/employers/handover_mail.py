"""The message with which an employer hears who is responsible now, and the same as a letter."""

from dataclasses import dataclass

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import Staff, Unit
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session
from crm.employers.handover_models import Handover, HandoverItem
from crm.employers.handover_queries import (
    DO_NOT_CONTACT,
    NO_ADDRESS,
    NamedContact,
    Receiver,
    contacts_at,
    receivers_of,
)
from crm.employers.models import Employer, EmployerRelationship
from crm.employers.services.handovers import PURPOSE
from crm.employers.services.lines import write_told_line
from crm.extension_points import MessagePurpose, Rendered
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.addresses import show_phone
from crm.messaging.models import MessageState, OutboxMessage
from crm.settings import Settings

_NAMED = "named by the purpose's own key; the outbox acts as the system"


@dataclass(frozen=True)
class Letter:
    """What an employer reads: who was and who is responsible, who stands in, how to reach them; and whom we talk to."""

    employer: Employer
    unit: Unit
    before: str
    now: str | None
    """None: the unit itself."""
    phone: str | None
    email: str | None
    deputy: str
    """Who stands in, and how to reach them; the unit where nobody does."""
    receiver: Receiver | None
    contact: str | None
    """Whom we talk to at the employer: name, role, phone, e-mail."""


def handover_purpose() -> MessagePurpose:
    """Mail about a handover, as the outbox knows it. Not advertising: it obeys do-not-contact all the same."""
    return MessagePurpose(
        key=PURPOSE, label=_l("Who is responsible now"), check=_check, render=_render, on_state=_on_state
    )


def letter_of(item: HandoverItem, receiver: Receiver | None, contact: NamedContact | None) -> Letter:
    """What stands in the letter of one item. ``contact``: whom we talk to there."""
    relationship = item.relation
    employer = current_session().scalars(
        trusted(select(Employer).where(Employer.id == relationship.employer_id), because=_NAMED)
    ).one()  # fmt: skip
    unit, before, now = relationship.unit, item.handover.from_staff, item.to
    phone = (now.phone if now else None) or unit.phone
    return Letter(
        employer=employer,
        unit=unit,
        before=before.name if before else unit.name,
        now=now.name if now else None,
        phone=show_phone(phone, employer.country) if phone else None,
        email=now.email if now else unit.email,
        deputy=_deputy_line(relationship, employer.country),
        receiver=receiver,
        contact=_line(contact, employer.country) if contact else None,
    )


def _deputy_line(relationship: EmployerRelationship, country: str) -> str:
    deputy = current_session().get(Staff, relationship.deputy_id) if relationship.deputy_id else None
    who = deputy or relationship.unit
    return _line(NamedContact(who.name, phone=who.phone, email=who.email), country)


def _line(person: NamedContact, country: str) -> str:
    phone = show_phone(person.phone, country) if person.phone else None
    return ", ".join(filter(None, (person.name, person.title, phone, person.email)))


def _item(message: OutboxMessage) -> HandoverItem | None:
    statement = select(HandoverItem).join(Handover).where(HandoverItem.public_id == message.purpose_ref)
    return current_session().scalar(trusted(statement, because=_NAMED))


def _check(message: OutboxMessage) -> str | None:
    item = _item(message)
    if item is None or item.handover.undone_at is not None:
        return "handover_undone"
    relationship = current_session().scalar(
        trusted(select(EmployerRelationship).where(EmployerRelationship.id == item.relationship_id), because=_NAMED)
    )
    if relationship is None or relationship.owner_id != item.to_id:
        return "changed_since"
    employer_id = relationship.employer_id
    blocked = select(Employer.do_not_contact).where(Employer.id == employer_id)
    if current_session().scalar(trusted(blocked, because=_NAMED)):
        return DO_NOT_CONTACT
    return None if employer_id in receivers_of([employer_id]) else NO_ADDRESS


def _render(message: OutboxMessage) -> Rendered:
    item = _item(message)
    if item is None:
        raise LookupError("the handover of this message is gone")
    employer_id = item.relation.employer_id
    receiver = receivers_of([employer_id]).get(employer_id)
    if receiver is None:
        raise LookupError("the employer has no address any more")
    letter = letter_of(item, receiver, contacts_at([employer_id]).get(employer_id))
    settings: Settings = current_app.extensions["brobygg.settings"]
    # Straight from the environment: what the shell adds to every page needs a request, and there is none.
    template = current_app.jinja_env.get_template("employers/handover_mail.txt")
    with force_locale(letter.unit.language):
        return Rendered(
            to=receiver.email,
            subject=_("Your contact at %(unit)s is now %(name)s", unit=letter.unit.name, name=letter.now)
            if letter.now
            else _("Your contact at %(unit)s", unit=letter.unit.name),
            text=template.render(letter=letter, organisation=settings.organisation),
            reply_to=letter.email,
            language=letter.unit.language,
        )


def _on_state(message: OutboxMessage) -> None:
    item = _item(message) if message.state is MessageState.ACCEPTED else None
    if item is not None:
        write_told_line(
            system_actor(PURPOSE),
            employer_id=item.relation.employer_id,
            unit_id=item.relation.unit_id,
            ref=item.public_id,
            name=_name_of(item.to_id),
        )


def _name_of(staff_id: int | None) -> str | None:
    staff = current_session().get(Staff, staff_id) if staff_id else None
    return staff.name if staff else None
