"""What the two pages of an employer show of partnerships. Nothing where the module is off."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.accounts.web_ports import module_on
from crm.employers.head import Figure, head_of
from crm.employers.models import Employer
from crm.partnerships.modules import PARTNERSHIPS
from crm.partnerships.queries import partnerships_at, testimonials_at
from crm.partnerships.running import running_at


def running_panel(context: Mapping[str, Any]) -> str:
    """The partnerships that run, other units' too: colleagues ask them first."""
    if not module_on(PARTNERSHIPS.key):
        return ""
    running = running_at(current_actor(), context["employer"].id)
    promised = sum(each.commitments for each in running)
    if promised:
        text = ngettext("One commitment", "%(num)d commitments", promised)
        head_of(context).figures.append(Figure(text, "#partnerships"))
    return render_template("partnerships/running_panel.html", running=running) if running else ""


def employer_panel(context: Mapping[str, Any]) -> str:
    """All partnerships of one's units, testimonials, and the way to more. Figures stand on a partnership's page."""
    if not module_on(PARTNERSHIPS.key):
        return ""
    employer: Employer = context["employer"]
    actor = current_actor()
    return render_template(
        "partnerships/employer_panel.html",
        employer=employer,
        partnerships=partnerships_at(actor, employer.id),
        testimonials=testimonials_at(actor, employer.id),
    )
