"""Why mail about events is sent, as the outbox knows it, and how it is planned."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from crm import clock
from crm.actors import Actor
from crm.messaging.models import Channel
from crm.messaging.planning import Wanted, plan_messages
from crm.messaging.quiet_hours import next_allowed
from outreach.events.models import EventInvitation, OutreachEvent

INVITATION = "outreach.event_invitation"
ASK_AGAIN = "outreach.event_ask_again"
CONFIRMATION = "outreach.event_confirmation"
PLACE = "outreach.event_place"
REMINDER = "outreach.event_reminder"
CHANGE = "outreach.event_change"
CANCELLATION = "outreach.event_cancellation"
ADVERTISING = frozenset({INVITATION, ASK_AGAIN})
"""What an advertising block holds back; the others go to those who have answered, or who must hear of a change."""
BEGUN = "begun"
"""Why mail stays here that would come when the event has begun: a key of words.MAIL_REASONS."""
TIME_TO_UNDO = timedelta(minutes=1)
"""So long an invitation waits before it leaves: until then sending can be undone."""


def comes_in_time(event: OutreachEvent) -> bool:
    """Whether mail that may leave next, when quiet hours are over, comes before the event begins."""
    return next_allowed(event.unit, clock.now()) < event.starts_at


def plan(
    actor: Actor, purpose: str, rows: Iterable[EventInvitation], *, step: int | None = None,
    not_before: datetime | None = None,
) -> None:  # fmt: skip
    """Plan a message of this purpose for each invitation. ``step`` tells words of the same purpose apart; None: the
    number of the invitation's newest answer. May be repeated."""
    plan_messages(
        actor,
        [
            Wanted(
                purpose=purpose,
                purpose_ref=each.public_id,
                channel=Channel.EMAIL,
                step=each.answers if step is None else step,
                issue=each.issue if purpose == INVITATION else 0,
                issue_reason="sent again by staff" if purpose == INVITATION and each.issue else None,
                not_before=not_before or clock.now(),
                unit_id=each.event.unit_id,
            )
            for each in rows
        ],
    )
