"""The periodic jobs: sending what is due, reminding, closing, and finding what was forgotten.

Rules say "on or after" and never "equals": a day on which nothing ran is made up for by the next run. Each step
takes a batch of rows in a transaction of its own, so that no run holds the database for long.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.messaging.models import Channel, OutboxMessage
from crm.messaging.planning import Wanted, plan_messages
from surveys.completing import keep_promises
from surveys.dispositions import DueState
from surveys.due_rows import BEGUN, INVITATION, REMINDER, close_row
from surveys.facts import facts_of
from surveys.models import DueRow, FollowUpPlan
from surveys.planning import decision_for, failed_addresses, recompute_many
from surveys.plans.queries import plans_in_force
from surveys.sending.outcomes import invitation_of

BATCH = 200
_ACTOR = system_actor("surveys.sweep")
_JOB = "a job of the system, which looks at every unit"


@dataclass(frozen=True)
class Zone:
    """The units that share a civil date, and that date."""

    name: str
    today: date

    def units(self) -> ColumnElement[bool]:
        """The condition that a due row belongs to one of these units."""
        return DueRow.unit_id.in_(select(Unit.id).where(Unit.time_zone == self.name))


def sweep() -> str:
    """Send what is due, remind who has not finished, close what is over. Safe to repeat and to run twice at once."""
    counts = {"due": 0, "invited": 0, "reminded": 0, "closed": 0}
    for zone in zones():
        counts["closed"] += _each_batch(partial(over, zone), _close)
        counts["due"] += _each_batch(partial(reached, zone), _open)
        for plan_id in _plan_ids():
            counts["invited"] += _each_batch(partial(to_invite, zone, plan_id), _invite)
        counts["reminded"] += _remind_all(zone)
    return ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "nothing due"


def zones() -> list[Zone]:
    """The time zones of the units, each with its civil date."""
    names = current_session().scalars(select(Unit.time_zone).distinct()).all()
    return [Zone(name, clock.today(name)) for name in sorted(names)]


def reached(zone: Zone) -> Select[int]:
    """Rows whose day has come."""
    return select(DueRow.id).where(DueRow.state == DueState.NOT_YET_DUE, DueRow.due_on <= zone.today, zone.units())


def over(zone: Zone) -> Select[int]:
    """Rows whose time to answer is over."""
    return select(DueRow.id).where(
        DueRow.state.in_(BEGUN), DueRow.closes_on.is_not(None), DueRow.closes_on < zone.today, zone.units()
    )


def to_invite(zone: Zone, plan_id: int) -> Select[int]:
    """Rows of a plan that are due, not too late to send themselves or confirmed, and have no message yet."""
    plan = current_session().get_one(FollowUpPlan, plan_id)
    oldest = zone.today - timedelta(days=plan.self_sending_days)
    return select(DueRow.id).where(
        DueRow.state == DueState.DUE,
        DueRow.plan_id == plan_id,
        or_(DueRow.due_on >= oldest, DueRow.confirmed_at.is_not(None)),
        ~has_message(),
        zone.units(),
    )


def to_remind(zone: Zone, plan_id: int, step: int) -> Select[int]:
    """Rows that were invited so long ago that reminder number ``step`` (from 1) is due, and had none of it."""
    plan = current_session().get_one(FollowUpPlan, plan_id)
    day = zone.today - timedelta(days=int(plan.reminder_days[step - 1]))
    return select(DueRow.id).where(
        DueRow.state == DueState.SENT_WAITING,
        DueRow.plan_id == plan.id,
        DueRow.reminded_steps < step,
        DueRow.invited_at < _end_of(day, zone),
        or_(DueRow.closes_on.is_(None), DueRow.closes_on >= zone.today),
        zone.units(),
    )


def has_message() -> ColumnElement[bool]:
    """Whether the present issue of a row has been planned, through whatever channel and with whatever result."""
    return exists().where(
        and_(
            OutboxMessage.purpose == INVITATION,
            OutboxMessage.purpose_ref == DueRow.public_id,
            OutboxMessage.issue >= DueRow.issue,
        )
    )


def _each_batch(rows: Callable[[], Select[int]], work: Callable[[Sequence[DueRow]], int]) -> int:
    """Do ``work`` on batches of locked rows until none is left. Rows that stay in the query are seen once."""
    done, last = 0, 0
    while True:
        with transaction() as session:
            ids = session.scalars(trusted(_after(rows(), last), because=_JOB)).all()
            if not ids:
                return done
            done += work(_locked(ids))
            last = ids[-1]


def _after(statement: Select[int], last: int) -> Select[int]:
    return statement.where(DueRow.id > last).order_by(DueRow.id).limit(BATCH)


def _locked(ids: Sequence[int]) -> list[DueRow]:
    statement = (
        select(DueRow)
        .where(DueRow.id.in_(ids))
        .order_by(DueRow.id)
        .with_for_update(of=DueRow, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return list(current_session().scalars(trusted(statement, because=_JOB)))


def _open(rows: Sequence[DueRow]) -> int:
    exits = {row.exit_id for row in rows}
    recompute_many(_ACTOR, exits)
    return sum(row.state is not DueState.NOT_YET_DUE for row in rows)


def _invite(rows: Sequence[DueRow]) -> int:
    plans = plans_in_force()
    facts = facts_of({row.exit_id for row in rows}, plans.units)
    failed = failed_addresses(rows)
    changed: set[int] = set()
    wanted: list[Wanted] = []
    for row in _still_due(rows):
        decision = decision_for(facts[row.exit_id], plans, row.wave, failed.get(row.public_id, frozenset()))
        if decision.state is DueState.DUE and decision.channels:
            wanted.append(invitation_of(row, Channel(decision.channels[0])))
        else:
            changed.add(row.exit_id)
    plan_messages(_ACTOR, wanted)
    if changed:
        recompute_many(_ACTOR, changed, plans=plans)
    return len(wanted)


def _still_due(rows: Sequence[DueRow]) -> Iterator[DueRow]:
    # Somebody may have changed a row between the query and the lock.
    return (row for row in rows if row.state is DueState.DUE)


def _remind_all(zone: Zone) -> int:
    """The newest reminder that is due first: after a standstill nobody gets two at once."""
    count = 0
    for plan_id in _plan_ids():
        plan = current_session().get_one(FollowUpPlan, plan_id)
        for step in range(len(plan.reminder_days), 0, -1):
            count += _each_batch(partial(to_remind, zone, plan_id, step), partial(_remind, step))
    return count


def _remind(step: int, rows: Sequence[DueRow]) -> int:
    plans = plans_in_force()
    facts = facts_of({row.exit_id for row in rows}, plans.units)
    failed = failed_addresses(rows)
    wanted: list[Wanted] = []
    count = 0
    for row in rows:
        if row.state is not DueState.SENT_WAITING or row.reminded_steps >= step:
            continue
        decision = decision_for(facts[row.exit_id], plans, row.wave, failed.get(row.public_id, frozenset()))
        row.reminded_steps = step
        wanted += [_reminder_of(row, Channel(channel), step) for channel in decision.channels]
        count += bool(decision.channels)
    plan_messages(_ACTOR, wanted)
    return count


def _reminder_of(row: DueRow, channel: Channel, step: int) -> Wanted:
    return Wanted(
        purpose=REMINDER,
        purpose_ref=row.public_id,
        channel=channel,
        step=step,
        issue=row.issue,
        issue_reason="planned again" if row.issue else None,
        not_before=clock.now(),
        unit_id=row.unit_id,
        participant_id=row.participant_id,
    )


def _close(rows: Sequence[DueRow]) -> int:
    for row in rows:
        close_row(_ACTOR, row)
        keep_promises(_ACTOR, row)
    return len(rows)


def _plan_ids() -> Sequence[int]:
    return current_session().scalars(select(FollowUpPlan.id).order_by(FollowUpPlan.id)).all()


def _end_of(day: date, zone: Zone) -> datetime:
    """The first instant of the day after ``day``."""
    return clock.local_instant(day + timedelta(days=1), time(0), zone.name)
