"""Planning: the due rows of an exit, made from the facts. The same function plans, mends and changes."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor, system_actor
from crm.db import current_session, new_public_id
from crm.events import EnrolmentExited, EnrolmentReopened, ExitChanged, ParticipantChanged
from crm.jobs.wake import wake
from crm.messaging.models import MessageState, OutboxMessage
from crm.participants.models import Enrolment, EnrolmentExit
from surveys.deciding import Decision, ExitFacts, Reachable, decide
from surveys.dispositions import DueState
from surveys.due_rows import BEGUN, rows_of
from surveys.facts import facts_of
from surveys.models import DueRow
from surveys.moving import apply_decision
from surveys.plans.queries import PlansInForce, plans_in_force
from surveys.tokens import opt_out_token, survey_token, token_hash

SWEEP = "surveys.sweep"
_LISTENING = "the exits of what an event of the core named"


def recompute(actor: Actor, exit_id: int) -> list[DueRow]:
    """Create or update the due rows of one exit from the facts. May be repeated; see ``recompute_many``."""
    return recompute_many(actor, [exit_id])


def recompute_many(actor: Actor, exit_ids: Collection[int], *, plans: PlansInForce | None = None) -> list[DueRow]:
    """Create or update the due rows of these exits, one for each wave with a plan in force.

    Never moves a row that is answered, declined or closed; a row that was sent keeps what was sent and is only
    ended when the person died, opted out or came back. Runs inside ``transaction()``; a constant number of
    queries and one for each row that changes. Wakes the sweep when something is due.
    """
    plans = plans or plans_in_force()
    facts = facts_of(exit_ids, plans.units)
    rows = rows_of(facts.keys())
    if _insert_missing(facts.values(), plans, there={(row.exit_id, row.wave) for row in rows}):
        rows = rows_of(facts.keys())
    failed = failed_addresses(row for row in rows if row.issue or row.state in BEGUN | {DueState.NOT_POSSIBLE})
    for row in rows:
        _recompute_row(actor, row, facts[row.exit_id], plans, failed.get(row.public_id, frozenset()))
    if any(row.state is DueState.DUE for row in rows):
        wake(SWEEP)
    return rows


def failed_addresses(rows: Iterable[DueRow]) -> dict[str, frozenset[Reachable]]:
    """The addresses that the messages of each row did not reach for good, by the row's public id."""
    refs = [row.public_id for row in rows]
    if not refs:
        return {}
    statement = select(OutboxMessage.purpose_ref, OutboxMessage.channel, OutboxMessage.address_hash).where(
        OutboxMessage.purpose_ref.in_(refs),
        OutboxMessage.purpose.startswith("surveys."),
        OutboxMessage.state == MessageState.FAILED,
        OutboxMessage.address_hash.is_not(None),
    )
    found: dict[str, set[Reachable]] = {}
    for ref, channel, address in current_session().execute(trusted(statement, because="hashes of own messages")):
        found.setdefault(ref, set()).add(Reachable(str(channel), address or ""))
    return {ref: frozenset(addresses) for ref, addresses in found.items()}


def decision_for(
    facts: ExitFacts, plans: PlansInForce, wave: str, failed: frozenset[Reachable] = frozenset()
) -> Decision:
    """What the facts and the plan in force say about one wave of one exit."""
    return decide(facts, plans.terms(plans.plan_for(facts.unit_id, wave)), failed=failed)


def _recompute_row(
    actor: Actor, row: DueRow, facts: ExitFacts, plans: PlansInForce, failed: frozenset[Reachable]
) -> None:
    plan = plans.plan_for(facts.unit_id, row.wave)
    row.exit_on, row.unit_id, row.programme_id = facts.exit_on, facts.unit_id, facts.programme_id
    apply_decision(actor, row, decide(facts, plans.terms(plan), failed=failed), plan)


def _insert_missing(facts: Iterable[ExitFacts], plans: PlansInForce, *, there: set[tuple[int, str]]) -> bool:
    """Insert the rows that are not there; say whether any was missing. Two processes at once insert each row once."""
    new = [row for each in facts for row in _new_rows(each, plans, there)]
    if not new:
        return False
    session = current_session()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(DueRow).on_conflict_do_nothing(), new)
    return True


def _new_rows(facts: ExitFacts, plans: PlansInForce, there: set[tuple[int, str]]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for wave in plans.waves:
        plan = plans.plan_for(facts.unit_id, wave)
        if plan is None or (facts.exit_id, wave) in there:
            continue
        public_id = new_public_id()
        rows.append(
            {
                "public_id": public_id,
                "exit_id": facts.exit_id,
                "enrolment_id": facts.enrolment_id,
                "participant_id": facts.participant_id,
                "unit_id": facts.unit_id,
                "programme_id": facts.programme_id,
                "wave": wave,
                "plan_id": plan.id,
                "exit_on": facts.exit_on,
                "due_on": facts.exit_on,
                # The decision that follows in the same transaction moves it to where it belongs.
                "state": DueState.NOT_YET_DUE,
                "language": facts.languages[0],
                "token_version": 1,
                "token_hash": token_hash(survey_token(public_id, 1)),
                "optout_hash": token_hash(opt_out_token(public_id, 1)),
                "issue": 0,
                "reminded_steps": 0,
                "calls": 0,
                "changed_at": clock.now(),
            }
        )
    return rows


def on_enrolment_exited(event: EnrolmentExited) -> None:
    """Plan the surveys of an exit, and end those of an earlier exit of the same enrolment."""
    recompute_many(system_actor("surveys.exited"), _exits_of_enrolment(event.enrolment_id))


def on_exit_changed(event: ExitChanged) -> None:
    """Plan again from the corrected date or reason."""
    recompute_many(system_actor("surveys.exit_changed"), _exits_of_enrolment(event.enrolment_id))


def on_enrolment_reopened(event: EnrolmentReopened) -> None:
    """End what was planned for an exit that was taken back."""
    recompute_many(system_actor("surveys.reopened"), _exits_of_enrolment(event.enrolment_id))


def on_participant_changed(event: ParticipantChanged) -> None:
    """Plan again for every exit of the person: an address may have come, a consent may have gone."""
    statement = (
        select(EnrolmentExit.id)
        .join(Enrolment, Enrolment.id == EnrolmentExit.enrolment_id)
        .where(Enrolment.participant_id == event.participant_id)
    )
    exits = current_session().scalars(trusted(statement, because=_LISTENING)).all()
    recompute_many(system_actor("surveys.participant_changed"), exits)


def _exits_of_enrolment(enrolment_id: int) -> Sequence[int]:
    statement = select(EnrolmentExit.id).where(EnrolmentExit.enrolment_id == enrolment_id)
    return current_session().scalars(trusted(statement, because=_LISTENING)).all()
