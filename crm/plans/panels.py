"""What the page of a participant shows of profile, plan and competence card."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.web_ports import module_on
from crm.participants.models import Participant
from crm.plans.models import PaperKind
from crm.plans.modules import PLANS
from crm.plans.queries import papers_of, profile_of


def plans_panel(context: Mapping[str, Any]) -> str:
    """Wishes and skills, the newest plan and card; nothing where the unit has not switched them on."""
    if not module_on(PLANS.key):
        return ""
    person: Participant = context["participant"]
    papers = papers_of(person.id)
    return render_template(
        "plans/panel.html",
        person=person,
        profile=profile_of(person.id),
        plan=next((each for each in papers if each.kind is PaperKind.INDIVIDUAL_PLAN), None),
        card_paper=next((each for each in papers if each.kind is PaperKind.COMPETENCE_CARD), None),
    )
