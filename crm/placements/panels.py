"""What the pages of participants and employers show of placements."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import render_template, url_for
from flask_babel import ngettext

from crm.accounts.current import current_actor
from crm.accounts.reading import seen_after_request
from crm.actors import Role
from crm.employers.head import Figure, head_of
from crm.employers.models import Employer
from crm.employers.wrong import Wrong
from crm.glossary import picklists
from crm.participants.models import Participant
from crm.placements.around_services import caseworker_of
from crm.placements.at_employer import PlacementFacts, placements_at, placements_to_end
from crm.placements.models import Placement
from crm.placements.queries import numbers_to_call, open_alerts, placements_of
from crm.placements.words import ALERTS, EVALUATORS, STATUS_COLORS
from crm.web.filters import today

# Reasons that say something of the person are on the participant's page alone; were only health left out, its absence
# would tell.
_SAID_AT_EMPLOYER = frozenset({"completed", "hired", "education", "employer_withdrew", "employer_closed"})


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
        statuses=dict(picklists.options("placement_status", actor.language)),
        colors=STATUS_COLORS,
        state_of=state_of,
    )


def who_to_call_panel(context: Mapping[str, Any]) -> str:
    """The participant's caseworker at an authority, beside the coordinators, and who to call about a placement."""
    person: Participant = context["participant"]
    return render_template(
        "placements/caseworker_panel.html",
        person=person,
        caseworker=caseworker_of(person.id),
        placements=numbers_to_call(person.id),
        enrolments=[each for each in person.enrolments if each.exited_on is None],
    )


def employer_panel(context: Mapping[str, Any]) -> str:
    """Placements at an employer; why they ended only where it says nothing of the person. Others' as a number."""
    employer: Employer = context["employer"]
    actor = current_actor()
    at = placements_at(actor, employer.id)
    if not at.seen and not at.others:
        return ""
    if at.figures.running:
        text = ngettext("One placement in progress", "%(num)d placements in progress", at.figures.running)
        head_of(context).figures.append(Figure(text, "#placements"))
    found = [Wrong(each.who, url_for("placements.show", public_id=each.public_id)) for each in at.to_act]
    head_of(context).people.extend(found)
    seen_after_request(actor, [placement.participant_id for placement in (*at.seen, *at.to_act)])
    reasons = dict(picklists.options("placement_end_reason", actor.language))
    return render_template(
        "placements/employer_panel.html",
        at=at,
        employer=employer,
        kinds=dict(picklists.options("placement_type", actor.language)),
        reasons={code: reasons[code] for code in _SAID_AT_EMPLOYER},
        state_of=state_of,
        evaluated=at.evaluated,
        evaluators=EVALUATORS,
    )


def ending_panel(context: Mapping[str, Any]) -> str:
    """Beside the question whether an employer is in business: which placements end if it is not."""
    employer: Employer = context["employer"]
    actor = current_actor()
    at = placements_to_end(actor, employer.id, today())
    seen_after_request(actor, [placement.participant_id for placement in at.seen])
    return render_template("placements/ending.html", at=at) if at.seen or at.others else ""


def act_now_panel(context: Mapping[str, Any]) -> str:
    """For whom somebody must act now: their employer is gone. They stay until somebody has dealt with it."""
    actor = current_actor()
    alerts = open_alerts(actor)
    if not alerts:
        return ""
    seen_after_request(actor, [alert.placement.participant_id for alert in alerts])
    return render_template("placements/act_now.html", alerts=alerts, words=ALERTS)


def chains_link(context: Mapping[str, Any]) -> str:
    """The way from the figures to the report of chains."""
    sees_people = current_actor().has_role(Role.COORDINATOR, Role.MANAGER)
    return render_template("placements/chains_link.html", sees_people=sees_people)


def state_of(placement: Placement | PlacementFacts, on: date | None = None) -> str:
    """planned, active or ended on a day (default: today)."""
    day = on or today()
    if placement.ends_on is not None and placement.ends_on < day:
        return "ended"
    if placement.end_reason is not None:
        return "ended"
    if not placement.has_begun:
        return "planned"
    return "planned" if placement.starts_on > day else "active"
