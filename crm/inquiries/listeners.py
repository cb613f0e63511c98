"""What inquiries do when somebody leaves, or hands an employer over: nobody waits for an answer from who is gone."""

from sqlalchemy import ColumnElement, select

from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session
from crm.events import RelationshipHandedOver, StaffDisabled, StaffMoved
from crm.inquiries.models import Inquiry, InquiryState
from crm.inquiries.services.inquiries import give_inquiry

_NAME = "inquiries.handed_over"
_LEFT = "open inquiries of somebody who hands over, by the system's own hand"


def follow_the_relationship(event: RelationshipHandedOver) -> None:
    """Open inquiries of the employer go to whoever is responsible now. May be repeated."""
    if event.from_id is not None and not event.as_deputy:
        _give(event.from_id, event.to_id, Inquiry.employer_id == event.employer_id, Inquiry.unit_id == event.unit_id)


def leave_to_the_unit(event: StaffDisabled) -> None:
    """Nobody handles what was left behind, until a colleague takes it. May be repeated."""
    _give(event.staff_id, None)


def leave_to_the_units_left(event: StaffMoved) -> None:
    """The same in the units that somebody works for no longer. May be repeated."""
    _give(event.staff_id, None, Inquiry.unit_id.in_(event.left_unit_ids))


def _give(from_id: int, to_id: int | None, *which: ColumnElement[bool]) -> None:
    statement = select(Inquiry).where(
        Inquiry.handled_by_id == from_id, Inquiry.state != InquiryState.CLOSED, Inquiry.archived_at.is_(None), *which
    )
    for inquiry in current_session().scalars(trusted(statement.with_for_update(of=Inquiry), because=_LEFT)).all():
        give_inquiry(system_actor(_NAME), inquiry, to_id)
