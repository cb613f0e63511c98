"""What an employer's page shows of agreements."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.agreements.blueprint import WRITERS
from crm.agreements.queries import agreements_with, waits_for
from crm.agreements.services.rows import type_name
from crm.agreements.states import COLORS, LABELS

SHOWN = 5


def employer_panel(context: Mapping[str, Any]) -> str:
    """The employer's agreements with the reader's units, those in force or on their way first."""
    actor, employer = current_actor(), context["employer"]
    found = agreements_with(actor, employer.id)
    return render_template(
        "agreements/employer_panel.html",
        employer=employer,
        shown=found[:SHOWN],
        more=len(found) > SHOWN,
        labels=LABELS,
        colors=COLORS,
        waits_for=waits_for,
        kind=lambda agreement: type_name(agreement, actor.language),
        may_write=actor.has_role(*WRITERS) and employer.archived_at is None,
    )
