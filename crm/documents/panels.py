"""What an employer's page shows of information sheets: what was given, and whether it contradicts."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from crm import clock
from crm.accounts.current import current_actor
from crm.actors import Actor
from crm.documents.forms import GivenForm
from crm.documents.queries import GivenSheet, contradictions, sheet_choices, sheets_given_to
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
    given = _given(actor, employer.id)
    choose = sheet_choices(actor)
    if not given and not choose:
        return ""
    form = GivenForm(formdata=None, data={"given_on": clock.today()})
    form.sheet.choices = choices(choose, empty=_("Choose"))
    return render_template("documents/employer_panel.html", employer=employer, given=given, form=form)


def wrong_panel(context: Mapping[str, Any]) -> str:
    """Says when two people told an employer different things (requirement S1-8)."""
    found = contradictions(_given(current_actor(), context["employer"].id))
    return render_template("documents/wrong.html", found=found) if found else ""


def _given(actor: Actor, employer_id: int) -> list[GivenSheet]:
    """Read once for both panels of a page."""
    kept: dict[int, list[GivenSheet]] = request.environ.setdefault(_KEY, {})
    if employer_id not in kept:
        kept[employer_id] = sheets_given_to(actor, employer_id)
    return kept[employer_id]
