"""Closing a call: one save for contact, fields, tasks, stage, mail, opt-out, referral and the entry of the list."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.accounts.models import Unit
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.employers.fields import ContactFields, NextStep, PersonFields
from crm.employers.models import Contact, Employer
from crm.employers.services import add_contact_person, log_contact
from crm.errors import DomainError, EditConflict, NotVisible
from outreach.calling.models import Call
from outreach.calling.services.carrying import (
    Saving,
    add_steps,
    book_visits,
    keep_experience,
    keep_referral,
    keep_refusal,
    move_stage,
    send_sheet,
)
from outreach.calling.services.drafts import walk_of
from outreach.calling.services.outcome import Closed, Closing
from outreach.calling.services.plans import MORNING, NOT_CALLED, Planned, as_chosen, planned
from outreach.calling.services.settling import settle_promise, settle_ticked
from outreach.lists.models import CallEntry
from outreach.lists.services import CALLBACK_REQUESTED, NO_ANSWER, EntryLost, finish_entry
from outreach.scripts.effects import BookVisit, Effect, Field
from outreach.scripts.messages import FIELDS, sentence
from outreach.scripts.problems import WalkError
from outreach.scripts.results import Result, close

_LOOSE = (Field.CONTACT_PERSON, Field.NEEDS_TEXT, Field.DECLINE_REASON)
"""What is noted in words and has no field of its own: it stands in the note of the contact."""
_MISSING = {"outcome": "outcome", "next_step": "next_when"}


def close_call(actor: Actor, *, call_id: int, closing: Closing) -> Closed:
    """Save everything that a call has come to, at once or not at all. Closing it twice writes nothing twice.

    A call needs an outcome and a next step (requirement S2-8). Raises NotVisible, EditConflict when it has gone on in
    another window, and DomainError with the field of the form that puts it right; nothing is written then.
    """
    call = locked(Call, actor, call_id)
    if call.ended_at is not None:
        return _closed(call, was_closed=True)
    if closing.version is not None and closing.version != call.version_id:
        raise EditConflict(
            _("This call has gone on in another window. Compare the note, and go on from here."),
            current={"note": call.note},
        )
    found = _result(call, closing)
    assert found.outcome is not None, "nothing is closed without"
    effects = as_chosen(found.effects, found.outcome)
    employer = locked(Employer, actor, call.employer_id)
    unit = current_session().get_one(Unit, call.unit_id)
    plans = planned(effects, found.outcome, unit, on=closing.open_day)
    call.note = closing.note
    if _is_blocked(employer) and found.outcome == NOT_CALLED:
        lost = _finish(actor, call, plans, found.outcome, contact_id=None)
        return _end(actor, call, found, contact_id=None, entry_lost=lost)
    person_id = _person(actor, call, closing)
    steps = [each.as_step() for each in _tasks(call, plans, found.outcome)] + (
        [closing.next_step] if closing.next_step else []
    )
    contact = _write(actor, call, replace(closing, person_id=person_id), found, steps)
    saving = Saving(actor, call, unit, closing, found.fields, contact.id, person_id)
    _carry_out(saving, effects, plans, steps)
    settle_promise(actor, call)
    settle_ticked(actor, call, closing.done_tasks)
    lost = _finish(actor, call, plans, found.outcome, contact_id=contact.id, closing=closing)
    return _end(actor, call, found, contact_id=contact.id, entry_lost=lost)


def _carry_out(saving: Saving, effects: Sequence[Effect], plans: Sequence[Planned], steps: Sequence[NextStep]) -> None:
    keep_experience(saving, plans)
    add_steps(saving, steps[1:])
    book_visits(saving, plans)
    move_stage(saving, effects)
    send_sheet(saving, effects)
    keep_referral(saving, effects)
    # Last: who wants no contact is written to first, and not after it.
    keep_refusal(saving, effects)


def _result(call: Call, closing: Closing) -> Result:
    said = "-" if closing.nothing_planned else closing.next_step.text or "-" if closing.next_step else None
    try:
        return close(walk_of(call), outcome=closing.outcome, next_step=said)
    except WalkError as error:
        values = error.problem.values
        first = str(values.get("missing", values.get("field", ""))).split(", ")[0]
        field = _MISSING.get(first, "outcome" if error.problem.code == "unknown_outcome" else None)
        raise DomainError(sentence(error.problem), field=field) from error


def _is_blocked(employer: Employer) -> bool:
    return employer.do_not_contact or employer.advertising_block


def _person(actor: Actor, call: Call, closing: Closing) -> int | None:
    """Who was spoken to; somebody new is written down first."""
    if closing.new_person is None:
        return closing.person_id
    new = closing.new_person
    fields = PersonFields(name=new.name, phone=new.phone, email=new.email, country=call.employer.country)
    try:
        return add_contact_person(actor, employer_id=call.employer_id, fields=fields).id
    except DomainError as error:
        raise DomainError(error.message, field=f"new_{error.field}" if error.field else "new_name") from error


def _tasks(call: Call, plans: Sequence[Planned], outcome: str) -> list[Planned]:
    """Which of the plans become tasks. A list remembers by itself whom to call again, unless a time was promised."""
    return [each for each in plans if not (each.is_repair or _is_booked(each) or _is_the_lists(call, each, outcome))]


def _is_booked(plan: Planned) -> bool:
    """Whether it becomes a visit, which has a task of its own."""
    return isinstance(plan.effect, BookVisit) and plan.at is not None


def _is_the_lists(call: Call, plan: Planned, outcome: str) -> bool:
    """Whether the list alone remembers it. Who has asked to be called back is promised something: that is a task."""
    return call.entry_id is not None and plan.is_callback and plan.at is None and outcome != CALLBACK_REQUESTED


def _write(actor: Actor, call: Call, closing: Closing, found: Result, steps: Sequence[NextStep]) -> Contact:
    return log_contact(
        actor,
        employer_id=call.employer_id,
        fields=ContactFields(
            channel="phone",
            on_date=clock.today(call.unit.time_zone),
            outcome=str(found.outcome),
            note=_note(closing.note, found) or None,
            basis=closing.basis,
            person_ids=frozenset({closing.person_id}) if closing.person_id else frozenset(),
            submission_key=call.submission_key,
        ),
        next_step=steps[0] if steps else None,
        unit_id=call.unit_id,
    )


def _note(note: str, found: Result) -> str:
    words = [f"{FIELDS[name]}: {found.fields[name]}" for name in _LOOSE if found.fields.get(name)]
    return "\n".join(filter(None, (note.strip(), *words)))


def _finish(
    actor: Actor,
    call: Call,
    plans: Sequence[Planned],
    outcome: str,
    *,
    contact_id: int | None,
    closing: Closing | None = None,
) -> bool:
    """Finish the entry of the list. True when somebody else has it by now, or the actor calls from the list no longer:
    the contact stands all the same."""
    entry: CallEntry | None = call.entry
    if entry is None:
        return False
    at = _again_at(call, plans, outcome, closing)
    try:
        finish_entry(
            actor, entry, outcome=outcome, contact_id=contact_id, callback_at=at,
            script_version_id=call.script_version_id,
        )  # fmt: skip
    except (EntryLost, NotVisible):
        return True
    except DomainError as error:
        raise DomainError(error.message, field="open_day" if error.field == "callback_at" else error.field) from error
    return False


def _again_at(call: Call, plans: Sequence[Planned], outcome: str, closing: Closing | None) -> datetime | None:
    """When the entry comes up again. Where nobody answered the list knows that itself, unless a time was agreed."""
    again = next((each for each in plans if each.is_callback), None)
    zone = call.unit.time_zone
    if again is not None:
        return again.instant(zone) if again.at or outcome != NO_ANSWER else None
    if outcome == CALLBACK_REQUESTED and closing is not None and closing.next_step is not None:
        return clock.local_instant(closing.next_step.due_on, MORNING, zone)
    return None


def _end(actor: Actor, call: Call, found: Result, *, contact_id: int | None, entry_lost: bool) -> Closed:
    call.ended_at = call.saved_at = clock.now()
    call.outcome, call.contact_id = found.outcome, contact_id
    # What was typed stands with the contact now; here only the way stays.
    call.note, call.fields, call.draft_tab = "", {}, ""
    call.walk = {**call.walk, "steps": [_bare(step) for step in call.walk["steps"]], "here": _bare(call.walk["here"])}
    call.version_id += 1
    record(
        actor, "outreach_call.closed", subject_type="employer", subject_id=call.employer_id, unit_id=call.unit_id,
        details={"contact_id": contact_id},
    )  # fmt: skip
    return _closed(call, entry_lost=entry_lost)


def _bare(step: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in step.items() if name in ("node", "answer")}


def _closed(call: Call, *, entry_lost: bool = False, was_closed: bool = False) -> Closed:
    list_id = call.entry.list_id if call.entry is not None else None
    return Closed(call.public_id, call.contact_id, list_id, entry_lost, was_closed)
