"""What becomes of a due row when one of its messages arrives, fails or is in doubt."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import Row, Table, bindparam, exists, select, update
from sqlalchemy.orm.util import identity_key

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session, reading_connection
from crm.extension_points import Accepted
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.planning import Wanted, plan_messages
from surveys.dispositions import DueState, StopReason
from surveys.due_rows import BEGUN, INVITATION, REMINDER, unit_of
from surveys.facts import facts_of
from surveys.models import DueRow, FollowUpPlan
from surveys.planning import decision_for, failed_addresses, recompute
from surveys.plans.queries import plans_in_force
from surveys.sending.texts import USUAL_CLOSE_DAYS, close_days
from surveys.staff_tasks import ask_for_address

SENT_LINE = "surveys.sent"
REMINDED_LINE = "surveys.reminded"
_ROW = trusted(
    select(
        DueRow.id,
        DueRow.state,
        DueRow.reason,
        DueRow.invited_at,
        DueRow.closes_on,
        DueRow.changed_at,
        DueRow.unit_id,
        DueRow.participant_id,
        Unit.time_zone,
        FollowUpPlan.close_days,
    )
    .join(Unit, Unit.id == DueRow.unit_id)
    .outerjoin(FollowUpPlan, FollowUpPlan.id == DueRow.plan_id)
    .where(DueRow.public_id == bindparam("ref"))
    .with_for_update(of=DueRow),
    because="the row that a message was planned for",
)
_DUE = cast(Table, DueRow.__table__)
_BEGIN_WAITING = (
    update(_DUE)
    .where(_DUE.c.id == bindparam("id_"))
    .values({name: bindparam(name) for name in ("state", "reason", "invited_at", "closes_on", "changed_at")})
)
_OPEN = frozenset({DueState.DUE, DueState.NOT_YET_DUE, *BEGUN})
_ON_ITS_WAY = (
    MessageState.PLANNED,
    MessageState.CLAIMED,
    MessageState.ON_WIRE,
    MessageState.ACCEPTED,
    MessageState.DELIVERED,
    MessageState.UNKNOWN,
)


def arrived(actor: Actor, what: Accepted) -> None:
    """A receiver has taken a message over: the time to answer runs, and the contact history says so.

    Runs for every message that leaves, hence a few plain statements that load no object. May be repeated.
    """
    connection = reading_connection()
    row = connection.execute(_ROW, {"ref": what.purpose_ref}).first()
    if row is None:
        return
    if row.state in _OPEN:
        connection.execute(_BEGIN_WAITING, {"id_": row.id, **_waiting(row, what.at)})
        _forget(row.id)
    reminder = what.purpose == REMINDER
    write_line(
        actor,
        kind=REMINDED_LINE if reminder else SENT_LINE,
        source_ref=f"{what.purpose_ref}:{what.channel}:{what.step}",
        at=what.at,
        summary=dict(_sent_summaries(what.channel, reminder)),
        unit_id=row.unit_id,
        subjects=[Subject(participant_id=row.participant_id)],
    )


def in_doubt(row: DueRow, message: OutboxMessage) -> None:
    """Nobody can say whether an invitation arrived: the row is in doubt, but the link may be in somebody's hands."""
    if message.purpose == INVITATION and row.state is DueState.DUE:
        row.state, row.changed_at = DueState.IN_DOUBT, clock.now()
        row.closes_on = row.closes_on or clock.today(unit_of(row).time_zone) + timedelta(days=close_days(row))


def failed(actor: Actor, row: DueRow, message: OutboxMessage) -> None:
    """A message failed for good: another channel takes over; without one, staff are asked for a new address."""
    if message.purpose == REMINDER or row.state not in _OPEN or _another_is_out(row, message):
        return
    others = [channel for channel in _channels(row) if channel != message.channel.value]
    if others:
        plan_invitation(actor, row, Channel(others[0]), reason=f"{message.channel.value} failed")
    elif row.response is None:
        row.state, row.reason, row.changed_at = DueState.NOT_POSSIBLE, StopReason.BOUNCED, clock.now()
        # The person was never reached: when an address arrives, their time to answer begins anew.
        row.invited_at = row.closes_on = None
        row.reminded_steps = 0
        ask_for_address(actor, row)


def cancelled(actor: Actor, row: DueRow, message: OutboxMessage) -> None:
    """The sender refused an invitation (a suppressed address, a fact that changed): the row follows the facts, and
    another channel takes over where there is one."""
    if message.purpose == REMINDER or row.state is not DueState.DUE or _another_is_out(row, message):
        return
    recompute(actor, row.exit_id)
    if row.state is not DueState.DUE or message.issue < row.issue:
        return
    others = [channel for channel in _channels(row) if channel != message.channel.value]
    if others:
        plan_invitation(actor, row, Channel(others[0]), reason=f"{message.channel.value} refused")


def plan_invitation(actor: Actor, row: DueRow, channel: Channel, *, reason: str | None = None) -> None:
    """Plan the invitation of a row through one channel. Once for each issue, however often it is asked for."""
    plan_messages(actor, [invitation_of(row, channel, reason=reason)])


def invitation_of(row: DueRow, channel: Channel, *, reason: str | None = None) -> Wanted:
    """The invitation of a row through one channel, for the outbox."""
    return Wanted(
        purpose=INVITATION,
        purpose_ref=row.public_id,
        channel=channel,
        issue=row.issue,
        issue_reason=reason or ("planned again" if row.issue else None),
        not_before=clock.now(),
        unit_id=row.unit_id,
        participant_id=row.participant_id,
    )


def begin_time(row: DueRow, at: datetime | None = None) -> None:
    """Start the time to answer ``at`` (now), if it has not started: the wave closes so many days later."""
    begins = row.invited_at or at or clock.now()
    closes = row.closes_on
    if closes is None:
        closes = _closing_day(begins, unit_of(row).time_zone, close_days(row))
    row.invited_at, row.closes_on = begins, closes


def _channels(row: DueRow) -> tuple[str, ...]:
    """The channels through which the person can be reached now."""
    plans = plans_in_force()
    facts = facts_of([row.exit_id], plans.units)[row.exit_id]
    bad = failed_addresses([row]).get(row.public_id, frozenset())
    return decision_for(facts, plans, row.wave, bad).channels


def _waiting(row: Row[*tuple[Any, ...]], at: datetime) -> dict[str, object]:
    """What a row that waits for an answer becomes when one of its messages arrives."""
    begins = row.invited_at or at
    closes = row.closes_on or _closing_day(begins, row.time_zone, row.close_days)
    there = row.state is DueState.SENT_WAITING
    return {
        "state": DueState.SENT_WAITING,
        "reason": row.reason if there else None,
        "invited_at": begins,
        "closes_on": closes,
        "changed_at": row.changed_at if there else clock.now(),
    }


def _closing_day(begins: datetime, zone: str, days: int | None) -> date:
    return begins.astimezone(ZoneInfo(zone)).date() + timedelta(days=USUAL_CLOSE_DAYS if days is None else days)


def _forget(row_id: int) -> None:
    """Whoever holds the object of this row reads it again."""
    session = current_session()
    there = session.identity_map.get(identity_key(DueRow, (row_id,)))
    if there is not None:
        session.expire(there)


def _another_is_out(row: DueRow, message: OutboxMessage) -> bool:
    other = exists().where(
        OutboxMessage.purpose.in_((INVITATION, REMINDER)),
        OutboxMessage.purpose_ref == row.public_id,
        OutboxMessage.id != message.id,
        OutboxMessage.state.in_(_ON_ITS_WAY),
    )
    return bool(current_session().scalar(trusted(select(other), because="messages that the row itself planned")))


@lru_cache(maxsize=4)
def _sent_summaries(channel: str, reminder: bool) -> tuple[tuple[str, str], ...]:
    """The line of the history by language. The catalogues do not change while the process lives."""
    return tuple(in_all_languages(lambda: _sent_summary(channel, reminder=reminder)).items())


def _sent_summary(channel: str, *, reminder: bool) -> str:
    by_email = channel == Channel.EMAIL
    if reminder:
        return str(_("Survey reminder sent (e-mail)") if by_email else _("Survey reminder sent (SMS)"))
    return str(_("Survey sent (e-mail)") if by_email else _("Survey sent (SMS)"))
