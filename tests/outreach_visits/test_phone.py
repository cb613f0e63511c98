"""What the server tells telephones: the card, the worker, the visits of the day, and devices that were cut off."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm.db import current_session, transaction
from crm.employers.models import Contact
from crm.tasks.models import Task
from outreach.visits.models import VisitDevice, VisitReport
from outreach.visits.services.devices import cut_off_device
from tests.outreach_visits.conftest import Place

Browser = Callable[[str], FlaskClient]
KEY = "11111111-2222-4333-8444-555555555555"


def visit_of(app: Flask, place: Place, **values: Any) -> str:
    with app.app_context():
        return place.visit(**values).public_id


def send(client: FlaskClient, visit: str, key: str = KEY, **values: Any) -> TestResponse:
    typed = {"outcome": ["interested"], "on_date": ["2026-11-18"], "next_when": ["none"], **values.pop("typed", {})}
    body = {"key": key, "version": 1, "typed": typed, "typed_at": "2026-11-18T10:58:00.000Z", "left": 0, **values}
    return client.post(f"/visits/{visit}/send", json=body)


def contacts(app: Flask) -> list[Contact]:
    with app.app_context():
        found = list(current_session().scalars(select(Contact)))
        current_session().expunge_all()
        return found


def cut_off(app: Flask, place: Place) -> None:
    with app.app_context(), transaction() as session:
        device = session.scalars(select(VisitDevice)).one()
        cut_off_device(place.administrator, device_id=device.id)


def test_the_card_holds_nothing_that_belongs_to_anybody(app: Flask, outside: Place, browser: Browser) -> None:
    visit_of(app, outside)
    mine, yours = browser("coordinator"), browser("manager")
    page = mine.get("/visits/phone").text
    assert page == yours.get("/visits/phone").text
    for word in ("Nordlys", "Maria", "Karin", "csrf"):
        assert word not in page


def test_the_worker_keeps_the_card_and_its_files_and_answers_only_there(
    app: Flask, outside: Place, browser: Browser
) -> None:
    answer = browser("coordinator").get("/visits/worker.js")
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    kept = answer.text[answer.text.index("const KEPT") : answer.text.index("const ADDRESSES")]
    assert "/assets/app." in kept
    assert "/employers" not in kept


def test_a_telephone_keeps_of_a_visit_what_the_card_shows_and_no_more(
    app: Flask, outside: Place, browser: Browser
) -> None:
    visit_of(app, outside, about="Ask about summer jobs")
    day = browser("coordinator").get("/visits/today.json").json
    (visit,) = day["visits"]
    assert visit["employer"] == "Nordlys Bageri AB"
    assert visit["people"] == [[outside.person_id, "Eva Sjöström, Manager"]]
    assert "about" not in visit, "what somebody wrote to themselves stays on the server"
    assert browser("colleague").get("/visits/today.json").json["visits"] == []


def test_who_is_not_signed_in_hears_no_more_than_that(app: Flask, outside: Place) -> None:
    answer = app.test_client().get("/visits/today.json")
    assert (answer.status_code, answer.json) == (401, {"state": "signed_out"})


def test_what_is_sent_twice_is_saved_once_and_answered_alike(app: Flask, outside: Place, browser: Browser) -> None:
    visit, client = visit_of(app, outside), browser("coordinator")
    first, again = send(client, visit), send(client, visit)
    assert first.json == again.json
    assert first.json["state"] == "saved"
    assert len(contacts(app)) == 1


def test_days_are_counted_from_the_visit_and_not_from_when_the_network_came_back(
    app: Flask, outside: Place, browser: Browser
) -> None:
    with app.app_context():
        visit = outside.visit().public_id
    typed = {"on_date": ["2026-11-16"], "next_when": ["tomorrow"]}
    assert send(browser("coordinator"), visit, typed=typed).json["state"] == "saved"
    with app.app_context():
        task = current_session().scalars(select(Task).where(Task.kind == "employer.next_step")).one()
        assert task.due_on.isoformat() == "2026-11-17"


def test_what_no_telephone_sends_is_refused_or_cleaned_and_never_a_crash(
    app: Flask, outside: Place, browser: Browser
) -> None:
    visit, client = visit_of(app, outside), browser("coordinator")
    assert send(client, visit, key="sixteen letters\x00 and more").status_code == 400
    said = send(client, visit, typed={"note": ["a\x00b\ud800"]}, typed_at="0001-01-01T00:00:00+14:00")
    assert (said.status_code, said.json["state"]) == (200, "saved")
    assert [each.note for each in contacts(app)] == ["ab\ufffd"]


def test_a_device_is_known_by_a_cookie_as_safe_as_that_of_the_session(
    app: Flask, outside: Place, browser: Browser
) -> None:
    client = browser("coordinator")
    app.config["SESSION_COOKIE_SECURE"] = True
    cookies = client.post("/visit-devices", json={}).headers.getlist("Set-Cookie")
    (cookie,) = [each for each in cookies if each.startswith("brobygg_device=")]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Strict"))


def test_a_note_that_has_to_be_looked_at_waits_on_its_page(app: Flask, outside: Place, browser: Browser) -> None:
    visit, client = visit_of(app, outside), browser("coordinator")
    said = send(client, visit, typed={"note": ["She has a diagnosis of depression"]}).json
    assert said["state"] == "kept"
    page = client.get(said["href"]).text
    assert "She has a diagnosis of depression" in page
    assert "save_anyway" in page
    assert 'id="visits-kept"' in client.get("/").text
    assert contacts(app) == []


def test_what_lacks_something_is_kept_and_says_what_is_missing(app: Flask, outside: Place, browser: Browser) -> None:
    visit, client = visit_of(app, outside), browser("coordinator")
    said = send(client, visit, typed={"outcome": [""], "note": ["They are nice"]}).json
    page = client.get(said["href"]).text
    assert "Fill this in." in page
    assert "They are nice" in page


def test_what_no_telephone_sends_is_refused(app: Flask, outside: Place, browser: Browser) -> None:
    visit, client = visit_of(app, outside), browser("coordinator")
    for body in (None, [], {"key": "short", "typed": {}}, {"key": KEY, "typed": "text"}, {"key": 7, "typed": {}}):
        assert client.post(f"/visits/{visit}/send", json=body).status_code == 400
    assert client.post(f"/visits/{visit}/send", data={"key": KEY}).status_code == 400
    assert send(client, "A" * 16).status_code == 404
    assert contacts(app) == []


def test_a_device_that_was_cut_off_is_told_to_delete_everything_whoever_is_signed_in(
    app: Flask, outside: Place, browser: Browser
) -> None:
    visit, client = visit_of(app, outside), browser("coordinator")
    device = client.post("/visit-devices", json={}).json["device"]
    cut_off(app, outside)
    told = client.get("/visits/today.json")
    assert (told.status_code, told.json["state"]) == (410, "cut_off")
    with app.app_context():
        assert current_session().scalars(select(VisitDevice)).one().wiped_at is not None
    fresh = browser("coordinator")
    assert send(fresh, visit, device=device).status_code == 410
    assert contacts(app) == []
    with app.app_context():
        assert current_session().scalars(select(VisitReport)).all() == []


def test_the_first_page_that_a_cut_off_device_opens_empties_it(app: Flask, outside: Place, browser: Browser) -> None:
    client = browser("coordinator")
    client.post("/visit-devices", json={})
    cut_off(app, outside)
    answer = client.get("/sign-in")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert client.get_cookie("brobygg_device") is None


def test_signing_out_asks_while_something_waits_and_empties_the_device(
    app: Flask, outside: Place, browser: Browser
) -> None:
    client = browser("coordinator")
    client.post("/visit-devices", json={})
    client.set_cookie("brobygg_waiting", "2")
    asked = client.post("/sign-out")
    assert asked.status_code == 409
    assert "2 visits have not been sent yet" in asked.text
    assert client.get("/visits").status_code == 200, "still signed in"
    done = client.post("/sign-out", data={"leave_visits": "1"})
    assert done.headers["Clear-Site-Data"] == '"storage"'
    assert client.get("/visits").status_code == 303
    with app.app_context():
        assert current_session().scalars(select(VisitDevice)).one().cleared_at is not None


def test_signing_out_where_nothing_is_kept_goes_as_always(app: Flask, outside: Place, browser: Browser) -> None:
    client = browser("coordinator")
    client.set_cookie("brobygg_waiting", "2")
    done = client.post("/sign-out")
    assert done.status_code == 302
    assert "Clear-Site-Data" not in done.headers
