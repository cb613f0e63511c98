"""Making a list: who is called, who is left out and why, and changing it."""

from datetime import timedelta
from typing import Any

import pytest

from crm import clock
from crm.db import transaction
from crm.employers.list_queries import EmployerFilter
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from outreach.lists.building import build_list, change_list, close_list, reopen_list
from outreach.lists.models import CallListCaller, EntryState, LeftOut
from outreach.lists.services import next_entry
from tests.outreach_lists.room import TODAY, Room


def reasons(room: Room) -> dict[str, LeftOut | None]:
    return {each.employer.name: each.reason for each in room.entries(room.call_list())}


def test_a_list_holds_what_the_view_shows_in_its_order_and_names_who_is_asked_for(room: Room) -> None:
    second, first = room.employer("Berg AB"), room.employer("Alm AB")
    room.employer("Elsewhere AB", municipality="Kil")
    person = room.world.contact_person(second, "Eva Sjöström", phone="+46701234567")
    call_list = room.call_list(EmployerFilter(municipality="Osby"))
    entries = room.entries(call_list)
    assert [each.employer_id for each in entries] == [first.id, second.id]
    assert [each.person_id for each in entries] == [None, person.id]
    assert {each.state for each in entries} == {EntryState.WAITING}


def test_each_employer_that_is_not_called_is_left_out_with_its_reason(room: Room) -> None:
    room.employer("Called")
    room.employer("Wants nothing", do_not_contact=True)
    room.employer("No advertising", advertising_block=True)
    room.employer("No number", phone=None)
    unit = room.world.session.get_one(type(room.world.unit()), room.unit_id)
    room.world.relationship(room.employer("Bad start"), unit, prior_experience="bad")
    room.contact(room.employer("Met lately"), TODAY - timedelta(days=29))
    room.contact(room.employer("Met long ago"), TODAY - timedelta(days=30))
    room.contact(room.employer("Did not answer"), TODAY, outcome="no_answer")
    room.contact(room.employer("Got a letter"), TODAY, channel="letter")
    room.world.relationship(room.employer("Theirs"), room.world.unit("Kil two"))
    assert reasons(room) == {
        "Called": None,
        "Wants nothing": LeftOut.DO_NOT_CONTACT,
        "No advertising": LeftOut.ADVERTISING_BLOCK,
        "No number": LeftOut.NO_NUMBER,
        "Bad start": LeftOut.BAD_EXPERIENCE,
        "Met lately": LeftOut.COOLDOWN,
        "Met long ago": None,
        "Did not answer": None,
        "Got a letter": None,
        "Theirs": LeftOut.OTHER_UNIT,
    }


def test_a_talk_of_another_unit_counts_as_recent_too_and_a_removed_one_does_not(room: Room) -> None:
    room.contact(room.employer("Theirs"), TODAY, unit_id=room.stranger.unit_id)
    room.contact(room.employer("Removed"), TODAY, archived_at=clock.now())
    assert reasons(room) == {"Theirs": LeftOut.COOLDOWN, "Removed": None}


def test_a_person_or_a_workplace_may_have_the_number_unless_they_do_not_want_to_be_called(room: Room) -> None:
    with_person = room.employer("With a person", phone=None)
    room.world.contact_person(with_person, phone="+46701234567")
    silent = room.employer("Not to be called", phone=None)
    room.world.contact_person(silent, phone="+46701234568", do_not_call=True)
    found = {each.employer.name: (each.reason, each.person_id) for each in room.entries(room.call_list())}
    assert found["With a person"][0] is None
    assert found["With a person"][1] is not None
    assert found["Not to be called"] == (LeftOut.NO_NUMBER, None)


def test_the_same_form_sent_twice_makes_one_list(room: Room) -> None:
    room.employer()
    made = set()
    for _each in range(2):
        with transaction():
            made.add(
                build_list(
                    room.manager, unit_id=room.unit_id, given=room.fields(), filters=EmployerFilter(), view_query="",
                    submission_key="once",
                ).id
            )  # fmt: skip
    assert len(made) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"script_id": 999}, "script_id"),
        ({"caller_ids": frozenset()}, "caller_ids"),
        ({"caller_ids": frozenset({999})}, "caller_ids"),
        ({"target": 0}, "target"),
    ],
)
def test_a_list_that_cannot_be_is_refused(room: Room, values: dict[str, Any], field: str) -> None:
    room.employer()
    with pytest.raises(DomainError) as refused:
        room.call_list(**values)
    assert refused.value.field == field


def test_an_empty_view_makes_no_list(room: Room) -> None:
    with pytest.raises(DomainError):
        room.call_list(EmployerFilter(text="nobody"))


def test_two_who_change_a_list_at_once_meet_the_difference(room: Room) -> None:
    room.employer()
    call_list = room.call_list()
    with transaction():
        change_list(room.manager, list_id=call_list.id, version=1, given=room.fields(target=20))
    with pytest.raises(EditConflict), transaction():
        change_list(room.manager, list_id=call_list.id, version=1, given=room.fields(target=30))


def test_what_somebody_holds_who_calls_no_longer_is_free_at_once(room: Room) -> None:
    room.employer()
    call_list = room.call_list()
    with transaction():
        held = next_entry(room.caller, list_id=call_list.id)
    assert held is not None
    rest = frozenset({room.colleague.staff_id or 0})
    with transaction():
        change_list(room.manager, list_id=call_list.id, version=None, given=room.fields(caller_ids=rest))
    with clock.travelling(clock.now() + timedelta(seconds=1)), transaction():
        assert next_entry(room.colleague, list_id=call_list.id) is not None


def test_nobody_gets_anybody_from_a_closed_list_until_it_is_opened_again(room: Room) -> None:
    room.employer()
    call_list = room.call_list()
    with transaction():
        close_list(room.manager, list_id=call_list.id)
    with transaction():
        assert next_entry(room.caller, list_id=call_list.id) is None
    with transaction():
        reopen_list(room.manager, list_id=call_list.id)
    with transaction():
        assert next_entry(room.caller, list_id=call_list.id) is not None


def test_a_stranger_neither_sees_nor_closes_a_list_and_a_caller_from_elsewhere_only_calls(room: Room) -> None:
    room.employer()
    call_list = room.call_list()
    with pytest.raises(NotVisible), transaction():
        close_list(room.stranger, list_id=call_list.id)
    room.world.save(CallListCaller(list_id=call_list.id, staff_id=room.stranger.staff_id or 0))
    with pytest.raises(NotAllowed), transaction():
        close_list(room.stranger, list_id=call_list.id)
    with transaction():
        assert next_entry(room.stranger, list_id=call_list.id) is not None
