"""What a change of a plan would mean for everybody whom it concerns, before it is saved; and doing it after."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.participants.models import Enrolment, EnrolmentExit, Participant
from surveys.deciding import Decision, ExitFacts, Reachable, decide, is_late
from surveys.dispositions import DueState
from surveys.facts import facts_of
from surveys.models import DueRow, FollowUpPlan
from surveys.planning import failed_addresses, recompute_many
from surveys.plans.queries import PlansInForce, plans_in_force
from surveys.plans.services import PlanValues
from surveys.wording import channel_text, language_text, reason_text

BATCH = 500
MOST_SHOWN = 100
_EVERYBODY = "what a plan means for the exits of its units; names are shown to those only who see the person"
_OPEN = frozenset({DueState.NOT_YET_DUE, DueState.DUE, DueState.NOT_POSSIBLE, DueState.SUPERSEDED})


@dataclass(frozen=True)
class Change:
    """One exit for which something would be different. ``name`` is empty for those who do not see the person."""

    participant_id: int
    unit: str
    exit_on: date
    before: date | None
    after: date | None
    how: str
    language: str
    problem: str
    name: str = ""


@dataclass
class Difference:
    """Everything that a change would do, counted, and the first of the changes one by one."""

    newly_planned: int = 0
    moved: int = 0
    sent_at_once: int = 0
    late: int = 0
    stopped: int = 0
    unreachable: Counter[str] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many exits are concerned."""
        return self.newly_planned + self.moved + self.stopped


def difference(actor: Actor, plan: FollowUpPlan, values: PlanValues) -> Difference:
    """Compare the due rows with what they would be under ``values``. Reads only.

    What was sent, answered or ended stays as it is under any plan, and is not counted.
    """
    plans = plans_in_force()
    result = Difference()
    units = {unit_id: unit.name for unit_id, unit in plans.units.items()}
    for batch in _batches(_exits_of(plan, plans)):
        rows = {row.exit_id: row for row in _rows(batch, plan.key)}
        failed = failed_addresses(rows.values())
        for exit_id, facts in facts_of(batch, plans.units).items():
            row = rows.get(exit_id)
            bad: frozenset[Reachable] = failed.get(row.public_id, frozenset()) if row else frozenset()
            _compare(result, row, _decide(facts, plan, values, plans, bad), facts, values, units)
    result.changes = _with_names(actor, result.changes)
    return result


def replan(actor: Actor, plan_id: int) -> int:
    """Recompute every exit that a plan concerns, a batch in each transaction. Returns how many. May be repeated."""
    count = 0
    plan = current_session().get_one(FollowUpPlan, plan_id)
    for batch in list(_batches(_exits_of(plan, plans_in_force()))):
        with transaction():
            recompute_many(actor, batch)
        count += len(batch)
    return count


def _decide(
    facts: ExitFacts, plan: FollowUpPlan, values: PlanValues, plans: PlansInForce, bad: frozenset[Reachable]
) -> Decision:
    terms = plans.terms(plan)
    if not values.active or terms is None:
        return decide(facts, None)
    sendable = {channel: plans.texts.languages(plan.key, plan.questionnaire_id, channel) for channel in values.channels}
    wanted = replace(terms, days_after=values.days_after, channels=values.channels, sendable=sendable)
    return decide(facts, wanted, failed=bad)


def _compare(
    result: Difference,
    row: DueRow | None,
    after: Decision,
    facts: ExitFacts,
    values: PlanValues,
    units: dict[int, str],
) -> None:
    if row is not None and row.state not in _OPEN:
        return
    will_send = after.state in (DueState.DUE, DueState.NOT_YET_DUE)
    sends_now = row is not None and row.state in (DueState.DUE, DueState.NOT_YET_DUE)
    if after.state is DueState.NOT_POSSIBLE and after.reason is not None:
        result.unreachable[after.reason.value] += 1
    if will_send and not sends_now:
        result.newly_planned += 1
    elif will_send and row is not None and row.due_on != after.due_on:
        result.moved += 1
    elif sends_now and not will_send:
        result.stopped += 1
    else:
        return
    if after.state is DueState.DUE:
        late = is_late(after.due_on, today=facts.today, self_sending_days=values.self_sending_days)
        result.late += late
        result.sent_at_once += not late
    if len(result.changes) < MOST_SHOWN:
        result.changes.append(_change(row if sends_now else None, after, facts, units, will_send=will_send))


def _change(row: DueRow | None, after: Decision, facts: ExitFacts, units: dict[int, str], *, will_send: bool) -> Change:
    return Change(
        participant_id=facts.participant_id,
        unit=units[facts.unit_id],
        exit_on=facts.exit_on,
        before=row.due_on if row else None,
        after=after.due_on if will_send else None,
        how=channel_text(after.channels[0]) if after.channels else "",
        language=language_text(after.language),
        problem=reason_text(after.reason),
    )


def _with_names(actor: Actor, changes: list[Change]) -> list[Change]:
    ids = {change.participant_id for change in changes}
    seen = current_session().scalars(visible(Participant, actor).where(Participant.id.in_(ids)))
    names = {person.id: person.full_name for person in seen}
    return [replace(change, name=names.get(change.participant_id, "")) for change in changes]


def _exits_of(plan: FollowUpPlan, plans: PlansInForce) -> Sequence[int]:
    """The exits for which this is the nearest plan of its wave, switched on or off."""
    units = [unit_id for unit_id in plans.units if plans.nearest(unit_id, plan.key) is plan]
    statement = (
        select(EnrolmentExit.id)
        .join(Enrolment, Enrolment.id == EnrolmentExit.enrolment_id)
        .where(Enrolment.unit_id.in_(units))
        .order_by(EnrolmentExit.id)
    )
    return current_session().scalars(trusted(statement, because=_EVERYBODY)).all()


def _rows(exit_ids: Sequence[int], wave: str) -> Sequence[DueRow]:
    statement = select(DueRow).where(DueRow.exit_id.in_(exit_ids), DueRow.wave == wave)
    return current_session().scalars(trusted(statement, because=_EVERYBODY)).all()


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
