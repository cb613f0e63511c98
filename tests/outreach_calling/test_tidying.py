"""A call that nobody closes is not kept for ever."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete

from crm.db import current_session, transaction
from crm.employers.models import Employer
from outreach.calling.models import Call
from outreach.calling.services.drafts import Draft, keep_draft
from outreach.calling.tidying import KEPT_FOR, throw_abandoned_away
from outreach.lists.models import CallEntry, EntryState
from tests.outreach_calling.desk import NOON, Desk, count

A_DAY = timedelta(days=1)


def type_in(desk: Desk, call_id: int, note: str) -> None:
    draft = Draft(version=1, note=note, place="check", tab="A", number=len(note))
    with transaction():
        keep_draft(desk.caller, call_id=call_id, draft=draft)


def test_what_was_typed_in_a_call_that_nobody_closed_is_gone_after_sixty_days(
    desk: Desk, a_tuesday: Callable[..., None]
) -> None:
    call_id = desk.next()
    type_in(desk, call_id, "Eva will be on leave")
    a_tuesday(NOON + KEPT_FOR)
    assert throw_abandoned_away() == "0 thrown away"
    assert desk.call(call_id).note == "Eva will be on leave"
    current_session().rollback()
    a_tuesday(NOON + KEPT_FOR + A_DAY)
    assert (throw_abandoned_away(), throw_abandoned_away()) == ("1 thrown away", "0 thrown away")
    assert count(Call) == 0
    assert desk.call(desk.next()).note == "", "the list gives the employer anew"


def test_who_still_types_keeps_the_call_and_one_that_was_closed_stays_to_be_counted(
    desk: Desk, a_tuesday: Callable[..., None]
) -> None:
    desk.close(desk.begin(), "declined", nothing_planned=True)
    call_id = desk.begin()
    a_tuesday(NOON + KEPT_FOR - A_DAY)
    type_in(desk, call_id, "Hello")
    a_tuesday(NOON + KEPT_FOR + A_DAY)
    throw_abandoned_away()
    assert count(Call) == 2
    assert desk.call(call_id).note == "Hello"


def test_an_employer_that_is_erased_takes_what_was_typed_along(desk: Desk) -> None:
    type_in(desk, desk.next(), "Hello")
    current_session().execute(delete(Employer).where(Employer.id == desk.employer_id))
    current_session().commit()
    assert (count(Call), count(CallEntry, CallEntry.state == EntryState.TAKEN)) == (0, 0)
