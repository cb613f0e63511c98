"""Profiles and their photos, on pages and on paper."""

import re
from io import BytesIO

from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from crm.accounts.models import Staff
from crm.accounts.scopes import trusted
from crm.attachments.models import Attachment
from crm.db import current_session
from outreach.matching.models import MatchProfile
from tests.outreach_matching.clicks import Browser, take_on, write_profile
from tests.outreach_matching.conftest import Place, picture


def test_the_profile_of_the_example_is_one_page_with_the_photo(browser: Browser, outside: Place) -> None:
    """Poul Poulsen, 61, Rødvig: name, age, residence, work, leisure in three lines, and what he offers."""
    client = browser("coordinator")
    mentor = take_on(client)
    texts = {
        "residence": "Rødvig", "work_now": "Early retirement", "work_before": "Foreman at a building merchant's",
        "trade": "Ship's carpenter", "leisure": "Sails a dinghy\nSings in a choir\nBees and a kitchen garden",
        "offer": "I have time, and I have been out of work myself.",
    }  # fmt: skip
    profile = write_profile(client, mentor, **texts)
    sent = {"file": (BytesIO(picture()), "me.jpg")}
    assert client.post(f"{profile}/photo", data=sent, content_type="multipart/form-data").status_code == 303
    for page in (client.get(profile).text, client.get(f"{profile}/print").text):
        for text in ("Poul Poulsen", "61", *"\n".join(texts.values()).split("\n")):
            assert text.replace("'", "&#39;") in page
        assert f'src="{profile}/photo"' in page
    pdf = PdfReader(BytesIO(client.get(f"{profile}/pdf").data))
    assert len(pdf.pages) == 1
    on_paper = pdf.pages[0].extract_text()
    for text in ("Poul Poulsen", "61", "Rødvig", "Sings in a choir", "I have time"):
        assert text in on_paper
    assert len(pdf.pages[0].images) == 1


def test_the_longest_profile_is_one_page(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    mentor = take_on(client)
    words = "Ordentlig text om livet. "
    longest = {"residence": 80, "work_now": 160, "work_before": 240, "trade": 160, "leisure": 400, "offer": 800}
    texts = {key: (words * 40)[: size - 1].strip() for key, size in longest.items()}
    texts["leisure"] = "\n".join(["en rad till"] * 12)
    profile = write_profile(client, mentor, **texts)
    sent = {"file": (BytesIO(picture((300, 2000))), "tall.jpg")}
    client.post(f"{profile}/photo", data=sent, content_type="multipart/form-data")
    assert len(PdfReader(BytesIO(client.get(f"{profile}/pdf").data)).pages) == 1


def test_only_what_was_agreed_to_is_shown(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    mentor = take_on(client)
    profile = write_profile(client, mentor, agreed=["name", "offer"], trade="Ship's carpenter", offer="I listen")
    paper = client.get(f"{profile}/print").text
    assert "I listen" in paper
    assert "carpenter" not in paper
    assert "61" not in paper
    assert "carpenter" in client.get(profile).text  # for staff, as what is not shown
    assert client.post(f"{profile}/withdraw").status_code == 303
    assert client.get(f"{profile}/print").status_code == 303
    assert client.get(f"{profile}/pdf").status_code == 303
    assert "No profile can be offered" in client.get(f"/matching/participants/{outside.participant}/offer").text
    assert client.post(f"{profile}/agree").status_code == 303
    assert "I listen" in client.get(f"{profile}/print").text


def test_a_photo_that_comes_back_takes_the_place_of_the_one_chosen_since(
    browser: Browser, outside: Place, app: Flask
) -> None:
    client = browser("coordinator")
    profile = write_profile(client, take_on(client))
    for number, then in ((1, "remove"), (2, "")):
        sent = {"file": (BytesIO(picture((100 * number, 100))), "me.jpg")}
        assert client.post(f"{profile}/photo", data=sent, content_type="multipart/form-data").status_code == 303
        if then:
            gone = client.post(f"{profile}/photo/{then}", follow_redirects=True).text
            undo = re.search(r'name="photo" value="([^"]+)"', gone)
    assert undo is not None
    for _again in range(2):
        assert client.post(f"{profile}/photo/restore", data={"photo": undo[1]}).status_code == 303
    with app.app_context():
        there = trusted(select(Attachment).where(Attachment.removed_at.is_(None)), because="a test")
        assert [each.public_id for each in current_session().scalars(there)] == [undo[1]]


def test_a_photo_is_drawn_anew_and_what_is_none_is_refused(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    profile = write_profile(client, take_on(client))
    hidden = picture(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0secret place") + b"<script>alert(1)</script>"
    for name, data in (("a.jpg", b"<svg onload=alert(1)>"), ("b.png", b""), ("c.jpg", b"\xff\xd8\xff broken")):
        sent = {"file": (BytesIO(data), name)}
        answer = client.post(f"{profile}/photo", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422, name
        assert "photo" in answer.text
    assert client.get(f"{profile}/photo").status_code == 404
    sent = {"file": (BytesIO(hidden), "me.html")}
    assert client.post(f"{profile}/photo", data=sent, content_type="multipart/form-data").status_code == 303
    photo = client.get(f"{profile}/photo")
    assert photo.mimetype == "image/jpeg"
    assert photo.headers["X-Content-Type-Options"] == "nosniff"
    assert b"script" not in photo.data
    assert b"secret" not in photo.data
    gone = client.post(f"{profile}/photo/remove", follow_redirects=True).text
    undo = re.search(r'name="photo" value="([^"]+)"', gone)
    assert undo is not None
    assert client.get(f"{profile}/photo").status_code == 404
    assert client.post(f"{profile}/photo/restore", data={"photo": undo[1]}).status_code == 303
    assert client.get(f"{profile}/photo").status_code == 200


def test_nothing_of_a_protected_participant_goes_on_paper(browser: Browser, outside: Place, app: Flask) -> None:
    client = browser("coordinator")
    profiles = [write_profile(client, take_on(client)), write_profile(client, take_on(client, submission_key="2"))]
    new = f"/matching/participants/{outside.participant}/offer"
    ids = [each.rpartition("/")[2] for each in profiles]
    offer = client.post(new, data={"profiles": ids, "submission_key": "o"}).location
    assert client.get(f"{offer}/print").status_code == 200
    assert len(PdfReader(BytesIO(client.get(f"{offer}/pdf").data)).pages) == 2
    with app.app_context():
        _protect(outside)
    assert client.get(f"{offer}/show").status_code == 200
    assert client.get(f"{offer}/print").status_code == 303
    assert client.get(f"{offer}/pdf").status_code == 303
    assert browser("colleague").get(offer).status_code == 404
    assert "Egenberg" not in browser("manager").get("/matching/match-offers").text


def _protect(outside: Place) -> None:
    from crm.participants.models import Participant, ParticipantNamedStaff

    session = outside.world.session
    person = session.scalars(select(Participant).where(Participant.id == outside.participant_id)).one()
    person.protected = True
    staff = session.scalars(select(Staff).where(Staff.email == outside.emails["coordinator"])).one()
    person.named_staff.append(ParticipantNamedStaff(staff_id=staff.id))
    session.commit()


def test_an_employer_has_a_profile_too(browser: Browser, outside: Place, app: Flask) -> None:
    client = browser("coordinator")
    with app.app_context():
        employer = outside.world.employer("Bygg AB", city="Osby").public_id
    address = f"/matching/employers/{employer}/profile"
    assert "Bygg AB" in client.get(address).text
    data = {"name": "Bygg AB", "tasks": "You build", "agreed": ["name", "tasks"], "agreed_on": "2026-06-01"}
    made = client.post(address, data={**data, "version": "0"})
    assert made.status_code == 303, made.text
    assert "You build" in client.get(f"{made.location}/print").text
    assert "Open the profile" in client.get(f"/employers/{employer}/details").text
    with app.app_context():
        assert current_session().scalars(trusted(select(MatchProfile), because="a test")).one().employer_id
