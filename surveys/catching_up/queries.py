"""Invitations that are too late to go out by themselves: who would get what, and who cannot be reached."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from crm import clock
from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from surveys.deciding import ExitFacts, Reachable, decide
from surveys.dispositions import DueState
from surveys.due_rows import OUT_OF_REACH
from surveys.facts import facts_of
from surveys.models import DueRow, FollowUpPlan
from surveys.planning import failed_addresses
from surveys.plans.queries import PlansInForce, plans_in_force
from surveys.wording import channels_text, language_text, plan_title, questionnaire_titles, reason_text


@dataclass(frozen=True)
class LateRow:
    """One invitation that waits: who, which survey, since when, by what, in which language; or why it cannot."""

    public_id: str
    participant_public_id: str
    participant_id: int
    name: str
    survey: str
    exit_on: date
    due_on: date
    how: str
    language: str
    problem: str


def late_rows(actor: Actor, *, limit: int, offset: int = 0) -> list[LateRow]:
    """The late invitations that ``actor`` sees and that nobody has confirmed, the oldest first."""
    statement = visible(DueRow, actor).where(waits_for_confirmation())
    return _views(statement.order_by(DueRow.due_on, DueRow.id).limit(limit).offset(offset), actor)


def unreachable_rows(actor: Actor, *, limit: int) -> list[LateRow]:
    """Surveys that are due and cannot be sent because there is no address that works."""
    statement = visible(DueRow, actor).where(
        DueRow.state == DueState.NOT_POSSIBLE,
        DueRow.reason.in_([reason.value for reason in OUT_OF_REACH]),
        DueRow.due_on <= clock.today(),
    )
    return _views(statement.order_by(DueRow.due_on.desc(), DueRow.id).limit(limit), actor)


def count_late(actor: Actor) -> int:
    """How many late invitations wait for confirmation."""
    statement = select(func.count()).select_from(DueRow).where(waits_for_confirmation())
    return current_session().scalar(scoped(statement, condition(DueRow, actor))) or 0


def waits_for_confirmation() -> ColumnElement[bool]:
    """The condition of a row that is due, too late to send itself, and not confirmed."""
    today = clock.today()
    late = [
        and_(DueRow.plan_id == plan.id, DueRow.due_on < date.fromordinal(today.toordinal() - plan.self_sending_days))
        for plan in current_session().scalars(select(FollowUpPlan))
    ]
    return and_(DueRow.state == DueState.DUE, DueRow.confirmed_at.is_(None), or_(*late) if late else DueRow.id < 0)


def _views(statement: Select[DueRow], actor: Actor) -> list[LateRow]:
    rows = current_session().scalars(statement.options(joinedload(DueRow.participant))).all()
    if not rows:
        return []
    plans, titles = plans_in_force(), questionnaire_titles(actor.language)
    facts = facts_of({row.exit_id for row in rows})
    failed = failed_addresses(rows)
    return [
        _view(row, facts[row.exit_id], plans, titles, failed.get(row.public_id, frozenset())) for row in rows
    ]


def _view(
    row: DueRow,
    facts: ExitFacts,
    plans: PlansInForce,
    titles: dict[str, str],
    failed: Collection[Reachable],
) -> LateRow:
    plan = plans.plan_for(row.unit_id, row.wave)
    decision = decide(facts, plans.terms(plan), failed=frozenset(failed))
    return LateRow(
        public_id=row.public_id,
        participant_public_id=row.participant.public_id,
        participant_id=row.participant_id,
        name=row.participant.full_name,
        survey=plan_title(plan, row.wave, titles),
        exit_on=row.exit_on,
        due_on=row.due_on,
        how=channels_text(decision.channels[:1]),
        language=language_text(decision.language),
        problem=reason_text(decision.reason),
    )
