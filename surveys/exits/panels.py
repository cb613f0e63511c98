"""The panels that surveys show on the pages of exits and participants."""

from collections.abc import Mapping
from typing import Any

import segno
from flask import render_template
from markupsafe import Markup

from crm.accounts.current import current_actor
from crm.accounts.scopes import visible_one
from crm.actors import Role
from crm.extension_points import Panel
from crm.participants.models import EnrolmentExit, Participant
from surveys.exits.forms import OfferForm
from surveys.exits.views import surveys_of_exit, surveys_of_participant
from surveys.models import DueRow
from surveys.sending.texts import survey_link

_WORKS_WITH_PEOPLE = frozenset({Role.COORDINATOR, Role.MANAGER})


def exit_panel(context: Mapping[str, Any]) -> str:
    """What has been planned for an exit, and the way to answer on the spot."""
    ended: EnrolmentExit = context["exit"]
    actor = current_actor()
    rows = surveys_of_exit(actor, ended.id)
    now = next((row for row in rows if row.can_answer_now), None)
    code = qr_code(survey_link(visible_one(DueRow, actor, now.public_id))) if now else ""
    return render_template(
        "surveys/exits/exit_panel.html",
        rows=rows,
        now=now,
        code=code,
        form=OfferForm(formdata=None),
        taken_back=ended.reopened_at is not None,
    )


def participant_panel(context: Mapping[str, Any]) -> str:
    """The surveys of a participant, exit by exit. Nothing for somebody who never left."""
    person: Participant = context["participant"]
    rows = surveys_of_participant(current_actor(), person.id)
    return render_template("surveys/exits/participant_panel.html", rows=rows) if rows else ""


def qr_code(link: str) -> Markup:
    """A QR code as inline SVG: no style, no script, black on white in dark pages too."""
    code = segno.make(link, error="m", micro=False)
    svg: str = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return Markup(svg)


def panels() -> tuple[Panel, ...]:
    """Both panels."""
    return (
        Panel("exit.panels", "surveys.exit", exit_panel, order=10, roles=_WORKS_WITH_PEOPLE),
        Panel("participant.panels", "surveys.participant", participant_panel, order=50, roles=_WORKS_WITH_PEOPLE),
    )
