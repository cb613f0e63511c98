"""What the page of one placement is made of."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from crm import clock
from crm.accounts.queries import names_of
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.glossary import picklists
from crm.participants.services.editing import unit_of
from crm.placements.chains import chain_of
from crm.placements.check_ins import coordinator_of
from crm.placements.course_forms import ConsentForm, SharingForm
from crm.placements.gaps import gaps_before_closing, gaps_before_start, notices
from crm.placements.models import BEFORE_START, Placement
from crm.placements.queries import levels_for, may_be_told, placements_in_full, sharing_log
from crm.placements.schemes import kinds_that, scheme_of
from crm.placements.steps import State, next_step, path_of
from crm.placements.words import EVALUATORS, ITEMS, PARTIES, STATUS_COLORS


def placement_context(actor: Actor, placement: Placement) -> dict[str, Any]:
    """Everything that placements/show.html wants."""
    today = clock.today(unit_of(placement.unit_id).time_zone)
    full = placements_in_full(placement.unit_id)
    levels = levels_for(placement.unit_id)
    gaps = gaps_before_start(placement, levels) if not placement.has_ended else []
    gaps += gaps_before_closing(placement, levels, today)
    log = sharing_log(actor, placement)
    told = may_be_told(placement.participant_id, placement.employer_id)
    coordinator_id = coordinator_of(placement)
    steps = path_of(placement, gaps, today) if full else []
    return {
        "placement": placement,
        "person": placement.participant,
        "full": full,
        "planned": placement.status in BEFORE_START,
        "steps": steps,
        "next": next_step(steps),
        "may_begin": any(step.by_button and step.state is State.NOW for step in steps),
        "notices": list(notices(placement, in_ratio=_in_ratio(placement), employees=placement.employer.employee_count)),
        "needs_instruction": scheme_of(placement.kind, placement.starts_on).needs_instruction,
        "chain": chain_of(actor, placement),
        "told": [label for item, label in ITEMS.items() if item in told],
        "log": log,
        "authors": names_of({row.by_id for row in log if row.by_id}),
        "consent_form": ConsentForm(data={"items": sorted(told)}),
        "sharing_form": SharingForm(),
        "coordinator": names_of({coordinator_id}).get(coordinator_id) if coordinator_id else None,
        "kinds": dict(picklists.options("placement_type", actor.language)),
        "reasons": dict(picklists.options("placement_end_reason", actor.language)),
        "statuses": dict(picklists.options("placement_status", actor.language)),
        "colors": STATUS_COLORS,
        "items": ITEMS,
        "words": _words(actor, placement, today),
    }


def _words(actor: Actor, placement: Placement, today: date) -> dict[str, Any]:
    """What the steps of the path need to say what was written down."""
    return {
        "channels": dict(picklists.options("contact_channel", actor.language)),
        "reasons": dict(picklists.options("placement_end_reason", actor.language)),
        "parties": PARTIES,
        "evaluators": EVALUATORS,
        "evaluations": {each.evaluator.value: each for each in placement.evaluations},
        "today": today,
    }


def _in_ratio(placement: Placement) -> int | None:
    """How many are at the same place in practice or on wage subsidy, this one included; by workplace if known."""
    if not scheme_of(placement.kind, placement.starts_on).counts_in_ratio or placement.has_ended:
        return None
    statement = (
        select(func.count())
        .select_from(Placement)
        .where(
            Placement.employer_id == placement.employer_id,
            Placement.end_reason.is_(None),
            Placement.kind.in_(kinds_that("counts_in_ratio")),
        )
    )
    if placement.workplace_id is not None:
        statement = statement.where(Placement.workplace_id == placement.workplace_id)
    return current_session().scalar(trusted(statement, because="a count without persons"))
