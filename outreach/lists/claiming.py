"""Inside a claim: who is to be called next, locked against everybody else, and whether they may still be called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import condition, prepared, scoped, trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import ContactPerson, Employer, Position
from crm.employers.reach_queries import person_may_be_called
from outreach.lists.models import CallEntry, CallList, CallListCaller, EntryState, LeftOut, in_state
from outreach.lists.reasons import LONG_AGO, at_claim, first_day, whom_to_ask_for

PROMISE = timedelta(days=1)
"""How long a callback waits for the one who promised it before anybody gets it."""
_OTHER = aliased(CallEntry)
_IN_LIST = "entries of a list that the caller sees and calls from"
_OF_ENTRY = "the employer of an entry of such a list"


@dataclass(frozen=True)
class ListToCall:
    """A list as a claim needs it: with its unit's zone, and whether the actor is one of its callers."""

    call_list: CallList
    zone: str
    is_caller: bool


@dataclass(frozen=True)
class Verdict:
    """What is asked anew of whoever would be next. ``is_busy``: another list has them in somebody's hands."""

    is_busy: bool
    reason: LeftOut | None = None
    person_id: int | None = None


def list_to_call(actor: Actor, list_id: int) -> ListToCall | None:
    """The list with what a claim needs of it; None where the actor does not see it. One query."""
    statement = prepared(actor, "outreach.list", lambda: _list(actor))
    row = current_session().execute(statement, {"list_id": list_id}).first()
    return ListToCall(*row) if row else None


def candidate(actor: Actor, *, list_id: int, now: datetime, passed: set[int]) -> CallEntry | None:
    """The entry that comes next for a caller, locked with its employer; those that are locked already are skipped.

    In this order: what the caller holds already, callbacks that are due, what others have abandoned, the list. One
    query says which of them there are, so that mostly one more is enough.
    """
    session = current_session()
    given = {"list_id": list_id, "now": now, "promise": now - PROMISE, "passed": sorted(passed)}
    there = session.execute(prepared(actor, "outreach.there", lambda: _there(actor)), given).one()
    turns = ((_own, there.own), (_callback, there.callback), (_abandoned, there.abandoned), (_waiting, True))
    for make, is_worth_it in turns:
        if is_worth_it:
            found = session.scalar(prepared(actor, make.__name__, partial(make, actor)), given)
            if found is not None:
                return found
    return None


def verdict(actor: Actor, entry: CallEntry, wanted: ListToCall, *, now: datetime) -> Verdict:
    """Whether the employer of an entry that is locked may be called now, and whom to ask for."""
    given = {"employer_id": entry.employer_id, "entry_id": entry.id, "person_id": entry.person_id or 0, "now": now}
    given |= {"since": _cooldown(entry, wanted), "contacts_after": entry.put_back_at or LONG_AGO}
    asked = prepared(actor, "outreach.verdict", lambda: _verdict(actor))
    reason, person_id, is_busy = current_session().execute(asked, given).one()
    return Verdict(is_busy=is_busy, reason=LeftOut(reason) if reason else None, person_id=person_id)


def _cooldown(entry: CallEntry, wanted: ListToCall) -> date:
    """The day from which a talk is too recent. What was agreed in a talk is called back, however recent that was."""
    if entry.callback_at is not None:
        return date.max
    return first_day(clock.today(wanted.zone), wanted.call_list.cooldown_days)


def _list(actor: Actor) -> Select[CallList, str, bool]:
    calls = select(CallListCaller.list_id).where(
        CallListCaller.list_id == CallList.id, CallListCaller.staff_id == actor.staff_id
    )
    statement = (
        select(CallList, Unit.time_zone, calls.correlate(CallList).exists())
        .join(Unit, Unit.id == CallList.unit_id)
        .where(CallList.id == bindparam("list_id"))
    )
    return scoped(statement, condition(CallList, actor))


def _there(actor: Actor) -> Select[bool, bool, bool]:
    """Whether the caller holds one of the list, whether a callback is due for them, and whether one was abandoned."""
    taken, asked_back = _of_list(EntryState.TAKEN), _of_list(EntryState.CALLBACK)
    statement = select(
        taken.where(_is_mine(actor)).exists().label("own"),
        asked_back.where(*_is_due(actor)).exists().label("callback"),
        taken.where(_is_abandoned()).exists().label("abandoned"),
    )
    return trusted(statement, because=_IN_LIST)


def _own(actor: Actor) -> Select[CallEntry]:
    return _first(EntryState.TAKEN, _is_mine(actor), order=(CallEntry.taken_until,))


def _callback(actor: Actor) -> Select[CallEntry]:
    return _first(EntryState.CALLBACK, *_is_due(actor), order=(CallEntry.callback_at,))


def _abandoned(actor: Actor) -> Select[CallEntry]:
    return _first(EntryState.TAKEN, _is_abandoned(), order=(CallEntry.callback_at.is_(None), CallEntry.position))


def _waiting(actor: Actor) -> Select[CallEntry]:
    return _first(EntryState.WAITING, order=(CallEntry.position,))


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    return CallEntry.taken_by_id == actor.staff_id


def _is_due(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    free = or_(
        CallEntry.callback_for_id.is_(None),
        CallEntry.callback_for_id == actor.staff_id,
        CallEntry.callback_at <= bindparam("promise"),
    )
    return CallEntry.callback_at <= bindparam("now"), free


def _is_abandoned() -> ColumnElement[bool]:
    return CallEntry.taken_until < bindparam("now")


def _of_list(state: EntryState) -> Select[int]:
    return select(CallEntry.id).where(CallEntry.list_id == bindparam("list_id"), in_state(state))


def _first(state: EntryState, *where: ColumnElement[bool], order: Sequence[Any]) -> Select[CallEntry]:
    """The first entry, locked together with its employer: two lists that hold the same one wait for each other here,
    and the verdict, which is asked afterwards, sees what the other list has done."""
    statement = (
        select(CallEntry)
        .join(Employer, Employer.id == CallEntry.employer_id)
        .where(CallEntry.list_id == bindparam("list_id"), in_state(state), *where)
        .where(CallEntry.id.not_in(bindparam("passed", expanding=True)))
        .order_by(*order, CallEntry.id)
        .limit(1)
    )
    # Without key_share every note about the employer that somebody writes in this moment would lock it.
    locked = statement.with_for_update(of=(CallEntry, Employer), skip_locked=True, key_share=True)
    return trusted(locked.execution_options(populate_existing=True), because=_IN_LIST)


def _verdict(actor: Actor) -> Select[str | None, int | None, bool]:
    """Why not, whom to ask for, and whether another list has the employer taken."""
    other = select(_OTHER.id).where(
        _OTHER.employer_id == Employer.id, in_state(EntryState.TAKEN, _OTHER),
        _OTHER.taken_until >= bindparam("now"), _OTHER.id != bindparam("entry_id"),
    )  # fmt: skip
    wished = (
        select(Position.person_id)
        .join(ContactPerson, ContactPerson.id == Position.person_id)
        .where(Position.employer_id == Employer.id, Position.person_id == bindparam("person_id"))
        .where(Position.left_on.is_(None), person_may_be_called())
    )
    person = func.coalesce(wished.correlate(Employer).scalar_subquery(), whom_to_ask_for())
    statement = select(at_claim(actor), person, other.correlate(Employer).exists())
    statement = statement.where(Employer.id == bindparam("employer_id"))
    return trusted(statement, because=_OF_ENTRY)
