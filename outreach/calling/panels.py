"""What other pages show of calls: the button of a list, the card of an employer, what is not closed."""

from collections.abc import Mapping
from typing import Any

from flask import render_template

from crm.accounts.current import current_actor
from crm.accounts.web_ports import module_on
from crm.employers.approach import closed_to
from crm.employers.queries import positions_at
from outreach.calling.forms import EmployerCallForm
from outreach.calling.queries import open_call_with, open_calls, referrals_about
from outreach.scripts.modules import CALLS
from outreach.scripts.queries import script_choices


def next_button(context: Mapping[str, Any]) -> str:
    """The button that calls the next one of a list."""
    return render_template("outreach_calls/next_button.html", call_list=context["call_list"])


def list_links(context: Mapping[str, Any]) -> str:
    """The way from a list to the employers that were named during its calls."""
    return render_template("outreach_calls/list_links.html")


def employer_card(context: Mapping[str, Any]) -> str:
    """A call to this employer with a script, or the one that is not closed. Nothing where nobody may be called."""
    if not module_on(CALLS.key):
        return ""
    actor, employer = current_actor(), context["employer"]
    open_call = open_call_with(actor, employer.id)
    scripts = script_choices(actor)
    if open_call is None and (not scripts or employer.archived_at is not None or closed_to(actor, [employer])):
        return ""
    form = EmployerCallForm(formdata=None)
    form.prepare(scripts, [each for each in positions_at(actor, employer.id) if each.left_on is None])
    # Whom the page's own button would call.
    form.person.data = form.first_person
    return render_template("outreach_calls/employer_panel.html", employer=employer, form=form, open_call=open_call)


def today_card(context: Mapping[str, Any]) -> str:
    """One's own calls that are not closed."""
    if not module_on(CALLS.key):
        return ""
    calls = open_calls(current_actor())
    return render_template("outreach_calls/today_panel.html", calls=calls) if calls else ""


def referrals_card(context: Mapping[str, Any]) -> str:
    """Whom this employer has named, and who has named it."""
    employer = context["employer"]
    found = referrals_about(current_actor(), employer.id) if module_on(CALLS.key) else []
    return render_template("outreach_calls/referrals_panel.html", employer=employer, found=found) if found else ""
