"""What callers do with a list: take the next one, keep it, give it back, finish it. Nobody gets the same one twice.

Two lists may hold the same employer: while one of them has it taken, the other one passes it over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError, NotAllowed, NotVisible
from outreach.lists.claiming import ListToCall, candidate, list_to_call, verdict
from outreach.lists.models import CallEntry, EntryState, LeftOut
from outreach.lists.queries import why_empty as why_empty

NO_ANSWER = "no_answer"
CALLBACK_REQUESTED = "callback_requested"
TRY_AGAIN_AFTER = timedelta(hours=4)
"""When somebody who did not answer may be tried again."""


MOST_LEFT_OUT = 200
"""So many entries are left out in one transaction before others get a turn."""


@dataclass
class Portion:
    """How much of a list one transaction goes through. ``is_full``: it ended for that, and not because of the list."""

    most: int = MOST_LEFT_OUT
    left_out: int = 0

    @property
    def is_full(self) -> bool:
        """Whether as many were left out as fit into one transaction."""
        return self.left_out >= self.most


class EntryLost(DomainError):
    """The entry is not the caller's any more: somebody else has taken it, or they call from its list no longer."""


def next_entry(actor: Actor, *, list_id: int, portion: Portion | None = None) -> CallEntry | None:
    """Take the next one to call: what the actor holds already, callbacks that are due, what was abandoned, the list.

    Nobody else gets the same one until it is given back, finished, or its lease has run out. Blocks, a number and the
    cooldown are asked again here, and whoever may not be called any more is left out with the reason. None: there is
    nobody now; ``why_empty`` says why. With a ``portion`` that is full afterwards nobody was found among so many: what
    was left out is to be saved, and the next portion asked for. Without one the list is gone through to its end. May
    be repeated. Raises NotVisible, and NotAllowed for somebody who does not call from this list.
    """
    wanted = _list_of(actor, list_id)
    if wanted.call_list.closed_at is not None:
        return None
    now, passed = clock.now(), set[int]()
    while portion is None or not portion.is_full:
        entry = candidate(actor, list_id=list_id, now=now, passed=passed)
        if entry is None:
            return None
        asked = verdict(actor, entry, wanted, now=now)
        if asked.is_busy:
            passed.add(entry.id)
        elif asked.reason is not None:
            _leave_out(actor, entry, asked.reason)
            if portion is not None:
                portion.left_out += 1
        else:
            entry.person_id = asked.person_id
            _hold(actor, entry, wanted.call_list.lease_minutes, now)
            return entry
    return None


def extend_lease(actor: Actor, *, entry_id: int) -> CallEntry:
    """Keep an entry for as long again, because its caller is still at it. May be repeated.

    Also after the time ran out, as long as nobody else has taken it. Raises NotVisible, and EntryLost where somebody
    else holds it, the list is closed, or the actor calls from it no longer.
    """
    entry = _own(actor, entry_id)
    wanted = list_to_call(actor, entry.list_id)
    if wanted is None or not wanted.is_caller:
        raise EntryLost(_("You are not one of the callers of this list."))
    if wanted.call_list.closed_at is not None:
        raise EntryLost(_("This list is closed."))
    _keep(entry, wanted.call_list.lease_minutes, clock.now())
    return entry


def give_back(actor: Actor, *, entry_id: int) -> CallEntry:
    """Put an entry back that was not called: a promised callback to its time, everything else to its place.

    What the actor does not hold any more stays as it is, so that it may be repeated. Raises NotVisible.
    """
    entry = locked(CallEntry, actor, entry_id)
    if entry.state is EntryState.TAKEN and entry.taken_by_id == actor.staff_id:
        _let_go(entry, EntryState.WAITING if entry.callback_at is None else EntryState.CALLBACK)
        _record(actor, entry, "call_entry.given_back")
    return entry


def finish_entry(
    actor: Actor,
    entry: CallEntry,
    *,
    outcome: str,
    contact_id: int | None,
    callback_at: datetime | None = None,
    script_version_id: int | None = None,
) -> CallEntry:
    """A call is over. ``outcome``: a code of the picklist contact_outcome, ``contact_id`` what was written down of it.

    With ``callback_at`` the same caller gets the entry again at that time, after a day anybody. Nobody answered:
    anybody gets it in some hours, as often as the list says. Else it is done. Raises NotVisible, EntryLost, and
    DomainError (field ``callback_at``) when a call back was wished for and nobody said when.
    """
    entry = _own(actor, entry.id)
    if outcome == CALLBACK_REQUESTED and callback_at is None:
        raise DomainError(_("Say when they are to be called back."), field="callback_at")
    now = clock.now()
    entry.attempts += 1
    entry.outcome, entry.contact_id, entry.script_version_id = outcome, contact_id, script_version_id
    entry.done_at, entry.done_by_id, entry.reason = now, actor.staff_id, None
    entry.first_called_at = entry.first_called_at or now
    entry.callback_for_id = actor.staff_id if callback_at is not None else None
    if callback_at is None and outcome == NO_ANSWER and entry.attempts < entry.call_list.most_attempts:
        callback_at = now + TRY_AGAIN_AFTER
    entry.callback_at = callback_at
    _let_go(entry, EntryState.DONE if callback_at is None else EntryState.CALLBACK)
    _record(actor, entry, "call_entry.finished")
    return entry


def _list_of(actor: Actor, list_id: int) -> ListToCall:
    """The list, if the actor calls from it. Raises NotVisible, NotAllowed."""
    wanted = list_to_call(actor, list_id)
    if wanted is None:
        raise NotVisible("Not found, or not visible to you.")
    if not wanted.is_caller:
        raise NotAllowed(_("You are not one of the callers of this list."))
    return wanted


def _own(actor: Actor, entry_id: int) -> CallEntry:
    entry = locked(CallEntry, actor, entry_id)
    if entry.state is not EntryState.TAKEN or entry.taken_by_id != actor.staff_id:
        raise EntryLost(_("This call is not yours any more: it was quiet for too long, and went back to the list."))
    return entry


def _hold(actor: Actor, entry: CallEntry, minutes: int, now: datetime) -> None:
    entry.state, entry.taken_by_id = EntryState.TAKEN, actor.staff_id
    _keep(entry, minutes, now)
    _record(actor, entry, "call_entry.taken")


def _keep(entry: CallEntry, minutes: int, now: datetime) -> None:
    entry.taken_until = now + timedelta(minutes=minutes)


def _let_go(entry: CallEntry, state: EntryState) -> None:
    entry.state, entry.taken_by_id, entry.taken_until = state, None, None


def _leave_out(actor: Actor, entry: CallEntry, reason: LeftOut) -> None:
    _let_go(entry, EntryState.LEFT_OUT)
    entry.reason = reason
    # The next candidate is read from the database.
    current_session().flush()
    _record(actor, entry, "call_entry.left_out")


def _record(actor: Actor, entry: CallEntry, action: str) -> None:
    record(actor, action, subject_type="call_entry", subject_id=entry.id, details={"call_list_id": entry.list_id})
