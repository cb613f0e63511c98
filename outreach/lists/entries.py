"""Single entries by hand: leave out, put back, call first, add. What a click changed can be taken back."""

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.queries import unit_tree_ids
from crm.accounts.scopes import condition, locked, scoped, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.errors import DomainError, NotVisible
from outreach.lists.models import CallEntry, CallList, EntryState, LeftOut
from outreach.lists.reasons import first_day, whom_to_ask_for, why_left_out, why_not_listed
from outreach.lists.words import REASONS

_OPEN = (EntryState.WAITING, EntryState.CALLBACK)
_PUT_ASIDE = (EntryState.LEFT_OUT, EntryState.DONE)


def leave_out(actor: Actor, *, entry_id: int) -> CallEntry:
    """Take somebody out of the list by hand, who waits or is to be called back. May be repeated.

    Raises NotVisible, and DomainError for somebody who is being called or has been.
    """
    entry = locked(CallEntry, actor, entry_id)
    if entry.state is EntryState.LEFT_OUT:
        return entry
    if entry.state not in _OPEN:
        raise DomainError(_("Somebody is calling them at this moment, or has called them."))
    entry.state, entry.reason = EntryState.LEFT_OUT, LeftOut.BY_HAND
    _record(actor, entry, "call_entry.left_out")
    return entry


def put_back(actor: Actor, *, entry_id: int) -> CallEntry:
    """Call somebody after all who was left out, or once more who was done. May be repeated.

    A talk before this moment, and that another unit works with them, is known to whoever does this. Blocks, a bad
    experience and a missing number stay what they are: raises DomainError with the reason in words. Raises NotVisible.
    """
    entry = locked(CallEntry, actor, entry_id)
    if entry.state in _PUT_ASIDE:
        now = clock.now()
        found = held_back(actor, [entry]).get(entry.id)
        if found is not None:
            raise DomainError(_("They cannot be called: %(reason)s.", reason=REASONS[found]))
        entry.state = EntryState.WAITING if entry.callback_at is None else EntryState.CALLBACK
        entry.put_back_at = now
        _record(actor, entry, "call_entry.put_back")
    return entry


def held_back(actor: Actor, entries: Iterable[CallEntry]) -> Mapping[int, LeftOut]:
    """Which of these entries ``put_back`` refuses, by id, and what would have to change first. One query."""
    ids = [each.id for each in entries if each.state in _PUT_ASIDE]
    if not ids:
        return {}
    reason = why_left_out(actor, since=clock.today(), contacts_after=clock.now())
    statement = select(CallEntry.id, reason).join(Employer, Employer.id == CallEntry.employer_id)
    asked = scoped(statement.where(CallEntry.id.in_(ids)), condition(CallEntry, actor), condition(Employer, actor))
    return {entry_id: LeftOut(found) for entry_id, found in current_session().execute(asked) if found is not None}


def undo_put_back(actor: Actor, *, entry_id: int) -> CallEntry:
    """Take back that somebody was put back, as long as nobody has called them since. May be repeated."""
    entry = locked(CallEntry, actor, entry_id)
    called_since = entry.done_at and entry.put_back_at and entry.done_at > entry.put_back_at
    if entry.state in _OPEN and entry.put_back_at is not None and not called_since:
        if entry.reason is not None:
            entry.state = EntryState.LEFT_OUT
        elif entry.done_at is not None:
            entry.state = EntryState.DONE
        entry.put_back_at = None
        _record(actor, entry, "call_entry.put_back_undone")
    return entry


def put_first(actor: Actor, *, entry_id: int) -> int:
    """Let somebody be called before everybody else who waits. Returns the place where they stood. Raises NotVisible."""
    entry = locked(CallEntry, actor, entry_id)
    before, entry.position = entry.position, _first_place(actor, entry.list_id)
    _record(actor, entry, "call_entry.moved")
    return before


def move_entry(actor: Actor, *, entry_id: int, position: int) -> CallEntry:
    """Give an entry a place, as taking back ``put_first`` does. May be repeated. Raises NotVisible."""
    entry = locked(CallEntry, actor, entry_id)
    entry.position = position
    _record(actor, entry, "call_entry.moved")
    return entry


def add_entry(
    actor: Actor,
    *,
    list_id: int,
    employer_id: int,
    person_id: int | None = None,
    first: bool = False,
    referred_by_id: int | None = None,
) -> CallEntry:
    """Put one more employer on a list, ``first`` before everybody who waits: whoever asks for help is called first.

    ``referred_by_id``: the entry whose call named them. Who may not be called is added with the reason; who stands in
    the list already stays as they are. Raises NotVisible.
    """
    session = current_session()
    call_list = locked(CallList, actor, list_id)
    there = session.scalar(
        visible(CallEntry, actor).where(CallEntry.list_id == list_id, CallEntry.employer_id == employer_id)
    )
    if there is not None:
        return there
    today = clock.today(session.get_one(Unit, call_list.unit_id).time_zone)
    since = first_day(today, call_list.cooldown_days)
    because = why_not_listed(actor, unit_ids=unit_tree_ids(call_list.unit_id), since=since)
    asked = scoped(select(because, whom_to_ask_for()), condition(Employer, actor)).where(Employer.id == employer_id)
    row = session.execute(asked).first()
    if row is None:
        raise NotVisible("Not found, or not visible to you.")
    entry = CallEntry(
        list_id=list_id, employer_id=employer_id, person_id=person_id or row[1], added_at=clock.now(), attempts=0,
        position=_first_place(actor, list_id) if first else _last_place(actor, list_id),
        state=EntryState.LEFT_OUT if row[0] else EntryState.WAITING, reason=LeftOut(row[0]) if row[0] else None,
        referred_by_id=referred_by_id,
    )  # fmt: skip
    session.add(entry)
    session.flush()  # The audit log names it.
    _record(actor, entry, "call_entry.added")
    return entry


def _first_place(actor: Actor, list_id: int) -> int:
    lowest = scoped(select(func.min(CallEntry.position)), condition(CallEntry, actor))
    found = current_session().scalar(lowest.where(CallEntry.list_id == list_id))
    return 0 if found is None else found - 1


def _last_place(actor: Actor, list_id: int) -> int:
    highest = scoped(select(func.max(CallEntry.position)), condition(CallEntry, actor))
    return (current_session().scalar(highest.where(CallEntry.list_id == list_id)) or 0) + 1


def _record(actor: Actor, entry: CallEntry, action: str) -> None:
    record(actor, action, subject_type="call_entry", subject_id=entry.id, details={"call_list_id": entry.list_id})
