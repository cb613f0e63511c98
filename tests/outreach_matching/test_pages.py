"""The pages of matching, without scripts."""

import re
from datetime import date

from flask import Flask
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from outreach.matching.fields import PromiseFields
from outreach.matching.guide import TOPICS
from outreach.matching.models import Match, Mentor
from outreach.matching.services.commitments import add_commitment
from tests.employers.conftest import counted
from tests.outreach_matching.clicks import MENTOR, Browser, take_on, write_profile
from tests.outreach_matching.conftest import NOON, Place


def test_from_the_talk_to_the_match(browser: Browser, outside: Place, app: Flask) -> None:
    """The story of two mentors and a participant: talk, profile, offer, choice, first meeting, end."""
    client = browser("coordinator")
    assert "No mentors yet" in client.get("/matching/mentors").text
    first = take_on(client)
    second = take_on(client, name="Grete Holm", submission_key="two", phone="", email="")
    talk = client.get(f"{first}/guide").text
    for known in ("Poul Poulsen", "070-123 45 67", "poul@example.net", "Rødvig", 'value="30"'):
        assert known in talk
    answers = dict.fromkeys(TOPICS, "") | {"residence": "Rødvig", "offers": "I listen"}
    given = {"name": "Poul Poulsen", "phone": "0701234567", "email": "poul@example.net", "on_date": "2026-06-01",
             "minutes": "30", "submission_key": "talk"}  # fmt: skip
    later = client.post(f"{first}/guide", data=given | answers | {"action": "later"})
    assert later.status_code == 303
    assert "match-interviews" in later.location
    assert "Half done" in client.get(first).text
    whole = given | answers | {"version": "1", "attention": "Has no car", "weighs": ["motivation"], "action": "done"}
    assert client.post(later.location, data=whole).location == first
    assert "Has no car" in client.get(first).text
    assert "I listen" in client.get(f"{first}/profile").text
    profiles = [write_profile(client, first, offer="I listen"), write_profile(client, second, name="Grete")]
    new = f"/matching/participants/{outside.participant}/offer"
    assert "Poul Poulsen" in client.get(new).text
    ids = [each.rpartition("/")[2] for each in profiles]
    alone = client.post(new, data={"profiles": ids[:1], "submission_key": "o1"})
    assert alone.status_code == 422
    assert "all the same" in alone.text
    offer = client.post(new, data={"profiles": ids, "submission_key": "o1"})
    assert offer.status_code == 303
    shown = client.get(f"{offer.location}/show").text
    assert "Jag väljer" in shown or "I choose Poul Poulsen" in shown
    assert "Egenberg" not in shown
    candidate = re.search(r'name="candidate" value="([^"]+)"', shown)
    assert candidate is not None
    chosen = {"candidate": candidate[1], "by": "with_help", "name": "Her aunt"}
    assert client.post(f"{offer.location}/choose", data=chosen).status_code == 303
    page = client.get(offer.location).text
    assert "together with somebody" in page
    assert "Her aunt" in page
    with app.app_context():
        match = f"/matching/matches/{current_session().scalars(select(Match.public_id)).one()}"
    assert "Kim Egenberg" in client.get(match).text
    assert client.post(f"{match}/begin", data={"on_date": "2026-07-30"}).status_code == 422
    assert client.post(f"{match}/begin", data={"on_date": "2026-06-30"}).status_code == 303
    assert "They have met already" in client.post(f"{offer.location}/reopen", follow_redirects=True).text
    assert "Poul Poulsen" in client.get(f"/participants/{outside.participant}").text
    assert client.post(f"{match}/end", data={"on_date": "2026-06-30", "reason": "moved_on"}).status_code == 303
    assert "1 of 1 (100" in client.get("/matching").text
    assert client.post(f"{match}/resume").status_code == 303


def test_a_promise_is_ticked_on_today_and_taken_back(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    mentor = take_on(client, staff_id=str(outside.coordinator.staff_id))
    new = f"{mentor}/commitments"
    assert 'value="14"' in client.get(new).text
    data = {"kind": "meeting", "every_days": "14", "starts_on": "2026-06-01", "submission_key": "p"}
    assert client.post(new, data=data | {"times": "2"}).status_code == 422
    assert client.post(new, data=data).status_code == 303
    today = client.get("/today").text
    assert "15 days late" in today
    tick = re.search(r'action="(/matching/mentor-commitments/[^"]+/done)"', today)
    assert tick is not None
    done = client.post(tick[1], data={"next": "/today"}, follow_redirects=True).text
    assert "days late" not in done
    undo = re.search(r'action="(/matching/mentor-dones/[^"]+/undo)"', done)
    assert undo is not None
    assert "15 days late" in client.post(undo[1], data={"next": "/today"}, follow_redirects=True).text
    assert "15 days late" in client.get("/matching/mentor-commitments").text
    page = tick[1].removesuffix("/done")
    refused = client.post(tick[1], data={"on_date": "2027-01-01"})
    assert refused.status_code == 422
    assert "2027-01-01" in refused.text
    assert "still to come" in refused.text
    assert client.post(tick[1], data={"on_date": "2026-06-20"}).status_code == 303
    assert "20 Jun 2026" in client.get(page).text
    assert client.post(page, data=data | {"every_days": "30", "version": "1"}).status_code == 303
    assert client.post(page, data=data | {"every_days": "31", "version": "1"}).status_code == 422
    assert client.post(f"{page}/end").status_code == 303
    assert "Promises of mentors" not in client.get("/today").text
    assert client.post(f"{page}/resume").status_code == 303
    assert "Promises of mentors" not in browser("colleague").get("/today").text


def test_pausing_stopping_and_erasing(browser: Browser, outside: Place, app: Flask) -> None:
    client = browser("coordinator")
    mentor = take_on(client)
    assert client.post(f"{mentor}/pause", data={"reason": "leave", "until": "2026-01-01"}).status_code == 422
    assert client.post(f"{mentor}/pause", data={"reason": "leave", "until": "2026-08-01"}).status_code == 303
    assert "Poul Poulsen" in client.get("/matching/mentors?state=paused").text
    assert "Poul Poulsen" not in client.get("/matching/mentors?state=idle").text
    assert client.post(f"{mentor}/resume").status_code == 303
    assert client.post(f"{mentor}/stop").status_code == 303
    assert "Poul Poulsen" in client.get("/matching/mentors?state=stopped&q=poulsen&municipality=R%C3%B8dvig").text
    assert "'=" not in client.get("/matching/mentors/export?state=stopped").text
    assert client.post(f"{mentor}/erase").status_code == 403
    assert browser("manager").post(f"{mentor}/erase").status_code == 303
    with app.app_context():
        statement = trusted(select(Mentor), because="a test")
        assert current_session().scalars(statement).all() == []


def test_two_people_who_change_a_mentor_meet_the_difference(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    mentor = take_on(client)
    change = {**MENTOR, "municipality": "Køge", "version": "1"}
    assert client.post(f"{mentor}/edit", data=change).status_code == 303
    late = client.post(f"{mentor}/edit", data={**change, "municipality": "Faxe"})
    assert late.status_code == 422
    assert "Køge" in late.text


def test_figures_and_lists_say_the_same(browser: Browser, outside: Place, app: Flask) -> None:
    client = browser("manager")
    with app.app_context():
        world = outside.world
        for number in range(18):
            person = outside.person(last_name=f"Andersson{number}")
            ended = date(2026, 6, 1) if number == 0 else None
            world.save(
                Match(
                    participant_id=person.id, unit_id=outside.unit_id, chosen_by="participant", created_at=NOON,
                    made_on=date(2026, 4 + number % 3, 2), ended_on=ended, end_reason="moved_on" if ended else None,
                )
            )  # fmt: skip
    page = client.get("/matching?since=2026-04-01&until=2026-06-30").text
    assert "94.4" in page
    assert "17 of 18" in page
    assert ">6.0<" in page
    assert "18 matches in 3 months" in page
    holds = client.get("/matching/matches?state=holds&since=2026-04-01&until=2026-06-30").text
    assert "1 to 17 of 17" in holds
    assert client.get("/matching/matches?state=ended").text.count("Andersson0") >= 1
    assert "Andersson3" in client.get("/matching/matches/export").text
    assert "94.4" in client.get("/matching/export?since=2026-04-01&until=2026-06-30").text
    evaluator = browser("evaluator").get("/matching?since=2026-04-01&until=2026-06-30").text
    assert "Too few to show" in evaluator
    assert "94.4" not in evaluator


def test_a_unit_without_the_module_has_no_such_pages(browser: Browser, outside: Place, app: Flask) -> None:
    client = browser("coordinator")
    with app.app_context():
        from crm.accounts.models import Unit

        outside.world.session.get_one(Unit, outside.unit_id).modules = []
        outside.world.session.commit()
    assert client.get("/matching").status_code == 404
    assert "/matching" not in client.get("/today").text


def test_lists_cost_no_more_with_more_in_them(browser: Browser, outside: Place, app: Flask) -> None:
    """No list asks again for each of its rows."""
    client = browser("coordinator")
    addresses = (
        "/matching", "/matching/mentors", "/matching/matches", "/matching/match-offers", "/matching/mentor-commitments",
        f"/matching/participants/{outside.participant}/offer", "/today", f"/participants/{outside.participant}",
    )  # fmt: skip

    def asked() -> dict[str, int]:
        found = {}
        for address in addresses:
            with counted(app) as statements:
                assert client.get(address).status_code == 200
            found[address] = len(statements)
        return found

    with app.app_context():
        _one_of_everything(outside, 0)
    asked()
    few = asked()
    with app.app_context():
        for number in range(1, 6):
            _one_of_everything(outside, number)
    assert asked() == few
    assert max(few[address] for address in addresses[1:6]) <= 12, few


def _one_of_everything(outside: Place, number: int) -> None:
    profiles = [outside.profile(f"Eva {number}"), outside.profile(f"Grete {number}")]
    match = outside.match(profiles[0])
    outside.offer(profiles[1], other_number=True)
    with transaction():
        given = PromiseFields("meeting", date(2026, 6, 1), every_days=14, match_id=match.id)
        add_commitment(outside.coordinator, mentor_id=profiles[0].mentor_id or 0, given=given)


def test_a_note_is_read_by_nobody_else(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    mentor = take_on(client, staff_id=str(outside.coordinator.staff_id))
    assert client.post(f"{mentor}/notes", data={"text": "", "submission_key": "n"}).status_code == 422
    asked = client.post(f"{mentor}/notes", data={"text": "She has a diagnosis", "submission_key": "n"})
    assert asked.status_code == 422
    assert "Look once more" in asked.text
    for _time in range(2):
        made = client.post(f"{mentor}/notes", data={"text": "Wants a break in May", "submission_key": "n"})
        assert made.status_code == 303
    page = client.get(mentor).text
    assert page.count("Wants a break in May") == 1
    for other in ("manager", "colleague"):
        assert "Wants a break" not in browser(other).get(mentor).text
    remove = re.search(r'action="(/matching/mentor-notes/[^"]+)/remove"', page)
    assert remove is not None
    assert "Wants a break" not in client.post(f"{remove[1]}/remove", follow_redirects=True).text
    assert "Wants a break" in client.post(f"{remove[1]}/restore", follow_redirects=True).text


def test_an_offer_can_be_closed_withdrawn_and_opened_again(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    profiles = [write_profile(client, take_on(client)), write_profile(client, take_on(client, submission_key="2"))]
    ids = [each.rpartition("/")[2] for each in profiles]
    new = f"/matching/participants/{outside.participant}/offer"
    offer = client.post(new, data={"profiles": ids, "submission_key": "o"}).location
    assert client.post(f"{offer}/choose", data={}).status_code == 422
    assert client.post(f"{offer}/choose", data={"candidate": "none", "by": "participant"}).status_code == 303
    assert "None of them was chosen" in client.get(offer).text
    assert browser("manager").get(offer).status_code == 404
    assert "To be chosen" not in client.get(f"/participants/{outside.participant}").text
    assert "already" in client.post(f"{offer}/withdraw", follow_redirects=True).text
    assert client.post(f"{offer}/reopen").status_code == 303
    assert client.post(f"{offer}/withdraw").status_code == 303
    assert client.get(f"{offer}/show").status_code == 303
    assert client.post(f"{offer}/reopen").status_code == 303
    assert "To be chosen" in client.get(f"/participants/{outside.participant}").text
