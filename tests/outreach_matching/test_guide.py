"""The talk along the match guide: what is known already, what is taken over, and what staff is reminded of."""

from flask import Flask
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from outreach.matching.guide import TOPICS
from outreach.matching.models import Mentor
from tests.outreach_matching.clicks import Browser, take_on, write_profile
from tests.outreach_matching.conftest import Place

SHOWN = "Poul Poulsen|070-123 45 67|poul@example.net"


def _said(**values: str) -> dict[str, str]:
    given = {"name": "Poul Poulsen", "phone": "070-123 45 67", "email": "poul@example.net", "known": SHOWN,
             "on_date": "2026-06-01", "minutes": "30", "submission_key": "talk", "action": "done"}  # fmt: skip
    return dict.fromkeys(TOPICS, "") | given | {"why": "Because"} | values


def _mentor(app: Flask) -> Mentor:
    with app.app_context():
        return current_session().scalars(trusted(select(Mentor), because="a test")).one()


def test_the_talk_asks_for_the_age_and_takes_it_over(browser: Browser, outside: Place, app: Flask) -> None:
    client = browser("coordinator")
    mentor = take_on(client, birth_year="")
    page = client.get(f"{mentor}/guide").text
    assert SHOWN in page
    assert "Year of birth" in page
    for wrong in ("65", "2027"):
        refused = client.post(f"{mentor}/guide", data=_said(birth_year=wrong))
        assert refused.status_code == 422
        assert f'value="{wrong}"' in refused.text
        assert "Because" in refused.text
    assert client.post(f"{mentor}/guide", data=_said(birth_year="1965")).status_code == 303
    assert _mentor(app).birth_year == 1965
    assert 'value="1965"' in client.get(f"{mentor}/guide").text
    talk = client.post(f"{mentor}/guide", data=_said(birth_year="", submission_key="two", action="later"))
    assert talk.status_code == 303
    assert _mentor(app).birth_year == 1965


def test_a_talk_takes_back_nothing_that_a_colleague_has_corrected_meanwhile(
    browser: Browser, outside: Place, app: Flask
) -> None:
    client = browser("coordinator")
    mentor = take_on(client)
    corrected = {"name": "Poul Poulsen", "phone": "0709999999", "email": "poul@example.net", "capacity": "1",
                 "recruited_on": "2026-01-10", "version": "1"}  # fmt: skip
    assert browser("colleague").post(f"{mentor}/edit", data=corrected).status_code == 303
    assert client.post(f"{mentor}/guide", data=_said(name="Åge Poulsen")).status_code == 303
    row = _mentor(app)
    assert (row.name, row.sort_name, row.phone) == ("Åge Poulsen", "age poulsen", "+46709999999")


def test_what_a_match_has_to_respect_stands_where_profiles_are_put_together(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    mentor = take_on(client)
    for number, attention in enumerate(("Has no car", "")):
        talk = _said(attention=attention, limits="Not after eight", submission_key=str(number))
        assert client.post(f"{mentor}/guide", data=talk).status_code == 303
    profile = write_profile(client, mentor)
    new = client.get(f"/matching/participants/{outside.participant}/offer").text
    assert "Not after eight" in new
    assert "Not after eight" in client.get(mentor).text
    for shown in (profile, f"{profile}/print"):
        assert "Not after eight" not in client.get(shown).text


def test_a_mentor_who_waits_without_a_profile_is_pointed_out(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    mentor = take_on(client)
    assert "No profile to show yet" in client.get("/matching/mentors?state=idle").text
    profile = write_profile(client, mentor)
    assert "No profile to show yet" not in client.get("/matching/mentors").text
    client.post(f"{profile}/withdraw")
    assert "No profile to show yet" in client.get("/matching/mentors").text


def test_no_cell_of_the_files_is_computed(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    take_on(client, name="=HYPERLINK(1)", municipality="@SUM(1)")
    for address in ("/matching/mentors/export", "/matching/export"):
        text = client.get(address).text
        assert "'@SUM(1)" in text
        assert not any(cell[:1] in "=@" for line in text.splitlines() for cell in line.split(";") if cell)


def test_a_mentor_is_taken_on_and_told_on_a_day_that_has_been(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    data = {"name": "Eva", "capacity": "1", "submission_key": "x"}
    for days in ({"recruited_on": "2026-07-01"}, {"recruited_on": "2026-06-30", "told_on": "2026-07-01"}):
        refused = client.post("/matching/mentors/new", data=data | days)
        assert refused.status_code == 422
        assert "still to come" in refused.text
        assert 'value="Eva"' in refused.text
