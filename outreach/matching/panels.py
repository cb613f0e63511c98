"""What matching adds to Today and to the pages of participants and employers."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.accounts.reading import seen_after_request
from crm.accounts.web_ports import module_on
from crm.extension_points import Panel
from crm.web.filters import today
from outreach.matching.modules import MATCHING
from outreach.matching.promise_queries import due_promises
from outreach.matching.promise_routes import participants_in
from outreach.matching.queries import matches_of_participant, open_offers, profile_of_employer
from outreach.matching.scopes import READERS
from outreach.matching.words import page_words


def today_panel(context: Mapping[str, Any]) -> str:
    """What mentors have promised and is due, for who is responsible for them."""
    if not module_on(MATCHING.key):
        return ""
    actor = current_actor()
    lines = due_promises(actor, today())
    seen_after_request(actor, participants_in(lines))
    return render_template("outreach_matching/_today.html", lines=lines, **page_words()) if lines else ""


def participant_panel(context: Mapping[str, Any]) -> str:
    """The matches of a participant and offers that wait. Nothing of meetings, and nothing of what was not chosen."""
    if not module_on(MATCHING.key):
        return ""
    actor, person = current_actor(), context["participant"]
    return render_template(
        "outreach_matching/_participant.html",
        person=person,
        matches=matches_of_participant(actor, person.id),
        offers=open_offers(actor, person.id),
        **page_words(),
    )


def employer_panel(context: Mapping[str, Any]) -> str:
    """The profile that participants are shown of an employer."""
    if not module_on(MATCHING.key):
        return ""
    employer = context["employer"]
    profile = profile_of_employer(current_actor(), employer.id)
    return render_template("outreach_matching/_employer.html", employer=employer, profile=profile)


def matching_panels() -> tuple[Panel, ...]:
    """All of them."""
    staff = frozenset(READERS)
    return (
        Panel("today.cards", "outreach.matching", today_panel, order=45, roles=staff),
        Panel("participant.panels", "outreach.matching", participant_panel, order=60, roles=staff),
        Panel("employer.panels", "outreach.matching", employer_panel, order=80, roles=staff),
    )
