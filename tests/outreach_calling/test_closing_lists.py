"""What a closed call leaves of its list, of the tasks before it, and of whoever has the entry by now."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from crm.db import current_session, transaction
from crm.employers.services.next_steps import KIND
from crm.errors import EditConflict
from crm.tasks.models import TaskState
from crm.tasks.queries import open_tasks_of_employer
from crm.tasks.services import add_task
from outreach.calling.models import Call
from outreach.calling.services.carrying import REFERRAL
from outreach.calling.services.closing import close_call
from outreach.calling.services.outcome import Closing
from outreach.calling.services.settling import MOST, tasks_to_tick
from outreach.calling.services.starting import discard_call
from outreach.lists.models import CallEntry, CallList, CallListCaller, EntryState
from tests.outreach_calling.desk import NOON, TODAY, Desk, contacts, count, tasks

AGREED = "2026-11-26T10:00"


def test_nobody_answered_leaves_no_task_because_the_list_tries_again(desk: Desk) -> None:
    call_id = desk.next()
    desk.walk(call_id, "go", "no_answer")
    desk.close(call_id)
    assert tasks() == []
    entry = current_session().scalars(select(CallEntry)).one()
    assert entry.state is EntryState.CALLBACK
    assert entry.callback_at == NOON + timedelta(hours=4)


def test_nobody_answered_outside_of_a_list_leaves_a_task_for_the_next_working_day(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, "go", "no_answer")
    desk.close(call_id)
    (task,) = tasks()
    assert (task.title[""], task.due_on) == ("Call them back", date(2026, 11, 25))


def test_the_promised_call_is_done_with_the_next_call(desk: Desk, a_tuesday: Callable[..., None]) -> None:
    call_id = desk.next()
    desk.walk(call_id, "go", "later", ("done", {"date_time": AGREED}), "done")
    desk.close(call_id)
    a_tuesday(NOON + timedelta(days=2))
    call_id = desk.next()
    desk.walk(call_id, "go", "yes", "next", "next", "good", "next", "no", "no", "done")
    desk.close(call_id, nothing_planned=True)
    assert [task.state for task in tasks()] == [TaskState.DONE]
    assert [each.outcome for each in contacts()] == ["callback_requested", "declined"]


def test_what_is_ticked_is_done_with_the_call_and_what_is_settled_elsewhere_is_not_asked_for(
    desk: Desk, a_tuesday: Callable[..., None]
) -> None:
    def plan(kind: str, ref: str | None = None) -> None:
        add_task(
            desk.caller, kind=kind, title={"en": kind}, due_on=TODAY, unit_id=desk.unit_id, source_ref=ref,
            owner_id=desk.caller.staff_id, employer_id=desk.employer_id,
        )  # fmt: skip

    call_id = desk.next()
    desk.walk(call_id, "go", "later", ("done", {"date_time": AGREED}), "done")
    desk.close(call_id)
    with transaction():
        plan(REFERRAL, "x")
        for each in range(MOST + 1):
            plan(f"test.{each}")
    a_tuesday(NOON + timedelta(days=2))
    call_id = desk.next()
    call = desk.call(call_id)
    offered = tasks_to_tick(call, open_tasks_of_employer(desk.caller, desk.employer_id))
    assert [row.task.kind for row in offered] == [f"test.{each}" for each in range(MOST)]
    ticked = frozenset({offered[0].task.public_id, offered[2].task.public_id, "closed-by-a-colleague"})
    desk.walk(call_id, "go", "yes", "next", "next", "good", "next", "no", "no", "done")
    desk.close(call_id, nothing_planned=True, done_tasks=ticked)
    done = [task.kind for task in tasks() if task.state is TaskState.DONE]
    assert done == [KIND, "test.0", "test.2"]


def test_somebody_else_has_the_entry_by_now_and_the_contact_stands_all_the_same(
    desk: Desk, a_tuesday: Callable[..., None]
) -> None:
    call_id = desk.next()
    desk.walk(call_id, "go", "no_answer")
    a_tuesday(NOON + timedelta(hours=1))
    other = desk.next(desk.colleague)
    assert other != call_id
    closed = desk.close(call_id)
    assert closed.entry_lost
    assert len(contacts()) == 1
    entry = current_session().scalars(select(CallEntry)).one()
    assert (entry.state, entry.taken_by_id) == (EntryState.TAKEN, desk.colleague.staff_id)


def test_a_page_that_is_behind_closes_nothing(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, "go", "no_answer")
    version = desk.call(call_id).version_id
    current_session().rollback()
    with pytest.raises(EditConflict), transaction():
        close_call(desk.caller, call_id=call_id, closing=Closing("no_answer", version=version - 1))
    assert contacts() == []
    assert count(Call, Call.ended_at.is_(None)) == 1


def test_who_calls_from_the_list_no_longer_types_on_and_closes_the_call(desk: Desk) -> None:
    call_id = desk.next()
    elsewhere = desk.world.unit("Växjö")
    with transaction() as session:
        session.execute(delete(CallListCaller))
        session.execute(update(CallList).values(unit_id=elsewhere.id))
    desk.walk(call_id, "go", "no_answer")
    assert desk.close(call_id).entry_lost
    assert len(contacts()) == 1


def test_who_calls_from_the_list_no_longer_can_throw_the_call_away(desk: Desk) -> None:
    call_id = desk.next()
    elsewhere = desk.world.unit("Växjö")
    with transaction() as session:
        session.execute(delete(CallListCaller))
        session.execute(update(CallList).values(unit_id=elsewhere.id))
    with transaction():
        discard_call(desk.caller, call_id=call_id)
    assert count(Call) == 0
