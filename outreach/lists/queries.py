"""Reading call lists: how far they are, who is left out, why there is nobody to call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from crm.accounts.models import Staff
from crm.accounts.scopes import condition, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.errors import NotVisible
from outreach.lists.models import CallEntry, CallList, EntryState, LeftOut, in_state


@dataclass(frozen=True)
class WhyEmpty:
    """Why a caller gets nobody from a list. The numbers add up to the whole list."""

    is_closed: bool
    total: int
    waiting: int
    """Somebody is waiting all the same: another list has them taken at this moment."""
    taken: int
    """In the hands of callers."""
    callbacks: int
    """To be called back later, or now by the one who promised it."""
    done: int
    left_out: Mapping[LeftOut, int]
    next_callback_at: datetime | None
    """The first call that this caller may make again."""
    promised_at: datetime | None = None
    """The first one that a colleague has promised, by name."""
    promised_by: str | None = None


def why_empty(actor: Actor, list_id: int) -> WhyEmpty:
    """Why ``next_entry`` gives nobody, and when the next callback is. Raises NotVisible."""
    session = current_session()
    call_list = session.scalar(visible(CallList, actor).where(CallList.id == list_id))
    if call_list is None:
        raise NotVisible("Not found, or not visible to you.")
    statement = (
        select(CallEntry.state, CallEntry.reason, func.count())
        .where(CallEntry.list_id == list_id)
        .group_by(CallEntry.state, CallEntry.reason)
    )
    rows = session.execute(scoped(statement, condition(CallEntry, actor))).all()
    counted = {state: sum(row[2] for row in rows if row[0] is state) for state in EntryState}
    promised_at, promised_by = _promised(actor, list_id)
    return WhyEmpty(
        is_closed=call_list.closed_at is not None,
        total=sum(counted.values()),
        waiting=counted[EntryState.WAITING],
        taken=counted[EntryState.TAKEN],
        callbacks=counted[EntryState.CALLBACK],
        done=counted[EntryState.DONE],
        left_out={reason: count for state, reason, count in rows if state is EntryState.LEFT_OUT and reason},
        next_callback_at=_next_callback(actor, list_id),
        promised_at=promised_at,
        promised_by=promised_by,
    )


def _next_callback(actor: Actor, list_id: int) -> datetime | None:
    mine = or_(CallEntry.callback_for_id.is_(None), CallEntry.callback_for_id == actor.staff_id)
    statement = select(func.min(CallEntry.callback_at)).where(
        CallEntry.list_id == list_id, in_state(EntryState.CALLBACK), mine
    )
    return current_session().scalar(scoped(statement, condition(CallEntry, actor)))


def _promised(actor: Actor, list_id: int) -> tuple[datetime | None, str | None]:
    statement = (
        select(CallEntry.callback_at, Staff.name)
        .join(Staff, Staff.id == CallEntry.callback_for_id)
        .where(CallEntry.list_id == list_id, in_state(EntryState.CALLBACK))
        .where(CallEntry.callback_for_id != actor.staff_id)
        .order_by(CallEntry.callback_at)
        .limit(1)
    )
    row = current_session().execute(scoped(statement, condition(CallEntry, actor))).first()
    return (row[0], row[1]) if row else (None, None)
