"""What is typed during a call is kept, once, and nothing older replaces it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.employers.list_queries import EmployerFilter
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from outreach.calling.models import Call
from outreach.calling.queries import call_of, open_calls
from outreach.calling.services.drafts import (
    CLOSING,
    CallOver,
    Draft,
    answer_step,
    keep_draft,
    keep_typed,
    speak,
    step_back,
    walk_of,
)
from outreach.calling.services.starting import call_employer, call_entry, call_next, discard_call
from outreach.lists.building import build_list
from outreach.lists.fields import ListFields
from outreach.lists.models import CallEntry, EntryState
from tests.outreach_calling.desk import NOON, Desk, count, employer_of


def keep(desk: Desk, call_id: int, note: str, **values: object) -> Call:
    given: dict[str, object] = {"version": 1, "note": note, "place": "check", "tab": "A"}
    with transaction():
        return keep_draft(desk.caller, call_id=call_id, draft=Draft(**given | values))  # type: ignore[arg-type]


def test_what_is_typed_is_kept_and_an_older_letter_replaces_nothing(desk: Desk) -> None:
    call_id = desk.begin()
    keep(desk, call_id, "He", number=2)
    keep(desk, call_id, "Hello", number=5, base=2)
    keep(desk, call_id, "Hel", number=3, base=2)
    call = desk.call(call_id)
    assert (call.note, call.draft_number, call.draft_tab) == ("Hello", 5, "A")


def test_the_same_letter_twice_is_kept_once(desk: Desk) -> None:
    call_id = desk.begin()
    for _each in range(2):
        keep(desk, call_id, "Hello", number=5, fields={"needs_text": "x"})
    assert desk.call(call_id).draft_number == 5
    assert desk.call(call_id).fields == {"check": {"needs_text": "x"}}


def test_another_window_that_knows_nothing_of_the_note_does_not_replace_it(desk: Desk) -> None:
    call_id = desk.begin()
    keep(desk, call_id, "Hello", number=5)
    with pytest.raises(EditConflict) as error:
        keep(desk, call_id, "Something else", number=9, tab="B")
    assert error.value.current == {"note": "Hello"}
    assert desk.call(call_id).note == "Hello"
    keep(desk, call_id, "Hello again", number=9, base=5, tab="B")
    assert desk.call(call_id).note == "Hello again"
    with pytest.raises(EditConflict):
        keep(desk, call_id, "Hello?", number=6, base=5, tab="A")


def test_what_comes_after_the_step_was_answered_is_left_out(desk: Desk) -> None:
    call_id = desk.begin()
    keep(desk, call_id, "Hello", number=5)
    desk.walk(call_id, "go")
    with pytest.raises(EditConflict):
        keep(desk, call_id, "Hel", number=6)
    assert desk.call(call_id).note == "Hello"


def test_an_answer_pressed_twice_goes_on_once(desk: Desk) -> None:
    call_id = desk.begin()
    for _each in range(2):
        with transaction():
            answer_step(desk.caller, call_id=call_id, draft=Draft(1, "Hello", place="check"), key="go")
    call = desk.call(call_id)
    assert (call.version_id, call.walk["here"]["node"], len(call.walk["steps"])) == (2, "greet", 1)
    with pytest.raises(EditConflict), transaction():
        answer_step(desk.caller, call_id=call_id, draft=Draft(1, "Hello", place="check"), key="blocked")


def test_one_step_back_brings_back_what_was_noted_and_what_was_typed_stays(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, "go", "yes", "next", ("next", {"needs_text": "Two in the bakery"}))
    call = desk.call(call_id)
    draft = Draft(call.version_id, "note", {"prior_experience": "good"}, "experience", base=call.draft_number)
    current_session().rollback()
    with transaction():
        step_back(desk.caller, call_id=call_id, draft=draft)
    call = desk.call(call_id)
    assert walk_of(call).here == "needs"
    assert call.fields["needs"] == {"needs_text": "Two in the bakery"}
    assert call.fields["experience"] == {"prior_experience": "good"}
    assert call.note == "note"


def test_at_the_first_step_there_is_no_way_back(desk: Desk) -> None:
    call_id = desk.begin()
    with transaction():
        step_back(desk.caller, call_id=call_id, draft=Draft(1, "note", place="check"))
    assert (desk.call(call_id).version_id, desk.call(call_id).note) == (1, "note")


def test_a_field_that_is_missing_is_named_and_what_was_typed_can_be_kept(desk: Desk) -> None:
    call_id = desk.begin()
    desk.walk(call_id, "go", "later")
    draft = Draft(3, "note", {"date_time": ""}, "callback", base=desk.call(call_id).draft_number)
    current_session().rollback()
    with pytest.raises(DomainError) as error, transaction():
        answer_step(desk.caller, call_id=call_id, draft=draft, key="done")
    assert error.value.field == "date_time"
    with transaction():
        keep_typed(desk.caller, call_id=call_id, draft=draft)
    assert desk.call(call_id).note == "note"


def test_a_closed_call_takes_nothing_more(desk: Desk) -> None:
    call_id = desk.begin()
    desk.close(call_id, "no_answer", nothing_planned=True)
    with pytest.raises(CallOver):
        keep(desk, call_id, "late", number=9, version=2, base=0)
    with pytest.raises(CallOver), transaction():
        answer_step(desk.caller, call_id=call_id, draft=Draft(2, place="check"), key="go")


def test_typing_keeps_the_entry_and_silence_gives_it_back_to_the_list(
    desk: Desk, a_tuesday: Callable[..., None]
) -> None:
    call_id = desk.next()
    a_tuesday(NOON + timedelta(minutes=15))
    keep(desk, call_id, "Hello", number=1)
    a_tuesday(NOON + timedelta(minutes=30))
    with transaction():
        assert call_next(desk.colleague, list_id=desk.list_id) is None
    a_tuesday(NOON + timedelta(minutes=36))
    desk.next(desk.colleague)
    keep(desk, call_id, "Hello, still", number=2)
    assert desk.call(call_id).note == "Hello, still", "the entry is gone; what is typed is not"
    entry = current_session().scalars(select(CallEntry)).one()
    assert entry.taken_by_id == desk.colleague.staff_id


def test_next_again_goes_on_with_the_call_that_is_not_closed(desk: Desk) -> None:
    first = desk.next()
    desk.walk(first, "go")
    assert desk.next() == first
    assert count(Call) == 1


def test_a_call_begun_on_the_employers_page_is_the_same_one_in_the_list(desk: Desk) -> None:
    outside = desk.begin()
    assert desk.next() == outside
    assert desk.call(outside).entry_id is not None
    assert desk.begin() == outside


def test_a_call_that_goes_on_in_another_list_gives_its_entry_back_at_once(
    desk: Desk, a_tuesday: Callable[..., None]
) -> None:
    call_id = desk.next()
    with transaction():
        other = build_list(
            desk.manager, unit_id=desk.unit_id, filters=EmployerFilter(), view_query="",
            given=ListFields(
                name="Winter", script_id=desk.script_id, caller_ids=frozenset({desk.caller.staff_id or 0})
            ),
        )  # fmt: skip
        other_id = other.id
    a_tuesday(NOON + timedelta(minutes=21))
    with transaction():
        again = call_next(desk.caller, list_id=other_id)
        assert again is not None
        assert again.id == call_id
    current_session().rollback()
    found = current_session().execute(
        trusted(select(CallEntry.list_id, CallEntry.state).order_by(CallEntry.list_id), because="a test reads all")
    )
    assert [tuple(row) for row in found] == [(desk.list_id, EntryState.WAITING), (other_id, EntryState.TAKEN)]


def test_a_call_that_was_not_made_is_thrown_away_and_goes_back_to_the_list(desk: Desk) -> None:
    call_id = desk.next()
    with transaction():
        discard_call(desk.caller, call_id=call_id)
    assert count(Call) == 0
    assert current_session().scalars(select(CallEntry)).one().state is EntryState.WAITING


def test_a_closed_call_is_not_thrown_away(desk: Desk) -> None:
    call_id = desk.begin()
    desk.close(call_id, "no_answer", nothing_planned=True)
    with pytest.raises(DomainError), transaction():
        discard_call(desk.caller, call_id=call_id)


def test_a_call_is_its_callers_alone(desk: Desk) -> None:
    public_id = desk.call(desk.begin()).public_id
    current_session().rollback()
    for other in (desk.colleague, desk.manager, desk.stranger):
        with pytest.raises(NotVisible):
            call_of(other, public_id)
        assert open_calls(other) == []
    assert [each.public_id for each in open_calls(desk.caller)] == [public_id]


def test_nobody_begins_a_call_with_an_entry_that_is_not_theirs(desk: Desk) -> None:
    call_id = desk.next()
    entry_id = desk.call(call_id).entry_id
    current_session().rollback()
    with pytest.raises(NotAllowed), transaction():
        call_entry(desk.colleague, entry_id=entry_id or 0)


@pytest.mark.parametrize("flag", ["advertising_block", "do_not_contact"])
def test_who_has_a_block_is_not_called_with_a_script(desk: Desk, flag: str) -> None:
    setattr(employer_of(desk), flag, True)
    current_session().commit()
    with pytest.raises(DomainError, match="block"):
        desk.begin()


def test_somebody_of_another_employer_cannot_be_asked_for(desk: Desk) -> None:
    other = desk.world.contact_person(desk.world.employer("Another AB"), "Bo Ek")
    with pytest.raises(NotVisible), transaction():
        call_employer(desk.caller, employer_id=desk.employer_id, script_id=desk.script_id, person_id=other.id)


def test_the_script_is_read_in_the_units_language_until_another_is_chosen(desk: Desk) -> None:
    call_id = desk.begin()
    assert desk.call(call_id).language == "sv"
    with transaction():
        speak(desk.caller, call_id=call_id, draft=Draft(1, place="check"), language="en")
        speak(desk.caller, call_id=call_id, draft=Draft(1, place="check"), language="klingon")
    assert desk.call(call_id).language == "en"


def test_what_stands_on_the_last_page_is_kept_apart_from_the_steps(desk: Desk) -> None:
    call_id = desk.begin()
    keep(desk, call_id, "x", number=1, place=CLOSING, fields={"outcome": "interested"})
    keep(desk, call_id, "x", number=2, place="check", fields={})
    assert desk.call(call_id).fields == {CLOSING: {"outcome": "interested"}, "check": {}}


def test_more_than_anybody_types_is_cut(desk: Desk) -> None:
    call_id = desk.begin()
    many = {f"f{number}": "x" * 3000 for number in range(100)}
    call = keep(desk, call_id, "x" * 50_000, number=1, fields=many)
    assert (len(call.note), len(call.fields["check"]), len(call.fields["check"]["f1"])) == (10_000, 40, 2000)
