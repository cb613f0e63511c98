"""What an employer's page shows of information sheets: what was given, and whether it contradicts."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from crm import clock
from crm.accounts.current import current_actor
from crm.actors import Actor
from crm.documents.forms import GivenForm
from crm.documents.queries import SheetsAt, contradictions, sheet_choices, sheets_at
from crm.registry import current_registry
from crm.web.forms import choices

_KEY = "brobygg.sheets"


def employer_model() -> type[Any]:
    """The model of employers, which stand above this feature: found by its table."""
    return next(model for model in current_registry().scopes if model.__tablename__ == "employer")


def given_form(actor: Actor) -> GivenForm:
    """The form of a sheet that was given, with the sheets there are."""
    form = GivenForm() if request.method == "POST" else GivenForm(data={"given_on": clock.today()})
    form.sheet.choices = choices(sheet_choices(actor), empty=_("Choose"))
    return form


def sheets_panel(context: Mapping[str, Any]) -> str:
    """Which sheets the employer has, and the form to note another. Nothing where the organisation has no sheets."""
    actor, employer = current_actor(), context["employer"]
    sheets = sheets_of_page(actor, employer.id)
    if not sheets.given and not sheets.choices:
        return ""
    form = GivenForm(formdata=None, data={"given_on": clock.today()})
    form.sheet.choices = choices(sheets.choices, empty=_("Choose"))
    return render_template("documents/employer_panel.html", employer=employer, given=sheets.given, form=form)


def wrong_panel(context: Mapping[str, Any]) -> str:
    """Says when two people told an employer different things, so that one of them puts it right."""
    found = contradictions(sheets_of_page(current_actor(), context["employer"].id).given)
    return render_template("documents/wrong.html", found=found) if found else ""


def sheets_of_page(actor: Actor, employer_id: int) -> SheetsAt:
    """The sheets of an employer, read once for everything on a page that asks for them."""
    kept: dict[int, SheetsAt] = request.environ.setdefault(_KEY, {})
    if employer_id not in kept:
        kept[employer_id] = sheets_at(actor, employer_id)
    return kept[employer_id]
