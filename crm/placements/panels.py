"""What the pages of participants and employers show of placements."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.accounts.reading import seen_after_request
from crm.employers.models import Employer
from crm.glossary import picklists
from crm.participants.models import Participant
from crm.placements.models import Placement
from crm.placements.queries import placements_at, placements_of
from crm.web.filters import today


def participant_panel(context: Mapping[str, Any]) -> str:
    """A participant's placements, with why they ended."""
    person: Participant = context["participant"]
    actor = current_actor()
    return render_template(
        "placements/participant_panel.html",
        person=person,
        placements=placements_of(actor, person.id),
        kinds=dict(picklists.options("placement_type", actor.language)),
        reasons=dict(picklists.options("placement_end_reason", actor.language)),
        state_of=state_of,
    )


def employer_panel(context: Mapping[str, Any]) -> str:
    """Placements at an employer, never with why they ended; others' participants as a number."""
    employer: Employer = context["employer"]
    actor = current_actor()
    at = placements_at(actor, employer.id)
    if not at.seen and not at.others:
        return ""
    seen_after_request(actor, [placement.participant_id for placement in at.seen])
    return render_template(
        "placements/employer_panel.html",
        at=at,
        kinds=dict(picklists.options("placement_type", actor.language)),
        state_of=state_of,
    )


def state_of(placement: Placement, on: date | None = None) -> str:
    """planned, active or ended on a day (default: today)."""
    day = on or today()
    if placement.ends_on is not None and placement.ends_on < day:
        return "ended"
    if placement.end_reason is not None:
        return "ended"
    return "planned" if placement.starts_on > day else "active"
