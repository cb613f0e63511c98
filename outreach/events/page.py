"""What the page of an event is made of."""

from typing import Any

from flask import request

from crm.accounts.web_ports import module_on
from crm.actors import Actor
from crm.languages import NAMES
from crm.partnerships.modules import PARTNERSHIPS
from crm.tasks.working_days import add_working_days
from crm.web.filters import today
from crm.web.paging import requested_page
from outreach.events.evidence import offers_for
from outreach.events.forms import CancelForm, FollowUpForm, with_own_ids
from outreach.events.lines import invitations_of
from outreach.events.mail_texts import when
from outreach.events.models import OutreachEvent
from outreach.events.queries import INVITATIONS_SHOWN, Figures, figures_of, invitation_page, reminders_too_late
from outreach.events.services.following import GROUPS, WITHIN, employers_in
from outreach.events.words import ANSWER_COLORS, ANSWERS, KINDS, MAIL_REASONS, MAIL_STATES


def event_context(actor: Actor, event: OutreachEvent, *, small: bool = False, **forms: Any) -> dict[str, Any]:
    """Everything that outreach_events/show.html wants; ``small``: only how far sending has come. ``forms`` are those
    that could not be saved."""
    figures = figures_of([event.id])[event.id]
    found: dict[str, Any] = {"event": event, "figures": figures, **words()}
    if small:
        return found
    show, text = shown(), (request.args.get("q") or "").replace("\x00", "").strip()[:100]
    follows = event.has_begun and event.cancelled_at is None and bool(figures.noted or event.is_over)
    return found | {
        "when": when(event),
        "free": places_left(event, figures),
        "too_late": reminders_too_late(event),
        "page": invitation_page(actor, event, show=show, text=text, page=requested_page()),
        "show": show,
        "text": text,
        "door_open": event.cancelled_at is None and today() >= event.day,
        "cancel_form": forms.get("cancel_form") or with_own_ids(CancelForm(formdata=None), "cancel"),
        "groups": _groups(event, forms.get("follow_form")) if follows else [],
        "offers": offers_for(actor, event) if follows and module_on(PARTNERSHIPS.key) else [],
    }


def words() -> dict[str, Any]:
    """Labels in the reader's language."""
    return {
        "kinds": KINDS,
        "language_names": NAMES,
        "answers": ANSWERS,
        "answer_colors": ANSWER_COLORS,
        "mail_states": MAIL_STATES,
        "mail_reasons": MAIL_REASONS,
    }


def shown() -> str:
    """Which invitations the address asks for."""
    wanted = request.args.get("show", "all")
    return wanted if wanted in INVITATIONS_SHOWN else "all"


def _groups(event: OutreachEvent, refused: FollowUpForm | None) -> list[tuple[str, int, FollowUpForm]]:
    """Each group of employers that something can follow for, with how many they are and its form."""
    rows = invitations_of(event)
    due_on = add_working_days(today() + WITHIN, 0, event.unit.country)
    found = []
    for group in GROUPS:
        number = len(employers_in(group, rows))
        form = FollowUpForm(formdata=None, data={"group": group, "due_on": due_on})
        if refused is not None and refused.group.data == group:
            form = refused
        if number:
            found.append((group, number, with_own_ids(form, group)))
    return found


def places_left(event: OutreachEvent, figures: Figures) -> int | None:
    """How many people there is still room for; None: as many as like."""
    return None if event.capacity is None else max(0, event.capacity - figures.coming)
