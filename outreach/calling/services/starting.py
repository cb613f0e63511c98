"""Beginning a call, with the next one of a list or with an employer of one's choice; and throwing one away."""

import secrets
from contextlib import suppress

from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.scopes import locked, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.approach import closed_to
from crm.employers.models import Employer, Position
from crm.errors import DomainError, NotAllowed, NotVisible
from outreach.calling.models import Call
from outreach.calling.queries import open_call_with
from outreach.lists.models import CallEntry, EntryState
from outreach.lists.services import Portion, give_back, next_entry
from outreach.scripts.keeping import walk_to_json
from outreach.scripts.models import CallScript, CallScriptVersion
from outreach.scripts.published import newest_version, script_in
from outreach.scripts.walking import begin


def call_next(actor: Actor, *, list_id: int, portion: Portion | None = None) -> Call | None:
    """Take the next one of a list and begin the call, or go on with the one that is not closed. None: nobody is left.

    May be repeated: whoever has not closed a call gets the same one again. ``portion`` and what is raised: see
    ``next_entry``.
    """
    entry = next_entry(actor, list_id=list_id, portion=portion)
    return None if entry is None else call_entry(actor, entry_id=entry.id)


def call_entry(actor: Actor, *, entry_id: int) -> Call:
    """Begin the call of an entry that the actor has taken, or go on with it. May be repeated.

    Raises NotVisible, NotAllowed for an entry that somebody else holds, DomainError without a published script.
    """
    entry = locked(CallEntry, actor, entry_id)
    if entry.state is not EntryState.TAKEN or entry.taken_by_id != actor.staff_id:
        raise NotAllowed(_("Take the call from the list first."))
    there = open_call_with(actor, entry.employer_id)
    if there is not None:
        # Also one that was begun outside of the list: nobody speaks twice with the same employer at once.
        if there.entry_id is not None and there.entry_id != entry.id:
            # The other list need not wait for its lease.
            _put_back(actor, there.entry_id)
        there.entry_id, there.person_id = entry.id, there.person_id or entry.person_id
        return there
    unit_id = entry.call_list.unit_id if entry.call_list.unit_id in actor.unit_ids else None
    return _begin(
        actor, employer_id=entry.employer_id, script_id=entry.call_list.script_id, person_id=entry.person_id,
        unit_id=unit_id, entry_id=entry.id,
    )  # fmt: skip


def call_employer(actor: Actor, *, employer_id: int, script_id: int, person_id: int | None = None) -> Call:
    """Begin a call outside of any list, or go on with the one to this employer that is not closed. May be repeated.

    Raises NotVisible, and DomainError where they may not be called, or without a published script.
    """
    employer = locked(Employer, actor, employer_id)
    there = open_call_with(actor, employer.id)
    if there is not None:
        return there
    if employer.archived_at is not None:
        raise DomainError(_("The employer is archived."))
    if closed_to(actor, [employer]):
        raise DomainError(_("They have a block. Log the contact on their page, with the reason that holds."))
    if current_session().scalar(visible(CallScript, actor).where(CallScript.id == script_id)) is None:
        raise NotVisible("Not found, or not visible to you.")
    return _begin(
        actor, employer_id=employer.id, script_id=script_id, person_id=_there(actor, employer.id, person_id),
        unit_id=None, entry_id=None,
    )  # fmt: skip


def discard_call(actor: Actor, *, call_id: int) -> None:
    """Throw a call away that was not made; its entry goes back to the list. Raises NotVisible, DomainError."""
    call = locked(Call, actor, call_id)
    if call.ended_at is not None:
        raise DomainError(_("This call is closed."))
    if call.entry_id is not None:
        _put_back(actor, call.entry_id)
    record(actor, "outreach_call.discarded", subject_type="employer", subject_id=call.employer_id, unit_id=call.unit_id)
    current_session().delete(call)


def _put_back(actor: Actor, entry_id: int) -> None:
    """Give an entry back. Who calls from its list no longer leaves it to its lease."""
    with suppress(NotVisible):
        give_back(actor, entry_id=entry_id)


def _begin(
    actor: Actor, *, employer_id: int, script_id: int, person_id: int | None, unit_id: int | None, entry_id: int | None
) -> Call:
    version = _published(script_id)
    wanted = actor.unit_id if unit_id is None else unit_id
    if wanted is None or actor.staff_id is None:
        raise NotAllowed(_("Choose one of your own units."))
    now, session = clock.now(), current_session()
    call = Call(
        entry_id=entry_id, employer_id=employer_id, person_id=person_id, unit_id=wanted, staff_id=actor.staff_id,
        script_version_id=version.id, language=session.get_one(Unit, wanted).language,
        walk=walk_to_json(begin(script_in(version.text))), note="", fields={},
        submission_key=f"call-{secrets.token_urlsafe(16)}", started_at=now, saved_at=now,
    )  # fmt: skip
    session.add(call)
    # The page of the call is named by the row.
    session.flush()
    record(actor, "outreach_call.begun", subject_type="employer", subject_id=employer_id, unit_id=wanted)
    return call


def _published(script_id: int) -> CallScriptVersion:
    version = newest_version(script_id)
    if version is None:
        raise DomainError(_("This script has no published version yet."))
    return version


def _there(actor: Actor, employer_id: int, person_id: int | None) -> int | None:
    """The person, if they work there and may be called."""
    if person_id is None:
        return None
    statement = visible(Position, actor).where(
        Position.employer_id == employer_id, Position.person_id == person_id, Position.left_on.is_(None)
    )
    position = current_session().scalar(statement)
    if position is None:
        raise NotVisible("Not found, or not visible to you.")
    return None if position.person.do_not_call else person_id
