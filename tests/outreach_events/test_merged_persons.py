"""Two contact persons are found to be one: what outreach has of the second is the first one's, and comes back."""

from datetime import date, time, timedelta

from crm import clock
from crm.db import current_session, transaction
from crm.employers.models import ContactPerson, Employer
from crm.employers.services import merge_persons, undo_person_merge
from outreach.events.models import Answer, EventInvitation, EventOptOut, OutreachEvent
from outreach.events.services.attendance import note_came
from outreach.lists.models import CallEntry, CallList
from outreach.scripts.models import CallScript
from outreach.visits.fields import VisitFields
from outreach.visits.services.booking import book_visit
from tests.outreach_events.conftest import AT_THE_DOOR, NOW, Breakfast


class Pair:
    """The same woman, known under two names at one employer."""

    def __init__(self, place: Breakfast) -> None:
        self.place = place
        self.employer: Employer = place.employer("Fri AB", email=None, person=None)
        people = [place.person(self.employer, name) for name in ("Eva Ek", "Ewa Ek")]
        self.first, self.second = (each.id for each in people)

    def merge(self) -> int:
        with transaction():
            return merge_persons(self.place.coordinator, kept_id=self.first, gone_id=self.second).id

    def undo(self, merge_id: int) -> None:
        with transaction():
            undo_person_merge(self.place.coordinator, merge_id=merge_id)

    def invited(self, event: OutreachEvent, person_id: int) -> EventInvitation:
        """The invitation of one of the two alone."""
        person = current_session().get_one(ContactPerson, person_id)
        only = frozenset({(self.employer.id, person.id)})
        rows = self.place.invite(event, self.employer, batch=f"{event.id}-{person_id}", only=only)
        return next(each for each in rows if each.person_id == person_id)

    def whose(self, *rows: object) -> list[int]:
        current_session().rollback()
        return [row.person_id for row in rows]  # type: ignore[attr-defined]


def test_visits_invitations_calls_and_wishes_follow_and_come_back(place: Breakfast) -> None:
    pair = Pair(place)
    came = pair.invited(place.event(), pair.second)
    place.says(came, True)
    with clock.travelling(AT_THE_DOOR), transaction():
        note_came(place.coordinator, invitation_id=came.id, people=1)
    given = VisitFields(on=date(2026, 11, 19), at=time(10), person_id=pair.second)
    with transaction():
        visit = book_visit(place.coordinator, employer_id=pair.employer.id, given=given)
    common = {"unit_id": place.unit_id, "created_at": NOW}
    script = place.world.save(CallScript(key="own", titles={"en": "Own"}, folded="own", **common))
    calls = place.world.save(CallList(name="November", script_id=script.id, wanted="reached", **common))
    names = {"employer_id": pair.employer.id, "person_id": pair.second}
    entry = place.world.save(CallEntry(list_id=calls.id, position=1, added_at=NOW, **names))
    no = place.world.save(EventOptOut(unit_id=place.unit_id, since=NOW, **names))
    merge_id = pair.merge()
    assert pair.whose(came, visit, entry, no) == [pair.first] * 4
    assert (came.answer, came.came) == (Answer.YES, 1)
    pair.undo(merge_id)
    assert pair.whose(came, visit, entry, no) == [pair.second] * 4


def test_of_two_invitations_to_one_event_the_one_that_says_more_is_kept(place: Breakfast) -> None:
    """Who has answered as the second is coming as the first; the invitation that nobody answered waits for nothing."""
    pair, event = Pair(place), place.event()
    own, other = pair.invited(event, pair.first), pair.invited(event, pair.second)
    place.says(other, True, 2)
    merge_id = pair.merge()
    assert pair.whose(own, other) == [pair.second, pair.first]
    assert (own.withdrawn_at is not None, other.withdrawn_at, other.places) == (True, None, 2)
    place.mail(NOW + timedelta(minutes=2))
    pair.undo(merge_id)
    assert pair.whose(own, other) == [pair.first, pair.second]
    assert (own.withdrawn_at, other.withdrawn_at, other.answer) == (None, None, Answer.YES)


def test_an_answer_to_the_first_is_not_lost_to_a_silent_second(place: Breakfast) -> None:
    pair, event = Pair(place), place.event()
    own, other = pair.invited(event, pair.first), pair.invited(event, pair.second)
    place.says(own, False)
    merge_id = pair.merge()
    assert pair.whose(own, other) == [pair.first, pair.second]
    assert (own.answer, other.withdrawn_at is not None) == (Answer.NO, True)
    pair.undo(merge_id)
    assert other.withdrawn_at is None
