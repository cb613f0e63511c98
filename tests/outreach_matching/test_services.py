"""What services of matching promise, and who sees what of it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from crm.accounts.models import AuditEntry
from crm.accounts.scopes import trusted, visible
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from crm.history.models import HistoryLine
from crm.participants.models import Participant, ParticipantNamedStaff
from crm.participants.services.erasure import erase_person, export_person
from outreach.matching.fields import InterviewFields, MentorFields, ProfileFields, PromiseFields
from outreach.matching.merging import merge_matching
from outreach.matching.models import Match, MatchOffer, MatchProfile, Mentor
from outreach.matching.promise_queries import due_promises, matches_to_promise
from outreach.matching.promises import CommitmentDone, MentorCommitment, MentorNote
from outreach.matching.queries import MentorFilters, in_state, mentor_lines, mentors, possible_candidates
from outreach.matching.services import commitments, interviews, matches, offers, profiles
from outreach.matching.services import mentors as people
from outreach.matching.states import ChosenBy, MentorState, OfferState
from tests.outreach_matching.conftest import NOON, TODAY, Place


def _count(model: type) -> int:
    statement = trusted(select(func.count()).select_from(model), because="a test")
    return current_session().scalar(statement) or 0


def _promise(place: Place, mentor_id: int, **values: object) -> MentorCommitment:
    given = {"kind": "meeting", "starts_on": date(2026, 6, 1), "every_days": 14, **values}
    with transaction():
        return commitments.add_commitment(
            place.coordinator,
            mentor_id=mentor_id,
            given=PromiseFields(**given),  # type: ignore[arg-type]  # a test
        )


def test_the_same_form_sent_twice_makes_one(place: Place) -> None:
    for _time in range(2):
        with transaction():
            given = MentorFields(name="Eva", recruited_on=TODAY)
            people.add_mentor(place.coordinator, given=given, submission_key="k")
    assert _count(Mentor) == 1


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}), ("phone", {"phone": "12"}), ("email", {"email": "no"}), ("capacity", {"capacity": 0}),
        ("birth_year", {"birth_year": 3}), ("unit_id", {"unit_id": 9999}), ("staff_id", {"staff_id": 9999}),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mentor_is_said_at_its_field(place: Place, field: str, values: dict[str, object]) -> None:
    given = MentorFields(**{"name": "Eva", "recruited_on": TODAY, **values})  # type: ignore[arg-type]  # a test
    with pytest.raises(DomainError) as caught, transaction():
        people.add_mentor(place.coordinator, given=given)
    assert caught.value.field == field


def test_a_talk_is_gone_on_with_and_stays_done(place: Place) -> None:
    mentor = place.mentor().id
    with transaction():
        row = interviews.begin_interview(
            place.coordinator, mentor_id=mentor, given=InterviewFields(TODAY, 30, {}), done=False
        )
    assert row.done_at is None
    with pytest.raises(DomainError), transaction():
        interviews.go_on_with_interview(
            place.coordinator, interview_id=row.id, given=InterviewFields(TODAY, 30, {}), done=True
        )
    answered = InterviewFields(TODAY, 30, {"why": "Because"}, ("motivation", "nonsense"))
    with transaction():
        interviews.go_on_with_interview(place.coordinator, interview_id=row.id, given=answered, done=True, version=1)
    with transaction():
        interviews.go_on_with_interview(place.coordinator, interview_id=row.id, given=answered, done=False, version=2)
    assert row.done_at is not None
    assert row.weighs == ["motivation"]
    with pytest.raises(EditConflict), transaction():
        interviews.go_on_with_interview(place.coordinator, interview_id=row.id, given=answered, done=True, version=2)


def test_a_profile_needs_a_name_and_a_day_to_be_agreed_to(place: Place) -> None:
    mentor = place.mentor().id
    for given, field in (
        (ProfileFields({"name": "Eva"}, ("offer",), TODAY), "name"),
        (ProfileFields({}, ("name",), TODAY), "name"),
        (ProfileFields({"name": "Eva"}, ("name",), None), "agreed_on"),
        (ProfileFields({"name": "Eva"}, ("name",), date(2027, 1, 1)), "agreed_on"),
        (ProfileFields({"name": "Eva", "offer": "x" * 801}), "offer"),
        (ProfileFields({"name": "Eva", "leisure": "x\n" * 20 + "x"}), "leisure"),
    ):
        with pytest.raises(DomainError) as caught, transaction():
            profiles.save_mentor_profile(place.coordinator, mentor_id=mentor, given=given)
        assert caught.value.field == field
    with transaction():
        profiles.save_mentor_profile(place.coordinator, mentor_id=mentor, given=ProfileFields({"name": "Eva"}))
    assert possible_candidates(place.coordinator, TODAY) == []


def test_a_withdrawn_profile_cannot_be_chosen_in_an_offer_that_is_open(place: Place) -> None:
    first, second = place.profile("Eva"), place.profile("Grete")
    offer = place.offer(first, second)
    candidate, offer_id, profile_id = offer.candidates[0].public_id, offer.id, first.id
    with transaction():
        profiles.withdraw_profile(place.coordinator, profile_id=profile_id)
    with pytest.raises(DomainError), transaction():
        offers.choose(place.coordinator, offer_id=offer_id, candidate=candidate)
    assert _count(Match) == 0


def test_an_offer_of_one_is_asked_about_and_one_of_none_refused(place: Place) -> None:
    profile = place.profile()
    with pytest.raises(DomainError) as caught:
        place.offer(profile)
    assert caught.value.field == "other_number"
    with pytest.raises(DomainError):
        place.offer(other_number=True)
    assert place.offer(profile, other_number=True).candidates[0].profile_id == profile.id


def test_the_choice_is_the_participants_and_says_so(place: Place) -> None:
    match = place.match()
    offer = match.offer
    assert offer is not None
    assert (offer.state, offer.chosen_by, offer.decided_on) == (OfferState.CHOSEN, ChosenBy.PARTICIPANT, TODAY)
    assert match.chosen_by is ChosenBy.PARTICIPANT
    with transaction():
        again = offers.choose(place.coordinator, offer_id=offer.id, candidate=offer.candidates[0].public_id)
    assert again.id == match.id
    assert _count(Match) == 1


def test_a_mentor_without_room_cannot_be_chosen(place: Place) -> None:
    profile, other = place.profile("Eva"), place.profile("Grete")
    first = place.offer(profile, other)
    candidate, first_id = first.candidates[0].public_id, first.id
    place.match(profile, participant_id=place.person().id)
    with pytest.raises(DomainError, match="no room"), transaction():
        offers.choose(place.coordinator, offer_id=first_id, candidate=candidate)


def test_declining_leaves_no_mark_that_others_see(place: Place) -> None:
    """A no has no consequence: nothing on the case, nothing in the history, and nobody else finds it."""
    offer = place.offer(place.profile("Eva"), place.profile("Grete"))
    with transaction():
        offers.decline(place.coordinator, offer_id=offer.id)
    session = current_session()
    assert session.scalar(visible(MatchOffer, place.coordinator)) is not None
    assert session.scalar(visible(MatchOffer, place.manager)) is None
    lines = session.scalars(trusted(select(HistoryLine), because="a test")).all()
    assert lines == []
    with pytest.raises(NotVisible), transaction():
        offers.reopen_offer(place.manager, offer_id=offer.id)
    with transaction():
        offers.reopen_offer(place.coordinator, offer_id=offer.id)
    assert offer.state is OfferState.OPEN


def test_taking_a_choice_back_takes_the_match_and_its_line_away(place: Place) -> None:
    match = place.match()
    assert match.offer_id is not None
    assert _count(HistoryLine) == 1
    with transaction():
        offers.reopen_offer(place.coordinator, offer_id=match.offer_id)
    assert (_count(Match), _count(HistoryLine)) == (0, 0)


def test_a_match_ends_with_a_reason_that_stands_in_no_history(place: Place) -> None:
    match = place.match()
    for day, reason in ((TODAY + timedelta(days=1), "no_time"), (TODAY - timedelta(days=1), "no_time"), (TODAY, "ill")):
        with pytest.raises(DomainError), transaction():
            matches.end_match(place.coordinator, match_id=match.id, on_date=day, reason=reason)
    with transaction():
        matches.end_match(place.coordinator, match_id=match.id, on_date=TODAY, reason="did_not_fit")
    line = current_session().scalars(trusted(select(HistoryLine), because="a test")).one()
    assert line.summary["en"] == "Match ended"
    assert line.detail is None
    with pytest.raises(DomainError), transaction():
        matches.begin_match(place.coordinator, match_id=match.id, on_date=TODAY)


def test_a_tick_is_once_a_day_and_can_be_taken_back_and_given_again(place: Place) -> None:
    promise = _promise(place, place.mentor().id)
    assert [line.standing.days_late for line in due_promises(place.coordinator, TODAY)] == [15]
    done = []
    for _time in range(2):
        with transaction():
            done.append(commitments.tick(place.coordinator, commitment_id=promise.id).id)
    assert done[0] == done[1]
    assert due_promises(place.coordinator, TODAY) == []
    with transaction():
        commitments.untick(place.coordinator, done_id=done[0])
    assert len(due_promises(place.coordinator, TODAY)) == 1
    with transaction():
        commitments.tick(place.coordinator, commitment_id=promise.id)
    assert _count(CommitmentDone) == 1
    assert due_promises(place.coordinator, TODAY) == []


def test_what_is_due_is_found_behind_many_promises_that_are_not(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach.matching.promise_queries._MOST", 2)
    mentor_id = place.mentor().id
    for number in range(3):
        _promise(place, mentor_id, starts_on=TODAY, text=str(number))
    for number, days in enumerate((20, 40, 30)):
        _promise(place, mentor_id, starts_on=TODAY - timedelta(days=days), text=f"due {number}")
    assert [line.promise.text for line in due_promises(place.coordinator, TODAY)] == ["due 1", "due 2"]


@pytest.mark.parametrize("gone", [{"archived_at": NOON}, {"deceased_on": TODAY}])
def test_nobody_is_reminded_of_meeting_somebody_who_has_gone(place: Place, gone: dict[str, object]) -> None:
    profile = place.profile()
    match = place.match(profile)
    _promise(place, profile.mentor_id or 0, match_id=match.id)
    assert len(due_promises(place.coordinator, TODAY)) == 1
    with transaction():
        person = current_session().scalars(trusted(select(Participant), because="a test")).one()
        for name, value in gone.items():
            setattr(person, name, value)
    assert due_promises(place.coordinator, TODAY) == []


def test_what_is_due_is_told_to_who_is_responsible_and_rests_in_a_pause(place: Place) -> None:
    mentor = place.mentor().id
    _promise(place, mentor)
    assert due_promises(place.colleague, TODAY) == []
    assert len(due_promises(place.colleague, TODAY, mine=False)) == 1
    with transaction():
        people.pause_mentor(place.coordinator, mentor_id=mentor, reason="leave", until=None, since=TODAY)
    assert due_promises(place.coordinator, TODAY) == []
    with transaction():
        people.resume_mentor(place.coordinator, mentor_id=mentor)
    assert len(due_promises(place.coordinator, TODAY)) == 1


def test_case_workers_do_not_read_when_the_two_met(place: Place) -> None:
    """The mentor is a colleague's affair: the participant's coordinator sees the match, and nothing of meetings."""
    profile = place.profile()
    match = place.match(profile)
    mentor_id = profile.mentor_id
    assert mentor_id is not None
    mentor = current_session().get_one(Mentor, mentor_id)
    given = people.mentor_values(mentor) | {"staff_id": place.colleague.staff_id}
    given.pop("version")
    with transaction():
        people.change_mentor(place.coordinator, mentor_id=mentor_id, given=MentorFields(**given))  # type: ignore[arg-type]
    [(match_id, _day, person)] = matches_to_promise(place.colleague, mentor_id)
    assert (match_id, person) == (match.id, None)
    fields = PromiseFields("meeting", date(2026, 6, 1), every_days=14, match_id=match_id)
    with pytest.raises(DomainError), transaction():
        commitments.add_commitment(place.coordinator, mentor_id=mentor_id, given=fields)
    with transaction():
        commitments.add_commitment(place.colleague, mentor_id=mentor_id, given=fields)
        people.add_note(place.colleague, mentor_id=mentor_id, text="They get along", match_id=match_id)
    session = current_session()
    for model in (MentorCommitment, MentorNote):
        assert session.scalar(visible(model, place.colleague)) is not None
        assert session.scalar(visible(model, place.coordinator)) is None
        assert session.scalar(visible(model, place.manager)) is None
    assert session.scalar(visible(Match, place.coordinator)) is not None
    assert session.scalar(visible(Match, place.colleague)) is None


def test_who_becomes_responsible_does_not_read_what_was_written_before(place: Place) -> None:
    mentor_id = place.mentor().id
    with transaction():
        people.add_note(place.coordinator, mentor_id=mentor_id, text="Between us")
    given = MentorFields(name="Poul Poulsen", recruited_on=TODAY, staff_id=place.manager.staff_id)
    with transaction():
        people.change_mentor(place.manager, mentor_id=mentor_id, given=given)
    assert current_session().scalar(visible(MentorNote, place.manager)) is None
    assert current_session().scalar(visible(MentorNote, place.coordinator)) is not None


def test_nothing_is_offered_to_somebody_who_has_gone(place: Place) -> None:
    profiles = (place.profile("Eva"), place.profile("Grete"))
    with transaction():
        person = current_session().scalars(trusted(select(Participant), because="a test")).one()
        person.archived_at = NOON
    with pytest.raises(DomainError):
        place.offer(*profiles)


def test_of_a_protected_participant_nothing_is_left_for_others(place: Place) -> None:
    profile = place.profile()
    match = place.match(profile)
    promise = _promise(place, profile.mentor_id or 0, match_id=match.id)
    with transaction():
        person = current_session().scalars(trusted(select(Participant), because="a test")).one()
        person.protected = True
        person.named_staff.append(ParticipantNamedStaff(staff_id=place.manager.staff_id))
    session = current_session()
    for model in (Match, MatchOffer, MentorCommitment):
        assert session.scalar(visible(model, place.coordinator)) is None
        assert session.scalar(visible(model, place.stranger)) is None
    assert session.scalar(visible(Match, place.manager)) is not None
    assert matches_to_promise(place.coordinator, promise.mentor_id) == []


def test_every_state_is_counted_as_it_is_shown(place: Place, midsummer: Callable[[datetime], None]) -> None:
    """The condition in the database and the rule on plain values agree, also after a pause has ended by itself."""
    place.match()
    for name, until in (("A", TODAY), ("B", None), ("C", TODAY + timedelta(days=9))):
        mentor = place.mentor(name).id
        with transaction():
            people.pause_mentor(place.coordinator, mentor_id=mentor, reason="leave", until=until, since=TODAY)
    with transaction():
        people.stop_mentor(place.coordinator, mentor_id=place_id(place, "C"))
    place.mentor("D")
    for days in (0, 1, 10):
        midsummer(NOON + timedelta(days=days))
        on = TODAY + timedelta(days=days)
        rows = current_session().scalars(mentors(place.coordinator, MentorFilters(), on)).all()
        by_rule = {line.mentor.name: line.state for line in mentor_lines(rows, on)}
        for state in MentorState:
            found = current_session().scalars(visible(Mentor, place.coordinator).where(in_state(state, on)))
            assert {each.name for each in found} == {name for name, its in by_rule.items() if its is state}
    assert by_rule["A"] is MentorState.IDLE
    assert by_rule["B"] is MentorState.PAUSED


def place_id(place: Place, name: str) -> int:
    statement = select(Mentor.id).where(Mentor.name == name)
    return current_session().scalars(trusted(statement, because="a test")).one()


def test_a_participant_gets_everything_and_takes_it_along(place: Place) -> None:
    profile = place.profile()
    match = place.match(profile)
    promise = _promise(place, profile.mentor_id or 0, match_id=match.id)
    with transaction():
        commitments.tick(place.coordinator, commitment_id=promise.id)
        people.add_note(place.coordinator, mentor_id=promise.mentor_id, text="They get along", match_id=match.id)
    with transaction():
        data = str(export_person(place.manager, participant_id=place.participant_id))
    for known in ("Poul Poulsen", "They get along", "2026-06-30", "every_days"):
        assert known in data
    with transaction():
        erase_person(place.manager, participant_id=place.participant_id)
    for model in (Match, MatchOffer, MentorCommitment, CommitmentDone, MentorNote, HistoryLine):
        assert _count(model) == 0
    assert (_count(Mentor), _count(MatchProfile)) == (1, 1)


def test_a_mentor_is_erased_by_a_manager_and_the_match_stays_without_the_name(place: Place) -> None:
    profile = place.profile()
    match = place.match(profile)
    mentor_id = profile.mentor_id or 0
    with pytest.raises(NotAllowed), transaction():
        people.erase_mentor(place.coordinator, mentor_id=mentor_id)
    with pytest.raises(DomainError), transaction():
        people.erase_mentor(place.manager, mentor_id=mentor_id)
    match_id = match.id
    with transaction():
        matches.end_match(place.coordinator, match_id=match_id, on_date=TODAY, reason="no_time")
    with transaction():
        people.erase_mentor(place.manager, mentor_id=mentor_id)
    assert (_count(Mentor), _count(MatchProfile), _count(Match)) == (0, 0, 1)
    statement = trusted(select(Match), because="a test")
    assert current_session().scalars(statement).one().mentor_id is None


def test_a_merge_of_employers_can_be_taken_back(place: Place) -> None:
    kept, gone = place.world.employer("Kept").id, place.world.employer("Gone").id
    for employer_id in (kept, gone):
        with transaction():
            profiles.save_employer_profile(
                place.coordinator, employer_id=employer_id, given=ProfileFields({"name": "It"}, ("name",), TODAY)
            )
    other = place.world.employer("Other").id
    with transaction():
        memory = merge_matching.merge(place.coordinator, kept, gone)
        assert memory == {"profiles": [], "matches": []}
        moved = merge_matching.merge(place.coordinator, other, gone)
        assert len(moved["profiles"]) == 1
        merge_matching.undo(place.coordinator, other, gone, moved)
    statement = select(MatchProfile.employer_id).order_by(MatchProfile.id)
    assert list(current_session().scalars(trusted(statement, because="a test"))) == [kept, gone]


def test_strangers_and_evaluators_see_nobody(place: Place) -> None:
    place.match()
    for model in (Mentor, MatchProfile, MatchOffer, Match):
        assert current_session().scalar(visible(model, place.stranger)) is None


def test_everything_that_was_done_stands_in_the_audit_log(place: Place) -> None:
    place.match()
    actions = set(current_session().scalars(trusted(select(AuditEntry.action), because="a test")))
    assert {"mentor_added", "match_profile_saved", "match_offered", "match_made", "match_chosen"} <= actions
