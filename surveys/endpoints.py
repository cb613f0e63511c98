"""The pages of surveys, and which of them answer people who are not signed in."""

from flask import Blueprint

from crm.actors import Role
from crm.extension_points import NavItem, PublicEndpoint
from crm.lazy_texts import lazy_gettext as _l
from surveys.authoring import routes as authoring_routes
from surveys.authoring import text_routes
from surveys.catching_up import routes as catching_up_routes
from surveys.exits import routes as exit_routes
from surveys.interviews import routes as interview_routes
from surveys.plans import routes as plan_routes
from surveys.respondent import info_routes, opt_out_routes, routes
from surveys.results import routes as results

_OWN_TOKEN = "the form carries a token made from the personal link and the step; there is no session"
_ONE_CLICK = "RFC 8058: the mail program posts without a form; the address carries the personal token"


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint."""
    respondents = (routes.blueprint, opt_out_routes.blueprint, info_routes.blueprint)
    at_work = (exit_routes.blueprint, interview_routes.blueprint, catching_up_routes.blueprint)
    settings = (plan_routes.blueprint, authoring_routes.blueprint, text_routes.blueprint)
    return (*respondents, *at_work, *settings, results.blueprint)


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
