"""The cards and details of surveys on the Follow-up page, on screen and on paper."""

from collections.abc import Mapping
from typing import Any

from flask import current_app

from crm.actors import Role
from crm.extension_points import Panel
from crm.reports.filters import FollowUpFilters
from surveys.results.addresses import report_args
from surveys.results.labels import LABELS, STATES, wave_label
from surveys.results.overview import overview_of_page


def panels() -> tuple[Panel, ...]:
    """What surveys add to the Follow-up page."""
    return (
        Panel("followup.cards", "surveys.cards", _cards, order=10),
        Panel("followup.details", "surveys.details", _details, order=10),
    )


def _cards(context: Mapping[str, Any]) -> str:
    return _render("survey_results/_cards.html", context)


def _details(context: Mapping[str, Any]) -> str:
    return _render("survey_results/_details.html", context)


def _render(template: str, context: Mapping[str, Any]) -> str:
    filters: FollowUpFilters = context["filters"]
    view = overview_of_page(filters)
    # Rendered without the context of a whole page (menu, banners), which costs queries and which a panel never uses.
    return current_app.jinja_env.get_template(template).render(
        view=view,
        heads=[(wave_label(wave.key), "num") for wave in view.waves],
        states=STATES,
        labels=LABELS,
        args=report_args(filters),
        printing=bool(context.get("printing")),
        sees_late=filters.actor.has_role(Role.MANAGER, Role.COORDINATOR),
        is_manager=filters.actor.has_role(Role.MANAGER),
    )
