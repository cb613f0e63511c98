"""Single entries by hand, and taking it back."""

import pytest

from crm.db import transaction
from crm.errors import DomainError
from outreach.lists.entries import add_entry, leave_out, move_entry, put_back, put_first, undo_put_back
from outreach.lists.list_queries import progress_of
from outreach.lists.models import EntryState, LeftOut, Wanted
from outreach.lists.services import finish_entry, next_entry
from tests.outreach_lists.room import TODAY, Room


def test_leaving_out_and_putting_back_undo_each_other(room: Room) -> None:
    room.employer("Alm")
    call_list = room.call_list()
    entry = room.entries(call_list)[0]
    with transaction():
        leave_out(room.caller, entry_id=entry.id)
    assert room.entries(call_list)[0].reason is LeftOut.BY_HAND
    with transaction():
        put_back(room.caller, entry_id=entry.id)
    assert room.entries(call_list)[0].state is EntryState.WAITING
    with transaction():
        undo_put_back(room.caller, entry_id=entry.id)
    assert room.entries(call_list)[0].state is EntryState.LEFT_OUT


def test_who_was_met_lately_can_be_put_back_and_is_called_then(room: Room) -> None:
    room.contact(room.employer("Alm"), TODAY)
    call_list = room.call_list()
    with transaction():
        put_back(room.caller, entry_id=room.entries(call_list)[0].id)
    with transaction():
        assert next_entry(room.caller, list_id=call_list.id) is not None


@pytest.mark.parametrize("block", [{"do_not_contact": True}, {"advertising_block": True}, {"phone": None}])
def test_a_block_or_a_missing_number_holds(room: Room, block: dict[str, object]) -> None:
    room.employer("Alm", **block)
    call_list = room.call_list()
    with pytest.raises(DomainError), transaction():
        put_back(room.caller, entry_id=room.entries(call_list)[0].id)


def test_a_call_that_is_made_once_more_counts_again_only_when_it_is_done(room: Room) -> None:
    room.employer("Alm")
    call_list = room.call_list(wanted=Wanted.VISIT_BOOKED)
    with transaction():
        entry = next_entry(room.caller, list_id=call_list.id)
        assert entry is not None
        finish_entry(room.caller, entry, outcome="visit_booked", contact_id=None)
        entry_id = entry.id
    assert progress_of(room.caller, [call_list])[call_list.id].achieved == 1
    with transaction():
        put_back(room.caller, entry_id=entry_id)
    assert progress_of(room.caller, [call_list])[call_list.id].achieved == 0
    with transaction():
        undo_put_back(room.caller, entry_id=entry_id)
    assert progress_of(room.caller, [call_list])[call_list.id].achieved == 1


def test_who_asks_for_help_goes_to_the_top_and_comes_next(room: Room) -> None:
    room.employer("Alm")
    call_list = room.call_list()
    urgent, later = room.employer("Urgent"), room.employer("Later")
    with transaction():
        add_entry(room.caller, list_id=call_list.id, employer_id=later.id)
        add_entry(room.caller, list_id=call_list.id, employer_id=urgent.id, first=True)
    assert [each.employer.name for each in room.entries(call_list)] == ["Urgent", "Alm", "Later"]
    with transaction():
        before = put_first(room.caller, entry_id=room.entries(call_list)[2].id)
    assert [each.employer.name for each in room.entries(call_list)] == ["Later", "Urgent", "Alm"]
    with transaction():
        move_entry(room.caller, entry_id=room.entries(call_list)[0].id, position=before)
    assert [each.employer.name for each in room.entries(call_list)] == ["Urgent", "Alm", "Later"]


def test_an_employer_whom_a_call_named_stands_in_the_list_once_with_who_named_them(room: Room) -> None:
    room.employer("Alm")
    call_list = room.call_list()
    named = room.employer("Named", do_not_contact=True)
    source = room.entries(call_list)[0].id
    for _each in range(2):
        with transaction():
            add_entry(room.caller, list_id=call_list.id, employer_id=named.id, referred_by_id=source)
    entries = room.entries(call_list)
    assert len(entries) == 2
    assert (entries[1].referred_by_id, entries[1].reason) == (source, LeftOut.DO_NOT_CONTACT)
