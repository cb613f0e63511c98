"""What an administrator sees of employers on the page of a member of staff."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from sqlalchemy import func, select

from crm.accounts.current import current_actor
from crm.accounts.models import Staff
from crm.accounts.scopes import condition, scoped
from crm.actors import Role
from crm.db import current_session
from crm.employers.models import EmployerRelationship


def staff_panel(context: Mapping[str, Any]) -> str:
    """For how many employers somebody is responsible, and the way to hand them over; nothing for none. One query."""
    staff, actor = context["staff"], current_actor()
    statement = select(func.count(EmployerRelationship.id)).where(EmployerRelationship.owner_id == staff.id)
    count = current_session().scalar(scoped(statement, condition(EmployerRelationship, actor)))
    return render_template("employers/staff_panel.html", staff=staff, count=count, may=_may(staff)) if count else ""


def _may(staff: Staff) -> bool:
    """Managers hand over for somebody of their units, and everybody for themselves."""
    actor = current_actor()
    return staff.id == actor.staff_id or (actor.has_role(Role.MANAGER) and staff.unit_id in actor.unit_ids)
