"""What the page of an employer shows of partnerships."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.accounts.web_ports import module_on
from crm.employers.models import Employer
from crm.partnerships.modules import PARTNERSHIPS
from crm.partnerships.page import words
from crm.partnerships.queries import counted, others_at, partnerships_at, testimonials_at
from crm.web.filters import today


def employer_panel(context: Mapping[str, Any]) -> str:
    """Partnerships with promised and delivered, testimonials. Nothing where the module is off."""
    if not module_on(PARTNERSHIPS.key):
        return ""
    employer: Employer = context["employer"]
    actor = current_actor()
    partnerships = partnerships_at(actor, employer.id)
    figures = counted([each for row in partnerships for each in row.commitments], on=today())
    return render_template(
        "partnerships/employer_panel.html",
        employer=employer,
        partnerships=partnerships,
        figures=figures,
        others=others_at(actor, employer.id),
        testimonials=testimonials_at(actor, employer.id),
        **words(actor),
    )
