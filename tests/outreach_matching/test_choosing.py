"""What was possible when profiles were offered is looked at again when one of them is chosen."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.employers.models import Employer, RegisterStatus
from crm.errors import DomainError, NotVisible
from crm.participants.models import Participant
from crm.participants.services.erasure import erase_person
from outreach.matching.fields import ProfileFields
from outreach.matching.models import Match, MatchOffer, MatchProfile
from outreach.matching.queries import possible_candidates
from outreach.matching.services import mentors as people
from outreach.matching.services import offers, profiles
from tests.outreach_matching.conftest import NOON, TODAY, Place

Browser = Callable[[str], FlaskClient]


def _of_employer(place: Place, name: str = "Dalvik AB") -> MatchProfile:
    employer_id = place.world.employer(name).id
    with transaction():
        given = ProfileFields({"name": name}, ("name",), TODAY)
        return profiles.save_employer_profile(place.coordinator, employer_id=employer_id, given=given)


def _change(model: type, row_id: int | None, **values: object) -> None:
    with transaction():
        row = current_session().scalars(trusted(select(model).where(model.id == row_id), because="a test")).one()  # type: ignore[attr-defined]
        for name, value in values.items():
            setattr(row, name, value)


def _matches() -> int:
    return len(current_session().scalars(trusted(select(Match), because="a test")).all())


def _choose(place: Place, offer: MatchOffer, which: int = 0) -> Match:
    offer_id, candidate = offer.id, offer.candidates[which].public_id
    with transaction():
        return offers.choose(place.coordinator, offer_id=offer_id, candidate=candidate)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"archived_at": NOON}, "The employer is archived."),
        ({"do_not_contact": True}, "must not be contacted"),
        ({"register_status": RegisterStatus.BANKRUPT}, "has closed down"),
    ],
)
def test_an_employer_who_is_possible_no_more_is_not_matched(place: Place, values: dict[str, object], said: str) -> None:
    profile = _of_employer(place)
    offer = place.offer(profile, place.profile("Eva"))
    _change(Employer, profile.employer_id, **values)
    with pytest.raises(DomainError, match=said) as caught:
        _choose(place, offer)
    assert caught.value.field == "candidate"
    assert "make a new offer" in str(caught.value.message)
    assert _matches() == 0
    assert _choose(place, offer, 1).mentor_id is not None


@pytest.mark.parametrize("gone", [{"archived_at": NOON}, {"deceased_on": TODAY}])
def test_nobody_is_matched_who_is_no_participant_any_more(place: Place, gone: dict[str, object]) -> None:
    offer = place.offer(place.profile("Eva"), _of_employer(place))
    _change(Participant, place.participant_id, **gone)
    for which in (0, 1):
        with pytest.raises(DomainError, match="Nothing can be offered"):
            _choose(place, offer, which)
    assert _matches() == 0


def test_a_participant_who_is_protected_or_erased_meanwhile_is_matched_by_nobody_who_may_not(place: Place) -> None:
    offer = place.offer(place.profile("Eva"), place.profile("Grete"))
    offer_id, candidate = offer.id, offer.candidates[0].public_id
    _change(Participant, place.participant_id, protected=True)
    with pytest.raises(NotVisible), transaction():
        offers.choose(place.coordinator, offer_id=offer_id, candidate=candidate)
    _change(Participant, place.participant_id, protected=False)
    with transaction():
        erase_person(place.manager, participant_id=place.participant_id)
    with pytest.raises(NotVisible), transaction():
        offers.choose(place.coordinator, offer_id=offer_id, candidate=candidate)
    assert _matches() == 0


def test_a_mentor_who_is_possible_no_more_is_not_matched_and_it_is_said_why(place: Place) -> None:
    profile, other = place.profile("Eva"), place.profile("Grete")
    offer, mentor_id, profile_id = place.offer(profile, other), profile.mentor_id or 0, profile.id
    with transaction():
        people.pause_mentor(place.coordinator, mentor_id=mentor_id, reason="leave", until=None, since=TODAY)
    with pytest.raises(DomainError, match="on pause"):
        _choose(place, offer)
    with transaction():
        people.stop_mentor(place.coordinator, mentor_id=mentor_id)
    with pytest.raises(DomainError, match="has stopped"):
        _choose(place, offer)
    with transaction():
        people.resume_mentor(place.coordinator, mentor_id=mentor_id)
        profiles.withdraw_profile(place.coordinator, profile_id=profile_id)
    with pytest.raises(DomainError, match="nobody has agreed"):
        _choose(place, offer)
    with transaction():
        profiles.agree_again(place.coordinator, profile_id=profile_id)
    assert _choose(place, offer).mentor_id == mentor_id


def test_those_who_are_matched_already_are_not_offered_to_each_other_again(place: Place) -> None:
    profile, other = _of_employer(place), place.profile("Eva")
    first, second = place.offer(profile, other), place.offer(profile, other)
    _choose(place, first)
    with pytest.raises(DomainError, match="matched already"):
        _choose(place, second)
    found = possible_candidates(place.coordinator, TODAY, participant_id=place.participant_id)
    assert [each.profile.id for each in found] == [other.id]
    somebody_else = possible_candidates(place.coordinator, TODAY, participant_id=place.person().id)
    assert len(somebody_else) == 2


def test_the_participant_sees_only_whom_they_can_choose_and_a_refusal_keeps_the_offer(
    browser: Browser, outside: Place, app: Flask
) -> None:
    with app.app_context():
        ready, rests = outside.profile("Eva"), outside.profile("Grete")
        made = outside.offer(ready, rests)
        offer, late = f"/matching/match-offers/{made.public_id}", made.candidates[1].public_id
        with transaction():
            people.pause_mentor(
                outside.coordinator, mentor_id=rests.mentor_id or 0, reason="leave", until=None, since=TODAY
            )
    client = browser("coordinator")
    shown = client.get(f"{offer}/show").text
    assert "Eva" in shown
    assert "Grete" not in shown
    assert "Cannot be chosen now" in client.get(offer).text
    refused = client.post(f"{offer}/choose", data={"candidate": late, "by": "with_help", "name": "Her aunt"})
    assert refused.status_code == 422
    for kept in ("The mentor is on pause.", "Her aunt", "To be chosen"):
        assert kept in refused.text
