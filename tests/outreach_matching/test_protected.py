"""Nobody but named staff learns anything of a protected participant, and nothing of them leaves the screen."""

from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.participants.models import Participant, ParticipantNamedStaff
from outreach.matching.fields import PromiseFields
from outreach.matching.services import commitments, mentors
from tests.outreach_matching.clicks import Browser
from tests.outreach_matching.conftest import Place

NAME = "Egenberg"
LISTS = (
    "/matching", "/matching/export", "/matching/mentors", "/matching/mentors/export", "/matching/matches",
    "/matching/matches/export", "/matching/match-offers", "/matching/mentor-commitments", "/matching/guide", "/today",
)  # fmt: skip


@dataclass
class Made:
    """What there is of the participant, by address, and whom it is about beside them."""

    own: tuple[str, ...]
    around: tuple[str, ...]


@pytest.fixture
def made(outside: Place, app: Flask) -> Made:
    """A match with a promise and a note, and an offer that waits, of a participant who has become protected since.
    The manager is named; the coordinator was responsible before, and still is for the mentor."""
    with app.app_context():
        profile, other = outside.profile("Eva"), outside.profile("Grete")
        match = outside.match(profile)
        offer = outside.offer(other, other_number=True)
        given = PromiseFields("meeting", date(2026, 6, 1), every_days=14, match_id=match.id)
        with transaction():
            promise = commitments.add_commitment(outside.coordinator, mentor_id=profile.mentor_id or 0, given=given)
            mentors.add_note(
                outside.coordinator, mentor_id=profile.mentor_id or 0, text="They get along", match_id=match.id
            )
        with transaction():
            person = current_session().scalars(trusted(select(Participant), because="a test")).one()
            person.protected = True
            person.named_staff.append(ParticipantNamedStaff(staff_id=outside.manager.staff_id))
        mentor = f"/matching/mentors/{profile.mentor.public_id}" if profile.mentor else ""
        about = f"/matching/match-offers/{offer.public_id}"
        return Made(
            own=(
                f"/matching/matches/{match.public_id}", f"/matching/mentor-commitments/{promise.public_id}", about,
                f"{about}/show", f"{about}/print", f"{about}/pdf",
                f"/matching/participants/{outside.participant}/offer",
            ),
            around=(mentor, f"{mentor}/guide", f"{mentor}/profile", f"{mentor}/commitments", f"{mentor}/edit",
                    f"/matching/match-profiles/{profile.public_id}",
                    f"/matching/match-profiles/{profile.public_id}/print"),
        )  # fmt: skip


@pytest.mark.parametrize("who", ["coordinator", "colleague", "evaluator", "stranger"])
def test_whoever_is_not_named_finds_nothing(browser: Browser, made: Made, who: str) -> None:
    """Not the coordinator of before, not a colleague, not who reads figures alone, not another unit."""
    client = browser(who)
    for address in (*LISTS, *made.around):
        answer = client.get(address)
        if who in ("coordinator", "colleague") or address == "/matching":
            assert answer.status_code == 200, address
        for secret in (NAME, "They get along", "Match of 30 Jun"):
            assert secret not in answer.text, address
    assert {client.get(address).status_code for address in made.own} <= {403, 404}
    for step in ("begin", "end", "resume"):
        assert client.post(f"{made.own[0]}/{step}", data={"on_date": "2026-06-30"}).status_code in (403, 404)
    for step in ("choose", "withdraw", "reopen"):
        assert client.post(f"{made.own[2]}/{step}").status_code in (403, 404)
    assert client.post(f"{made.own[1]}/done").status_code in (403, 404)


def test_who_is_named_works_with_them_on_the_screen_and_takes_nothing_away(browser: Browser, made: Made) -> None:
    client = browser("manager")
    match, _promise, offer, shown, printed, pdf, new = made.own
    for address in (match, offer, new, "/matching/matches", "/matching/match-offers"):
        assert NAME in client.get(address).text, address
    assert client.get(shown).status_code == 200
    assert [client.get(address).status_code for address in (printed, pdf)] == [303, 303]
    for address in ("/matching/matches/export", "/matching/mentors/export", "/matching/export"):
        assert NAME not in client.get(address).text


def test_units_are_kept_apart(browser: Browser, made: Made) -> None:
    """What another unit has of mentors cannot be opened, and is not counted."""
    client = browser("stranger")
    assert {client.get(address).status_code for address in made.around} == {404}
    for address in ("/matching", "/matching/mentors", "/matching/matches"):
        text = client.get(address).text
        assert "Eva" not in text
        assert "No mentors yet" in text or "No matches yet" in text
