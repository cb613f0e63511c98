"""What others ask of the outbox: plan, take back, send once more, settle a doubt. Runs inside
``transaction()``."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.planning import IDENTITY, Wanted, plan_messages
from crm.messaging.planning import SEND_JOB as SEND_JOB
from crm.messaging.planning import new_message_id as new_message_id
from crm.messaging.states import WAITING, move
from crm.messaging.suppression import is_suppressed as is_suppressed
from crm.messaging.suppression import suppress as suppress
from crm.messaging.suppression import unsuppress as unsuppress

NAMED_BY_OWNER = "the purpose that planned the message names it by its own key"


def plan_message(
    actor: Actor,
    *,
    purpose: str,
    purpose_ref: str,
    channel: Channel,
    step: int = 0,
    issue: int = 0,
    issue_reason: str | None = None,
    not_before: datetime,
    unit_id: int | None,
    participant_id: int | None = None,
    staff_id: int | None = None,
) -> OutboxMessage:
    """Plan one message and return its row; see ``plan_messages``, which takes many.

    May be repeated: one row for each (purpose, purpose_ref, channel, step, issue), the existing one is
    returned unchanged, whatever its state.
    """
    wanted = Wanted(
        purpose=purpose,
        purpose_ref=purpose_ref,
        channel=channel,
        step=step,
        issue=issue,
        issue_reason=issue_reason,
        not_before=not_before,
        unit_id=unit_id,
        participant_id=participant_id,
        staff_id=staff_id,
    )
    found = _find(wanted)
    if found is None:
        plan_messages(actor, [wanted])
        found = _find(wanted)
        assert found is not None, "it was planned just now, by us or by somebody else"
    return found


def cancel_messages(actor: Actor, *, purpose: str, purpose_ref: str, reason: str, step: int | None = None) -> int:
    """Take back what has not left yet (planned or claimed) and say how many. What is on the wire goes its
    way.

    ``reason`` is a value that programs read (up to 60 characters). May be repeated.
    """
    statement = trusted(
        select(OutboxMessage).where(
            OutboxMessage.purpose == purpose,
            OutboxMessage.purpose_ref == purpose_ref,
            OutboxMessage.state.in_(WAITING),
        ),
        because=NAMED_BY_OWNER,
    ).with_for_update()
    if step is not None:
        statement = statement.where(OutboxMessage.step == step)
    found = current_session().scalars(statement).all()
    for message in found:
        move(message, MessageState.CANCELLED, reason=reason)
    return len(found)


def settle_doubt(actor: Actor, *, message_id: int, arrived: bool) -> OutboxMessage:
    """A person settles a message in doubt: it arrived, or it is sent again as a new issue. Returns the
    message that counts.

    Raises NotVisible; DomainError when the message is not in doubt any more.
    """
    message = locked(OutboxMessage, actor, message_id)
    if message.state is not MessageState.UNKNOWN:
        raise DomainError(_("This message is not in doubt any more."))
    record(
        actor,
        "message_doubt_settled",
        subject_type="outbox_message",
        subject_id=message.id,
        unit_id=message.unit_id,
        details={"arrived": arrived},
    )
    if arrived:
        move(message, MessageState.ACCEPTED, reason="confirmed_by_staff")
        return message
    again = reissue(actor, message_id=message.id, reason="send_again")
    move(message, MessageState.CANCELLED, reason="sent_again")
    return again


def reissue(actor: Actor, *, message_id: int, reason: str) -> OutboxMessage:
    """Plan the same message once more, as the next issue, with the reason recorded: a new address, "send
    again".

    The new issue is rendered anew, so that it goes to today's address. Not safe to repeat: each call adds
    an issue. Raises NotVisible.
    """
    old = locked(OutboxMessage, actor, message_id)
    highest = current_session().scalar(
        trusted(
            select(func.max(OutboxMessage.issue)).where(
                OutboxMessage.purpose == old.purpose,
                OutboxMessage.purpose_ref == old.purpose_ref,
                OutboxMessage.channel == old.channel,
                OutboxMessage.step == old.step,
            ),
            because="issues of a message that was already checked",
        )
    )
    record(
        actor,
        "message_issued_again",
        subject_type="outbox_message",
        subject_id=old.id,
        unit_id=old.unit_id,
        details={"reason": reason},
    )
    return plan_message(
        actor,
        purpose=old.purpose,
        purpose_ref=old.purpose_ref,
        channel=old.channel,
        step=old.step,
        issue=(highest or 0) + 1,
        issue_reason=reason,
        not_before=clock.now(),
        unit_id=old.unit_id,
        participant_id=old.participant_id,
        staff_id=old.staff_id,
    )


def _find(wanted: Wanted) -> OutboxMessage | None:
    same = [getattr(OutboxMessage, name) == getattr(wanted, name) for name in IDENTITY]
    statement = trusted(select(OutboxMessage).where(*same), because=NAMED_BY_OWNER)
    found: OutboxMessage | None = current_session().scalar(statement)
    return found
