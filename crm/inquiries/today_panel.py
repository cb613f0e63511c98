"""What inquiries add to Today: answers that are due, and the shortcut for a walk-in."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.actors import Role
from crm.inquiries.queries import waiting_for
from crm.web.filters import today
from crm.web.ports import ports

MODULE = "inquiries"


def waiting_panel(context: Mapping[str, Any]) -> str:
    """Inquiries that wait for the reader's answer, or for anybody's; nothing where the unit keeps none.

    A manager reads who is late.
    """
    if not ports().module_on(MODULE):
        return ""
    actor = current_actor()
    lines, total = waiting_for(actor, today())
    named = actor.has_role(Role.MANAGER)
    return render_template("inquiries/_today.html", lines=lines, total=total, day=today(), named=named)
