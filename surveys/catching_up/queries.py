"""Invitations that are too late to go out by themselves: who would get what, and who cannot be reached."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
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


@dataclass(frozen=True)
class LateSurvey:
    """The late invitations to one survey: they are sent, or let be, together."""

    title: str
    rows: list[LateRow]


@dataclass(frozen=True)
class OnTheWay:
    """How far the late invitations that somebody let go have come."""

    sent: int
    total: int


@dataclass(frozen=True)
class Overdue:
    """What the page shows: the late invitations, how many there are in all, and the people out of reach."""

    late: list[LateRow]
    total: int
    unreachable: list[LateRow]

    @property
    def surveys(self) -> list[LateSurvey]:
        """The late invitations by survey, the one that has waited longest first."""
        titles = dict.fromkeys(row.survey for row in self.late)
        return [LateSurvey(title, [row for row in self.late if row.survey == title]) for title in titles]

    @property
    def people(self) -> int:
        """How many people the late invitations are for."""
        return len({row.participant_id for row in self.late})


def overdue(actor: Actor, *, limit: int, unreachable_limit: int) -> Overdue:
    """The late invitations that ``actor`` sees and nobody has confirmed, the oldest first; and surveys that are due
    and cannot be sent because there is no address that works."""
    plans = plans_in_force()
    waiting = waits_for_confirmation(plans.plans.values())
    late = _rows(visible(DueRow, actor).where(waiting).order_by(DueRow.due_on, DueRow.id), limit)
    silent = _rows(
        visible(DueRow, actor).where(out_of_reach()).order_by(DueRow.due_on.desc(), DueRow.id), unreachable_limit
    )
    views = _views([*late, *silent], actor, plans)
    total = len(late) if len(late) < limit else count_waiting(actor, plans.plans.values())[0]
    return Overdue(views[: len(late)], total, views[len(late) :])


def count_waiting(actor: Actor, plans: Iterable[FollowUpPlan]) -> tuple[int, int]:
    """How many late invitations wait for confirmation, and how many that are due have nowhere to go. One query."""
    late = func.count(case((waits_for_confirmation(plans), DueRow.id)))
    silent = func.count(case((out_of_reach(), DueRow.id)))
    maybe = DueRow.state.in_((DueState.DUE, DueState.NOT_POSSIBLE))
    statement = select(late, silent).select_from(DueRow).where(maybe)
    found = current_session().execute(scoped(statement, condition(DueRow, actor))).one()
    return found[0], found[1]


def on_the_way(actor: Actor) -> OnTheWay | None:
    """How many of the invitations that were let go within a day have left; None when all have. One query."""
    left = func.count(case((DueRow.state != DueState.DUE, DueRow.id)))
    since = clock.now() - timedelta(days=1)
    statement = select(left, func.count()).select_from(DueRow).where(DueRow.confirmed_at >= since)
    sent, total = current_session().execute(scoped(statement, condition(DueRow, actor))).one()
    return OnTheWay(sent, total) if sent < total else None


def out_of_reach() -> ColumnElement[bool]:
    """The condition of a row that is due and has nowhere to go."""
    return and_(
        DueRow.state == DueState.NOT_POSSIBLE,
        DueRow.reason.in_([reason.value for reason in OUT_OF_REACH]),
        DueRow.due_on <= clock.today(),
    )


def waits_for_confirmation(plans: Iterable[FollowUpPlan]) -> ColumnElement[bool]:
    """The condition of a row that is due, too late to send itself, and not confirmed."""
    today = clock.today()
    late = [
        and_(DueRow.plan_id == plan.id, DueRow.due_on < date.fromordinal(today.toordinal() - plan.self_sending_days))
        for plan in plans
    ]
    return and_(DueRow.state == DueState.DUE, DueRow.confirmed_at.is_(None), or_(*late) if late else DueRow.id < 0)


def _rows(statement: Select[DueRow], limit: int) -> Sequence[DueRow]:
    return current_session().scalars(statement.options(joinedload(DueRow.participant)).limit(limit)).all()


def _views(rows: Sequence[DueRow], actor: Actor, plans: PlansInForce) -> list[LateRow]:
    if not rows:
        return []
    titles = questionnaire_titles(actor.language)
    facts = facts_of({row.exit_id for row in rows}, plans.units)
    failed = failed_addresses(rows)
    return [_view(row, facts[row.exit_id], plans, titles, failed.get(row.public_id, frozenset())) for row in rows]


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
