"""What an employer's page shows of agreements."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.agreements.blueprint import WRITERS
from crm.agreements.models import AgreementStatus
from crm.agreements.queries import AgreementFacts, agreements_with, waits_for
from crm.agreements.services.rows import type_name
from crm.agreements.states import COLORS, IN_FORCE, LABELS
from crm.employers.head import Figure, Head, head_of
from crm.employers.wrong import Wrong
from crm.web.filters import show_date, today

SHOWN = 5
_GOES_ON = IN_FORCE | {AgreementStatus.SENT, AgreementStatus.SIGNED}
_REMEMBERED = timedelta(days=365)
"""An agreement that ended longer ago is history, and no news to anybody."""


def employer_panel(context: Mapping[str, Any]) -> str:
    """The employer's agreements with the reader's units, those in force or on their way first."""
    actor, employer = current_actor(), context["employer"]
    found = agreements_with(actor, employer.id)
    _tell_head(head_of(context), found, actor.language)
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


def _tell_head(head: Head, found: Sequence[AgreementFacts], language: str) -> None:
    """How many agreements are in force, and those that end soon or have ended and that nothing follows."""
    in_force = sum(each.status in IN_FORCE for each in found)
    if in_force:
        text = ngettext("One agreement in force", "%(num)d agreements in force", in_force)
        head.figures.append(Figure(text, "#agreements"))
    followed = {each.follows_id for each in found if each.status is not AgreementStatus.REFUSED}
    goes_on = {each.type for each in found if each.status in _GOES_ON}
    for each in found:
        if each.id in followed:
            continue
        name, day = type_name(each, language), show_date(each.ends_on)
        if each.status is AgreementStatus.EXPIRING:
            said = _("%(agreement)s ends on %(day)s. Renew it, or agree on how it goes on.", agreement=name, day=day)
        elif each.status is AgreementStatus.EXPIRED and each.type not in goes_on and _ended_lately(each):
            said = _("%(agreement)s ended on %(day)s and is not renewed.", agreement=name, day=day)
        else:
            continue
        head.wrong.append(Wrong(said, url_for("agreements.show", public_id=each.public_id)))


def _ended_lately(agreement: AgreementFacts) -> bool:
    return agreement.ends_on is not None and today() - agreement.ends_on <= _REMEMBERED
