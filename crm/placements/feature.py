"""What this feature adds to the application."""

from crm.actors import Role
from crm.events import EmployerClosed, EmployerClosingUndone, WorkplaceClosed, WorkplaceReopened
from crm.extension_points import ApproachReason, Feature, HistoryKind, Module, NavItem, Panel, Subscription, TaskPlace
from crm.lazy_texts import lazy_gettext as _l
from crm.placements import around_routes, course_routes, list_routes, routes, settings_routes
from crm.placements.audit_labels import ACTIONS, FIELDS, SUBJECTS
from crm.placements.blueprint import blueprint, figures
from crm.placements.check_ins import CHECK_IN, check_in_href
from crm.placements.listeners import (
    act_on_closed_employer,
    act_on_closed_workplace,
    forget_closed_workplace,
    take_closing_back,
)
from crm.placements.merging import merge_step
from crm.placements.panels import (
    act_now_panel,
    chains_link,
    employer_panel,
    ending_panel,
    participant_panel,
    who_to_call_panel,
)
from crm.placements.queries import IN_FULL
from crm.placements.rollup import rollup_panel
from crm.placements.scopes import scopes
from crm.placements.stage_rules import placed_at, stage_requirements

# Their views hang on the blueprint as soon as they are imported.
PAGES = (list_routes, routes, course_routes, around_routes, settings_routes)
IN_FULL_MODULE = Module(
    IN_FULL,
    _l("Placements in full"),
    _l("Clarification and meeting before the start, check-ins, evaluation, certificate and chains."),
    default_on=True,
)
IN_A_LIST_MODULE = Module(
    "placements_list", _l("List of placements"), _l("Shows all placements of the unit in one list in the menu.")
)
_WORKS_WITH_PEOPLE = frozenset({Role.COORDINATOR, Role.MANAGER})


def feature() -> Feature:
    """Everything of this folder that create_app() puts in its place."""
    return Feature(
        name="placements",
        audit_labels=ACTIONS,
        audit_subjects=SUBJECTS,
        audit_fields=FIELDS,
        blueprints=(blueprint, figures),
        nav_items=_menu(),
        panels=(
            Panel("participant.panels", "placements", participant_panel, order=10, roles=_WORKS_WITH_PEOPLE),
            Panel("participant.panels", "who_to_call", who_to_call_panel, order=15, roles=_WORKS_WITH_PEOPLE),
            Panel("today.first", "act_now", act_now_panel, order=5, roles=_WORKS_WITH_PEOPLE),
            Panel("followup.details", "chains", chains_link, order=60),
            Panel("employer.panels", "placements.below", rollup_panel, order=51, roles=_WORKS_WITH_PEOPLE),
            Panel("employer.ending", "placements.ending", ending_panel),
            Panel("employer.running", "placements", employer_panel, order=50, roles=_WORKS_WITH_PEOPLE),
        ),
        history_kinds=(
            HistoryKind("placement_started", _l("Placement"), "success"),
            HistoryKind("placement_ended", _l("Placement"), "neutral"),
            HistoryKind("placement_check_in", _l("Placement"), "info"),
            HistoryKind("placement_evaluated", _l("Placement"), "neutral"),
        ),
        scopes=scopes(),
        subscriptions=(
            Subscription(EmployerClosed.key, act_on_closed_employer),
            Subscription(EmployerClosingUndone.key, take_closing_back),
            Subscription(WorkplaceClosed.key, act_on_closed_workplace),
            Subscription(WorkplaceReopened.key, forget_closed_workplace),
        ),
        task_places=(TaskPlace(CHECK_IN, _l("Write it down"), check_in_href),),
        modules=(IN_FULL_MODULE, IN_A_LIST_MODULE),
        merge_steps=(merge_step(),),
        stage_requirements=stage_requirements(),
        approach_reasons=(ApproachReason("placement", placed_at),),
    )


def _menu() -> tuple[NavItem, ...]:
    managers = frozenset({Role.MANAGER})
    pages = (
        ("placements.rules", _l("Rules for placements"), 45),
        ("placements.occupation_list", _l("Occupations"), 46),
    )
    settings = tuple(
        NavItem(endpoint, label, endpoint, order=order, roles=managers, module=IN_FULL, section="settings")
        for endpoint, label, order in pages
    )
    key = IN_A_LIST_MODULE.key
    return (NavItem(key, _l("Placements"), "placements.index", 35, roles=_WORKS_WITH_PEOPLE, module=key), *settings)
