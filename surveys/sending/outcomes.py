"""What becomes of a due row when one of its messages arrives, fails or is in doubt."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import exists, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.services import plan_message
from surveys.dispositions import DueState, StopReason
from surveys.due_rows import BEGUN, INVITATION, REMINDER, unit_of
from surveys.facts import facts_of
from surveys.models import DueRow
from surveys.planning import decision_for, failed_addresses, recompute
from surveys.plans.queries import plans_in_force
from surveys.sending.texts import close_days
from surveys.staff_tasks import ask_for_address

SENT_LINE = "surveys.sent"
REMINDED_LINE = "surveys.reminded"
_OPEN = frozenset({DueState.DUE, DueState.NOT_YET_DUE, *BEGUN})
_ON_ITS_WAY = (
    MessageState.PLANNED,
    MessageState.CLAIMED,
    MessageState.ON_WIRE,
    MessageState.ACCEPTED,
    MessageState.DELIVERED,
    MessageState.UNKNOWN,
)


def arrived(actor: Actor, row: DueRow, message: OutboxMessage) -> None:
    """A receiver has taken a message over: the time to answer runs, and the contact history says so."""
    _begin_waiting(row, message)
    reminder = message.purpose == REMINDER
    write_line(
        actor,
        kind=REMINDED_LINE if reminder else SENT_LINE,
        source_ref=f"{row.public_id}:{message.channel.value}:{message.step}",
        at=message.accepted_at or clock.now(),
        summary=in_all_languages(lambda: _sent_summary(message.channel, reminder=reminder)),
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


def plan_invitation(actor: Actor, row: DueRow, channel: Channel, *, reason: str | None = None) -> OutboxMessage:
    """Plan the invitation of a row through one channel. Once for each issue, however often it is asked for."""
    return plan_message(
        actor,
        purpose=INVITATION,
        purpose_ref=row.public_id,
        channel=channel,
        step=0,
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
        day = begins.astimezone(ZoneInfo(unit_of(row).time_zone)).date()
        closes = day + timedelta(days=close_days(row))
    row.invited_at, row.closes_on = begins, closes


def _channels(row: DueRow) -> tuple[str, ...]:
    """The channels through which the person can be reached now."""
    plans = plans_in_force()
    facts = facts_of([row.exit_id], plans.units)[row.exit_id]
    bad = failed_addresses([row]).get(row.public_id, frozenset())
    return decision_for(facts, plans, row.wave, bad).channels


def _begin_waiting(row: DueRow, message: OutboxMessage) -> None:
    if row.state not in _OPEN:
        return
    begin_time(row, message.accepted_at)
    if row.state is not DueState.SENT_WAITING:
        row.state, row.reason, row.changed_at = DueState.SENT_WAITING, None, clock.now()


def _another_is_out(row: DueRow, message: OutboxMessage) -> bool:
    other = exists().where(
        OutboxMessage.purpose.in_((INVITATION, REMINDER)),
        OutboxMessage.purpose_ref == row.public_id,
        OutboxMessage.id != message.id,
        OutboxMessage.state.in_(_ON_ITS_WAY),
    )
    return bool(current_session().scalar(trusted(select(other), because="messages that the row itself planned")))


def _sent_summary(channel: Channel, *, reminder: bool) -> str:
    by_email = channel is Channel.EMAIL
    if reminder:
        return str(_("Survey reminder sent (e-mail)") if by_email else _("Survey reminder sent (SMS)"))
    return str(_("Survey sent (e-mail)") if by_email else _("Survey sent (SMS)"))
