"""Next: callbacks that are due, what was abandoned, the list. Nobody who may not be called any more."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from crm import clock
from crm.actors import Actor
from crm.db import transaction
from crm.employers.models import Employer
from crm.errors import DomainError, NotAllowed, NotVisible
from outreach.lists.building import close_list, reopen_list
from outreach.lists.models import CallEntry, CallList, EntryState, LeftOut
from outreach.lists.services import EntryLost, Portion, extend_lease, finish_entry, give_back, next_entry, why_empty
from tests.outreach_lists.room import NOON, TODAY, Room

Jump = Callable[[datetime], None]
HOUR = timedelta(hours=1)


def take(actor: Actor, call_list: CallList) -> CallEntry | None:
    with transaction():
        return next_entry(actor, list_id=call_list.id)


def finish(
    actor: Actor, entry: CallEntry | None, outcome: str = "interested", callback_at: datetime | None = None
) -> None:
    assert entry is not None
    with transaction():
        finish_entry(actor, entry, outcome=outcome, contact_id=None, callback_at=callback_at)


def name(entry: CallEntry | None) -> str | None:
    return entry.employer.name if entry else None


@pytest.fixture
def three(room: Room) -> CallList:
    for each in ("Alm", "Berg", "Cedergren"):
        room.employer(each)
    return room.call_list()


def test_callers_get_one_after_another_and_whoever_asks_twice_gets_the_same(room: Room, three: CallList) -> None:
    assert [name(take(who, three)) for who in (room.caller, room.colleague, room.caller)] == ["Alm", "Berg", "Alm"]


def test_a_callback_that_is_due_comes_before_the_list_to_who_promised_it(
    room: Room, three: CallList, midsummer: Jump
) -> None:
    finish(room.caller, take(room.caller, three), "callback_requested", callback_at=NOON + HOUR)
    assert name(take(room.caller, three)) == "Berg"
    finish(room.caller, take(room.caller, three))
    midsummer(NOON + HOUR)
    assert name(take(room.colleague, three)) == "Cedergren", "the colleague has not promised it"
    assert name(take(room.caller, three)) == "Alm"


def test_a_day_after_its_time_anybody_gets_a_callback(room: Room, three: CallList, midsummer: Jump) -> None:
    finish(room.caller, take(room.caller, three), "callback_requested", callback_at=NOON + HOUR)
    midsummer(NOON + HOUR + timedelta(days=1))
    assert name(take(room.colleague, three)) == "Alm"


def test_an_abandoned_call_returns_after_its_lease_and_not_before(room: Room, three: CallList, midsummer: Jump) -> None:
    take(room.caller, three)
    midsummer(NOON + timedelta(minutes=20))
    assert name(take(room.colleague, three)) == "Berg"
    with transaction():
        give_back(room.colleague, entry_id=room.entries(three)[1].id)
    midsummer(NOON + timedelta(minutes=20, seconds=1))
    assert name(take(room.colleague, three)) == "Alm"


def test_an_abandoned_callback_comes_back_as_one(room: Room, three: CallList, midsummer: Jump) -> None:
    finish(room.caller, take(room.caller, three), "callback_requested", callback_at=NOON)
    entry = take(room.caller, three)
    assert name(entry) == "Alm"
    with transaction():
        give_back(room.caller, entry_id=entry.id if entry else 0)
    assert room.entries(three)[0].state is EntryState.CALLBACK


def test_who_is_still_at_it_keeps_the_call_and_who_lost_it_is_told(
    room: Room, three: CallList, midsummer: Jump
) -> None:
    entry = take(room.caller, three)
    assert entry is not None
    midsummer(NOON + timedelta(minutes=19))
    with transaction():
        extend_lease(room.caller, entry_id=entry.id)
    midsummer(NOON + timedelta(minutes=38))
    assert name(take(room.colleague, three)) == "Berg"
    finish(room.colleague, take(room.colleague, three))
    midsummer(NOON + timedelta(minutes=60))
    assert name(take(room.colleague, three)) == "Alm"
    with pytest.raises(EntryLost), transaction():
        extend_lease(room.caller, entry_id=entry.id)
    with pytest.raises(EntryLost):
        finish(room.caller, entry)


def test_nobody_keeps_what_a_colleague_holds_what_is_of_a_closed_list_or_of_one_that_is_not_theirs_to_call(
    room: Room, three: CallList, midsummer: Jump
) -> None:
    entry = take(room.caller, three)
    assert entry is not None
    entry_id, until = entry.id, entry.taken_until
    midsummer(NOON + timedelta(minutes=5))
    for other, refusal in ((room.colleague, EntryLost), (room.stranger, NotVisible)):
        with pytest.raises(refusal), transaction():
            extend_lease(other, entry_id=entry_id)
    with transaction():
        close_list(room.manager, list_id=three.id)
    with pytest.raises(EntryLost, match="closed"), transaction():
        extend_lease(room.caller, entry_id=entry_id)
    with transaction():
        reopen_list(room.manager, list_id=three.id)
        held = room.world.session.get_one(CallEntry, entry_id)
        held.call_list.callers = [each for each in held.call_list.callers if each.staff_id != room.caller.staff_id]
    with pytest.raises(EntryLost, match="not one of the callers"), transaction():
        extend_lease(room.caller, entry_id=entry_id)
    assert room.entries(three)[0].taken_until == until


def test_many_who_may_not_be_called_any_more_are_left_out_portion_by_portion(room: Room) -> None:
    room.employers(5)
    call_list = room.call_list()
    room.world.session.execute(update(Employer).where(Employer.name != "Employer 00004").values(do_not_contact=True))
    room.world.session.commit()
    left = []
    for _each in range(3):
        portion = Portion(most=2)
        with transaction():
            entry = next_entry(room.caller, list_id=call_list.id, portion=portion)
        room.world.session.rollback()  # Whoever dies here has kept what is behind them.
        left.append((portion.left_out, sum(each.state is EntryState.LEFT_OUT for each in room.entries(call_list))))
    assert left == [(2, 2), (2, 4), (0, 4)]
    assert name(entry) == "Employer 00004"


def test_nobody_answers_three_times_and_then_it_is_done(room: Room, midsummer: Jump) -> None:
    room.employer("Alm")
    call_list = room.call_list()
    for number in range(3):
        midsummer(NOON + number * timedelta(hours=5))
        finish(room.caller, take(room.caller, call_list), "no_answer")
    entry = room.entries(call_list)[0]
    assert (entry.state, entry.attempts, entry.outcome) == (EntryState.DONE, 3, "no_answer")


def test_somebody_who_wants_a_call_back_says_when(room: Room, three: CallList) -> None:
    with pytest.raises(DomainError) as refused:
        finish(room.caller, take(room.caller, three), "callback_requested")
    assert refused.value.field == "callback_at"


def test_blocks_and_the_cooldown_are_asked_again_when_the_turn_comes(room: Room) -> None:
    blocked, met, marked, gone, silent, left = (room.employer(each) for each in "ABCDEF")
    call_list = room.call_list()
    blocked.do_not_contact = True
    room.contact(met, TODAY)
    marked.advertising_block = True
    gone.archived_at = clock.now()
    silent.phone = None
    room.world.session.commit()
    assert name(take(room.caller, call_list)) == "F"
    assert left.id
    assert [each.reason for each in room.entries(call_list)] == [
        LeftOut.DO_NOT_CONTACT, LeftOut.COOLDOWN, LeftOut.ADVERTISING_BLOCK, LeftOut.GONE, LeftOut.NO_NUMBER, None,
    ]  # fmt: skip


def test_an_agreed_callback_is_made_however_recent_the_talk_was(room: Room, three: CallList, midsummer: Jump) -> None:
    entry = take(room.caller, three)
    assert entry is not None
    room.contact(entry.employer, TODAY, outcome="callback_requested")
    finish(room.caller, room.entries(three)[0], "callback_requested", callback_at=NOON)
    assert name(take(room.caller, three)) == "Alm"


def test_a_person_who_does_not_want_to_be_called_any_more_is_replaced(room: Room) -> None:
    employer = room.employer("Alm")
    first = room.world.contact_person(employer, "Eva Sjöström", phone="+46701234567")
    call_list = room.call_list()
    other = room.world.contact_person(employer, "Bo Ek", phone="+46701234568")
    first.do_not_call = True
    room.world.session.commit()
    entry = take(room.caller, call_list)
    assert entry is not None
    assert entry.person_id == other.id


def test_an_employer_who_is_being_called_from_another_list_is_passed_over(room: Room, three: CallList) -> None:
    other = room.call_list(name="Another list")
    assert name(take(room.caller, three)) == "Alm"
    assert name(take(room.colleague, other)) == "Berg"
    assert room.entries(other)[0].state is EntryState.WAITING


def test_only_callers_get_somebody(room: Room, three: CallList) -> None:
    with pytest.raises(NotAllowed):
        take(room.manager, three)


def test_an_empty_list_says_why_and_when_the_next_callback_is(room: Room, midsummer: Jump) -> None:
    for each in ("Alm", "Berg", "Cedergren", "Dahl"):
        room.employer(each)
    room.employer("Eken", do_not_contact=True)
    call_list = room.call_list()
    finish(room.caller, take(room.caller, call_list))
    finish(room.caller, take(room.caller, call_list), "callback_requested", callback_at=NOON + 2 * HOUR)
    finish(room.colleague, take(room.colleague, call_list), "callback_requested", callback_at=NOON + HOUR)
    take(room.colleague, call_list)
    assert take(room.caller, call_list) is None
    why = why_empty(room.caller, call_list.id)
    assert (why.total, why.waiting, why.taken, why.callbacks, why.done) == (5, 0, 1, 2, 1)
    assert why.left_out == {LeftOut.DO_NOT_CONTACT: 1}
    assert (why.next_callback_at, why.promised_at) == (NOON + 2 * HOUR, NOON + HOUR)
    assert why.promised_by == "Ali Hassan"
