"""What an employer's page of details shows of sheets that were mailed."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.accounts.web_ports import module_on
from crm.employers.approach import closed_to
from crm.messaging.labels import STATES
from outreach.materials.forms import MaterialForm
from outreach.materials.queries import material_sent_to, receivers_at, sheets_on_offer
from outreach.materials.words import why_not
from outreach.scripts.modules import CALLS


def material_card(context: Mapping[str, Any]) -> str:
    """What was mailed, and the form to mail a sheet. Nothing where there is neither."""
    if not module_on(CALLS.key):
        return ""
    actor, employer = current_actor(), context["employer"]
    sent = material_sent_to(actor, employer.id, limit=5)
    sheets, receivers = sheets_on_offer(actor), receivers_at(actor, employer)
    can_send = bool(sheets and receivers) and employer.archived_at is None and not closed_to(actor, [employer])
    if not sent and not can_send:
        return ""
    form = MaterialForm(formdata=None, data={"submission_key": secrets.token_urlsafe(16)})
    form.prepare(sheets, receivers)
    return render_template(
        "outreach_materials/employer_panel.html",
        employer=employer, sent=sent, form=form, can_send=can_send, states=STATES, why_not=why_not,
    )  # fmt: skip
