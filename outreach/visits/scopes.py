"""Who sees which visits: one's own, and those of one's units. Reports are their writer's, devices their owner's."""

from sqlalchemy import ColumnElement, false, or_, select

from crm.accounts.models import Staff
from crm.actors import Actor, Role
from crm.employers.queries import STAFF
from outreach.visits.models import Visit, VisitDevice, VisitReport


def visit_scope(actor: Actor) -> ColumnElement[bool]:
    """One's own visits wherever they were booked, and every visit of one's units."""
    if not actor.has_role(*STAFF):
        return false()
    return or_(Visit.unit_id.in_(actor.unit_ids), Visit.staff_id == actor.staff_id)


def report_scope(actor: Actor) -> ColumnElement[bool]:
    """What one has sent oneself. What was not saved yet is nobody else's to read."""
    return VisitReport.staff_id == actor.staff_id if actor.has_role(*STAFF) else false()


def device_scope(actor: Actor) -> ColumnElement[bool]:
    """One's own devices; administrators see those of the staff of their units, to cut them off."""
    own = VisitDevice.staff_id == actor.staff_id
    if not actor.has_role(Role.ADMINISTRATOR):
        return own
    return or_(own, VisitDevice.staff_id.in_(select(Staff.id).where(Staff.unit_id.in_(actor.unit_ids))))
