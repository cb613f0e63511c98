"""The pages of surveys, and which of them answer people who are not signed in."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from crm.actors import Role
from crm.extension_points import NavItem, PublicEndpoint
from surveys.respondent import info_routes, opt_out_routes, routes
from surveys.results import routes as results

_OWN_TOKEN = "the form carries a token made from the personal link and the step; there is no session"
_ONE_CLICK = "RFC 8058: the mail program posts without a form; the address carries the personal token"


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint."""
    return (routes.blueprint, opt_out_routes.blueprint, info_routes.blueprint, results.blueprint)


def nav_items() -> tuple[NavItem, ...]:
    """Links in the settings menu. Daily work is reached from Today and from the participants."""
    deciders = frozenset({Role.ADMINISTRATOR, Role.MANAGER})
    return (
        NavItem("surveys.plans", _l("Survey plans"), "surveys_plans.index", 60, deciders, section="settings"),
        NavItem(
            "surveys.questionnaires",
            _l("Questionnaires and texts"),
            "surveys_authoring.index",
            61,
            deciders,
            section="settings",
        ),
    )


def public_endpoints() -> tuple[PublicEndpoint, ...]:
    """The respondents' endpoints. They check the personal token themselves and set no cookie."""
    reading = ("show", "lead_back", "question", "last", "thanks", "stopped", "ask_decline", "call_noted")
    writing = ("start", "answer", "send", "say_no", "after_all", "call_me")
    return (
        *(PublicEndpoint(f"surveys_respondent.{name}") for name in reading),
        *(PublicEndpoint(f"surveys_respondent.{name}", csrf_exempt_because=_OWN_TOKEN) for name in writing),
        PublicEndpoint("surveys_opt_out.ask"),
        PublicEndpoint("surveys_opt_out.lead_back"),
        PublicEndpoint("surveys_opt_out.do", csrf_exempt_because=_ONE_CLICK),
        PublicEndpoint("surveys_opt_out.undo", csrf_exempt_because=_OWN_TOKEN),
        PublicEndpoint("surveys_info.privacy"),
        PublicEndpoint("surveys_info.genuine"),
    )
