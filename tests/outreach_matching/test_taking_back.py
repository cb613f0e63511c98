"""What somebody takes back: the agreement to be shown, a first meeting that was not one."""

import re
from io import BytesIO

from flask import Flask
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from outreach.matching.models import Match, MatchProfile
from tests.outreach_matching.clicks import Browser, take_on, write_profile
from tests.outreach_matching.conftest import Place, picture


def test_with_the_agreement_every_field_and_the_photo_go_and_one_press_brings_them_back(
    browser: Browser, outside: Place, app: Flask
) -> None:
    client = browser("coordinator")
    profile = write_profile(client, take_on(client), offer="I listen")
    sent = {"file": (BytesIO(picture()), "me.jpg")}
    assert client.post(f"{profile}/photo", data=sent, content_type="multipart/form-data").status_code == 303
    gone = client.post(f"{profile}/withdraw", follow_redirects=True).text
    assert "profile-photo" not in gone
    assert "I listen" not in gone
    assert client.get(f"{profile}/photo").status_code == 404
    with app.app_context():
        assert current_session().scalars(trusted(select(MatchProfile), because="a test")).one().photo_id is None
    undo = re.search(r'name="photo" value="([^"]+)"', gone)
    assert undo is not None
    for _again in range(2):
        assert client.post(f"{profile}/agree", data={"photo": undo[1]}).status_code == 303
    assert "I listen" in client.get(f"{profile}/print").text
    assert client.get(f"{profile}/photo").mimetype == "image/jpeg"
    again = client.post(f"{profile}/withdraw", follow_redirects=True)
    assert again.status_code == 200
    assert client.post(f"{profile}/withdraw").status_code == 303


def test_a_first_meeting_is_corrected_and_taken_back(browser: Browser, outside: Place, app: Flask) -> None:
    with app.app_context():
        match = f"/matching/matches/{outside.match().public_id}"
    client = browser("coordinator")
    assert "Correct the first meeting" not in client.get(match).text
    assert client.post(f"{match}/begin", data={"on_date": "2026-06-30"}).status_code == 303
    page = client.get(match).text
    assert "Correct the first meeting" in page
    assert 'value="2026-06-30"' in page
    refused = client.post(f"{match}/begin", data={"on_date": "2026-06-29"})
    assert refused.status_code == 422
    assert "The match was made later." in refused.text
    assert 'value="2026-06-29"' in refused.text
    assert client.post(f"{match}/not-begun").status_code == 303
    with app.app_context():
        assert current_session().scalars(trusted(select(Match), because="a test")).one().begun_on is None
