"""Entries follow when two employers are found to be one, and come back."""

from crm.db import transaction
from outreach.lists.merging import merge_entries
from tests.outreach_lists.room import Room


def test_entries_follow_unless_the_list_holds_both_and_undoing_brings_them_back(room: Room) -> None:
    kept, gone = room.employer("Alm"), room.employer("Alm AB")
    both = room.call_list()
    other = room.call_list(name="Other")
    room.world.session.delete(room.entries(other)[0])
    room.world.session.commit()
    with transaction():
        memory = merge_entries.merge(room.manager, kept.id, gone.id)
    assert [each.employer_id for each in room.entries(other)] == [kept.id]
    assert {each.employer_id for each in room.entries(both)} == {kept.id, gone.id}
    with transaction():
        merge_entries.undo(room.manager, kept.id, gone.id, memory)
    assert [each.employer_id for each in room.entries(other)] == [gone.id]
