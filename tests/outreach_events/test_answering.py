"""Answers with the personal link: yes, no, how many, the waiting list, and for how long."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crm import clock
from crm.db import transaction
from crm.errors import DomainError
from outreach.events.fields import Reply
from outreach.events.models import Answer
from outreach.events.places import NotEnoughPlaces, Seat, answer_for, free_places, next_in_line, taken
from outreach.events.services.answering import NothingToAnswer, answer_for_them
from outreach.events.services.inviting import withdraw
from tests.outreach_events.conftest import NOW, Breakfast


def test_a_yes_is_confirmed_with_a_calendar_file_and_a_code(place: Breakfast) -> None:
    row = place.guests(place.event(), 1)[0]
    place.says(row, True, 2, comment="Vegetarian")
    row = place.rows(row.event)[0]
    assert (row.answer, row.places, row.comment, row.answered_by_id) == (Answer.YES, 2, "Vegetarian", None)
    found = place.mail(NOW + timedelta(minutes=2))["eva@firma0.example"]
    assert len(found) == 1, "who has answered is not invited any more"


def test_an_answer_is_changed_as_often_as_one_likes_until_the_last_day(place: Breakfast) -> None:
    row = place.guests(place.event(), 1)[0]
    for comes in (True, False, True):
        place.says(row, comes)
    with clock.travelling(datetime(2026, 11, 30, 22, 30, tzinfo=UTC)):
        assert place.says(row, False).answer is Answer.NO
    with clock.travelling(datetime(2026, 11, 30, 23, 30, tzinfo=UTC)), pytest.raises(NothingToAnswer):
        place.says(row, True)


def test_staff_write_an_answer_down_also_when_the_last_day_is_over(place: Breakfast) -> None:
    row = place.guests(place.event(), 1)[0]
    with clock.travelling(NOW + timedelta(days=14)), transaction():
        row = answer_for_them(place.coordinator, invitation_id=row.id, reply=Reply(True, 2))
        assert (row.answer, row.answered_by_id) == (Answer.YES, place.coordinator.staff_id)


def test_who_comes_late_waits_and_gets_the_place_of_who_goes(place: Breakfast) -> None:
    event = place.event(capacity=2)
    first, second, third = place.guests(event, 3)
    place.says(first, True)
    place.says(second, True)
    assert place.says(third, True).answer is Answer.QUEUED
    place.says(first, False)
    rows = place.rows(event)
    assert [each.answer for each in rows] == [Answer.NO, Answer.YES, Answer.YES]
    subjects = [str(each.subject) for each in place.mail(NOW + timedelta(minutes=2))["eva@firma2.example"]]
    assert len(subjects) == 1


def test_a_withdrawn_invitation_gives_its_place_away(place: Breakfast) -> None:
    event = place.event(capacity=1)
    first, second = place.guests(event, 2)
    place.says(first, True)
    place.says(second, True)
    with transaction():
        withdraw(place.coordinator, invitation_id=first.id)
    assert place.rows(event)[1].answer is Answer.YES
    with pytest.raises(NothingToAnswer):
        place.says(first, True)


def test_who_has_places_and_wants_too_many_keeps_what_they_have(place: Breakfast) -> None:
    event = place.event(capacity=3)
    first, second = place.guests(event, 2)
    place.says(first, True, 2)
    place.says(second, True)
    with pytest.raises(DomainError) as caught:
        place.says(first, True, 3)
    assert caught.value.field == "places"
    assert [each.places for each in place.rows(event)] == [2, 1]


@pytest.mark.parametrize("places", [0, 4, -1])
def test_more_people_than_an_invitation_may_bring_are_refused(place: Breakfast, places: int) -> None:
    row = place.guests(place.event(most_places=3), 1)[0]
    with pytest.raises(DomainError):
        place.says(row, True, places)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"ends_at": datetime(2026, 12, 3, 8)},
        {"capacity": 0},
        {"most_places": 0},
        {"reply_by": date(2026, 12, 4)},
        {"remind_on": date(2026, 12, 4)},
        {"ask_again_on": date(2026, 12, 1)},
        {"link": "javascript:alert(1)"},
        {"kind": "party"},
        {"language": "xx"},
        {"owner_id": 99999},
    ],
)
def test_an_event_that_cannot_be_is_refused(place: Breakfast, wrong: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        place.event(**wrong)


PLACES = st.integers(1, 5)


@given(st.integers(1, 8), st.lists(st.tuples(PLACES, st.booleans()), max_size=8))
def test_nobody_who_fits_waits(capacity: int, parties: list[tuple[int, bool]]) -> None:
    seats = []
    for number, (places, comes) in enumerate(parties):
        own = Seat(number, Answer.WAITING, 0)
        answer = answer_for(capacity, seats, own=own, wanted=places) if comes else Answer.NO
        seats.append(Seat(number, answer, places if comes else 0, (number,)))
    assert taken(seats) <= capacity
    assert not next_in_line(capacity, seats)


class Invitations(RuleBasedStateMachine):
    """Any number of people answer, change their minds, are withdrawn; the room grows and shrinks."""

    def __init__(self) -> None:
        super().__init__()
        self.capacity: int | None = 4
        self.seats: dict[int, Seat] = {number: Seat(number, Answer.WAITING, 0) for number in range(6)}
        self.turn = 0
        self.promised = 0

    def settle(self) -> None:
        for lucky in next_in_line(self.capacity, list(self.seats.values())):
            was = self.seats[lucky]
            self.seats[lucky] = Seat(lucky, Answer.YES, was.places, was.turn)

    @rule(who=st.integers(0, 5), places=PLACES)
    def says_yes(self, who: int, places: int) -> None:
        if who not in self.seats:
            return
        own, others = self.seats[who], [each for each in self.seats.values() if each.id != who]
        try:
            answer = answer_for(self.capacity, [*others, own], own=own, wanted=places)
        except NotEnoughPlaces as refused:
            self.refused(own, places, refused.free)
            return
        if own.answer is Answer.YES:
            assert answer is Answer.YES, "nobody loses a place by changing how many they are"
        self.turn += 1
        turn = own.turn if own.answer is Answer.QUEUED else (self.turn,)
        self.seats[who] = Seat(who, answer, places, turn)
        self.settle()

    @staticmethod
    def refused(own: Seat, wanted: int, free: int) -> None:
        """Only who has places is refused more, and never fewer than they have."""
        assert own.answer is Answer.YES
        assert own.places <= free < wanted

    @rule(who=st.integers(0, 5))
    def says_no(self, who: int) -> None:
        if who in self.seats:
            self.seats[who] = Seat(who, Answer.NO, 0)
            self.settle()

    @rule(who=st.integers(0, 5))
    def is_withdrawn(self, who: int) -> None:
        self.seats.pop(who, None)
        self.settle()

    @rule(room=st.one_of(st.none(), st.integers(1, 12)))
    def the_room_changes(self, room: int | None) -> None:
        before = {each.id for each in self.seats.values() if each.answer is Answer.YES}
        self.capacity = room
        self.settle()
        assert before <= {each.id for each in self.seats.values() if each.answer is Answer.YES}

    @precondition(lambda self: self.capacity is None)
    @rule()
    def without_a_limit_nobody_waits(self) -> None:
        assert all(each.answer is not Answer.QUEUED for each in self.seats.values())

    @invariant()
    def whoever_fits_has_a_place(self) -> None:
        free = free_places(self.capacity, self.seats.values())
        waiting = [each for each in self.seats.values() if each.answer is Answer.QUEUED]
        assert all(free is not None and each.places > free for each in waiting)

    @invariant()
    def only_who_comes_or_waits_counts(self) -> None:
        for each in self.seats.values():
            assert (each.places > 0) == (each.answer in (Answer.YES, Answer.QUEUED))


Invitations.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
test_the_states_of_invitations = Invitations.TestCase
