"""Who sees which inquiries."""

from sqlalchemy import ColumnElement, Select, and_, exists, false, select

from crm.actors import Actor, Role
from crm.inquiries.models import Inquiry, InquiryPerson, InquiryState

READERS = (Role.COORDINATOR, Role.MANAGER)


def own_inquiries(actor: Actor) -> ColumnElement[bool]:
    """Inquiries of the actor's units that have not been removed. Who a participant is, is another question."""
    if not actor.has_role(*READERS):
        return false()
    return and_(Inquiry.unit_id.in_(actor.unit_ids), Inquiry.archived_at.is_(None))


def own_persons(actor: Actor) -> ColumnElement[bool]:
    """Persons of the inquiries that the actor sees."""
    return exists().where(Inquiry.id == InquiryPerson.inquiry_id, own_inquiries(actor))


def asked_us(actor: Actor) -> Select[int | None]:
    """The employers that have asked the actor's units for something and wait for an answer."""
    waits = Inquiry.state != InquiryState.CLOSED
    return select(Inquiry.employer_id).where(Inquiry.employer_id.is_not(None), waits, own_inquiries(actor))
