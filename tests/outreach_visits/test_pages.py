"""The pages of visits, with and without scripts: forms by post."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from crm.accounts.models import Staff, Unit
from crm.db import current_session, db
from crm.employers.models import Contact, Employer
from crm.tasks.models import Task
from outreach.visits.models import Visit, VisitDevice, VisitReport, VisitState
from tests.outreach_visits.conftest import Place

Browser = Callable[[str], FlaskClient]
FORM = {"on": "2026-11-18", "at": "14:00", "minutes": "60", "purpose": "needs", "submission_key": "k" * 22}


def visit_address(app: Flask, place: Place, **values: Any) -> str:
    with app.app_context():
        return f"/visits/{place.visit(**values).public_id}"


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found is not None
    value = re.search(r'value="([^"]*)"', found.group())
    return value.group(1) if value else ""


def rows(app: Flask, model: type[Any]) -> list[Any]:
    with app.app_context():
        found = list(current_session().scalars(select(model)))
        current_session().expunge_all()
        return found


def answer(page: str, **values: str) -> dict[str, str]:
    return {
        "version": hidden(page, "version"),
        "submission_key": hidden(page, "submission_key"),
        "on_date": "2026-11-18",
        "next_when": "none",
        **values,
    }


def test_a_visit_is_booked_from_the_page_of_the_employer(app: Flask, outside: Place, browser: Browser) -> None:
    client = browser("coordinator")
    assert "No visit is planned." in client.get(f"/employers/{outside.employer}").text
    path = f"/employers/{outside.employer}/visits/new"
    done = client.post(path, data=FORM | {"person_id": outside.person_id, "staff_id": outside.coordinator.staff_id})
    assert done.status_code == 303
    page = client.get(done.location).text
    assert "Storgatan 1, 283 31 Osby" in page
    assert "openstreetmap.org" in page
    shown = client.get(f"/employers/{outside.employer}").text
    assert "Visit on Wed 18 Nov at 14:00" in shown


def test_today_shows_the_visits_of_the_day_with_address_and_last_contact(
    app: Flask, outside: Place, browser: Browser
) -> None:
    visit_address(app, outside)
    page = browser("coordinator").get("/").text
    panel = page[page.index('id="visits-today"') : page.index('id="due-today"')]
    for words in ("14:00", "Nordlys Bageri AB", "Storgatan 1", "Eva Sjöström", "Log the visit", "tel:+46701740605"):
        assert words in panel
    assert page.count("Visit Nordlys Bageri AB at 14:00") == 0, "the panel shows it, and no list a second time"
    assert 'id="visits-today"' not in browser("colleague").get("/").text


def test_a_visit_is_logged_by_post(app: Flask, outside: Place, browser: Browser) -> None:
    address, client = visit_address(app, outside), browser("coordinator")
    page = client.get(address).text
    data = answer(
        page, outcome="place_offered", met_decision_maker="yes", purpose="needs", next_when="week",
        next_text="Send the agreement", note="Two places", person_ids=str(outside.person_id),
    )  # fmt: skip
    for _time in range(2):
        done = client.post(f"{address}/log", data=data)
        assert (done.status_code, done.location) == (303, address)
    (contact,) = rows(app, Contact)
    assert (contact.outcome, contact.purpose, contact.met_decision_maker) == ("place_offered", "needs", True)
    page = client.get(address).text
    assert "Two places" in page
    assert "Undo" in page
    assert client.post(f"{address}/open-again").status_code == 303
    assert rows(app, Visit)[0].state is VisitState.PLANNED


def test_without_an_outcome_the_form_comes_back_with_what_was_typed(
    app: Flask, outside: Place, browser: Browser
) -> None:
    address, client = visit_address(app, outside), browser("coordinator")
    refused = client.post(f"{address}/log", data=answer(client.get(address).text, note="Remember this"))
    assert refused.status_code == 422
    assert "Remember this" in refused.text
    assert "Fill this in." in refused.text
    assert rows(app, Contact) == []


def test_another_day_has_to_be_chosen(app: Flask, outside: Place, browser: Browser) -> None:
    address, client = visit_address(app, outside), browser("coordinator")
    data = answer(client.get(address).text, outcome="interested", next_when="own")
    assert "Choose the day." in client.post(f"{address}/log", data=data).text
    assert client.post(f"{address}/log", data=data | {"next_on": "2026-12-01"}).status_code == 303
    with app.app_context():
        task = current_session().scalars(select(Task).where(Task.kind == "employer.next_step")).one()
        assert task.due_on.isoformat() == "2026-12-01"


def test_what_does_not_belong_in_a_note_is_pointed_out_once(app: Flask, outside: Place, browser: Browser) -> None:
    address, client = visit_address(app, outside), browser("coordinator")
    data = answer(client.get(address).text, outcome="interested", note="She has a diagnosis of depression")
    assert "save_anyway" in client.post(f"{address}/log", data=data).text
    assert rows(app, Contact) == []
    assert client.post(f"{address}/log", data=data | {"save_anyway": "1"}).status_code == 303
    assert len(rows(app, Contact)) == 1


def test_both_versions_are_shown_where_two_have_logged_the_same_visit(
    app: Flask, outside: Place, browser: Browser
) -> None:
    address, first, second = visit_address(app, outside), browser("coordinator"), browser("colleague")
    seen = second.get(address).text
    first.post(f"{address}/log", data=answer(first.get(address).text, outcome="declined", note="They said no"))
    kept = second.post(f"{address}/log", data=answer(seen, outcome="interested", note="They said yes"))
    assert kept.location.startswith("/visit-reports/")
    page = second.get(kept.location).text
    assert "They said no" in page
    assert "They said yes" in page
    assert page.index('id="theirs"') < page.index('id="mine"')
    refused = second.post(kept.location, data=answer(page, outcome="", how="replace"))
    assert 'id="how-replace" checked' in refused.text
    data = answer(page, outcome="interested", note="They said yes", how="second")
    assert "one more contact" in second.post(kept.location, data=data, follow_redirects=True).text
    assert sorted(each.note for each in rows(app, Contact)) == ["They said no", "They said yes"]
    (report,) = rows(app, VisitReport)
    assert report.fields == {}


def test_what_was_kept_can_be_done_without_and_taken_back(app: Flask, outside: Place, browser: Browser) -> None:
    address, first, second = visit_address(app, outside), browser("coordinator"), browser("colleague")
    seen = second.get(address).text
    first.post(f"{address}/log", data=answer(first.get(address).text, outcome="declined"))
    path = second.post(f"{address}/log", data=answer(seen, outcome="interested", note="They said yes")).location
    assert second.post(f"{path}/discard").status_code == 303
    assert second.get(path).status_code == 303
    assert second.post(f"{path}/take-back").location == path
    assert "They said yes" in second.get(path).text
    assert first.get(path).status_code == 404, "what she has not saved is hers"


def test_a_visit_is_moved_and_cancelled_with_a_way_back(app: Flask, outside: Place, browser: Browser) -> None:
    address, client = visit_address(app, outside), browser("coordinator")
    page = client.get(f"{address}/edit").text
    data = {**FORM, "version": hidden(page, "version"), "on": "2026-11-20", "staff_id": outside.coordinator.staff_id}
    assert client.post(f"{address}/edit", data=data).status_code == 303
    assert "Friday 20 November 2026 14:00" in client.get(address).text
    old = client.post(f"{address}/edit", data=data | {"at": "09:00"})
    assert old.status_code == 422
    assert "Somebody else saved this" in old.text
    page = client.get(address).text
    assert (
        client.post(f"{address}/cancel", data={"version": hidden(page, "version"), "because": "Ill"}).status_code == 303
    )
    page = client.get(address).text
    assert "Ill" in page
    assert "Undo" in page
    client.post(f"{address}/restore")
    assert rows(app, Visit)[0].state is VisitState.PLANNED


def test_who_has_a_block_is_not_offered_to_be_visited_without_a_reason(
    app: Flask, outside: Place, browser: Browser
) -> None:
    with app.app_context():
        current_session().get_one(Employer, outside.employer_id).advertising_block = True
        current_session().commit()
    client, path = browser("coordinator"), f"/employers/{outside.employer}/visits/new"
    assert 'name="basis"' in client.get(path).text
    data = FORM | {"staff_id": outside.coordinator.staff_id}
    assert client.post(path, data=data).status_code == 422
    assert client.post(path, data=data | {"basis": "own_inquiry"}).status_code == 303


@pytest.mark.parametrize("who", ["stranger", "evaluator"])
def test_others_see_no_visit_of_this_unit(app: Flask, outside: Place, browser: Browser, who: str) -> None:
    address, client = visit_address(app, outside), browser(who)
    assert client.get(address).status_code in (403, 404)
    assert client.post(f"{address}/log", data={"outcome": "interested"}).status_code in (403, 404)
    assert rows(app, Contact) == []


def test_a_unit_that_has_switched_visits_off_has_none_of_it(app: Flask, outside: Place, browser: Browser) -> None:
    address = visit_address(app, outside)
    with app.app_context():
        current_session().get_one(Unit, outside.unit_id).modules = ["-visits"]
        current_session().commit()
    client = browser("coordinator")
    assert client.get(address).status_code == 404
    assert "visits-phone" not in client.get("/").text
    today = client.get("/visits/today.json")
    assert (today.status_code, "Nordlys" in today.text) == (404, False)
    assert "No visit is planned." not in client.get(f"/employers/{outside.employer}").text


def test_a_visit_is_found_by_employer_person_and_what_is_to_remember(
    app: Flask, outside: Place, browser: Browser
) -> None:
    address = visit_address(app, outside, about="Fråga om sommarjobb")
    for text in ("nordlys", "sjostrom", "sommarjobb"):
        assert address in browser("colleague").get("/search", query_string={"q": text}).text
        assert address not in browser("stranger").get("/search", query_string={"q": text}).text


def test_the_list_of_visits_asks_few_questions(app: Flask, outside: Place, browser: Browser) -> None:
    with app.app_context():
        for _number in range(12):
            outside.visit()
    client, asked = browser("coordinator"), []
    with app.app_context():
        engine = db.engine
    listener = lambda *given: asked.append(given[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", listener)
    try:
        page = client.get("/visits").text
    finally:
        event.remove(engine, "before_cursor_execute", listener)
    assert page.count("Nordlys Bageri AB") >= 12
    assert len([each for each in asked if each.startswith(("SELECT", "WITH"))]) <= 12


def test_devices_stand_among_ones_own_settings_and_on_the_page_of_staff(
    app: Flask, outside: Place, browser: Browser
) -> None:
    client, administrator = browser("coordinator"), browser("administrator")
    assert "Telephones that keep visits" not in client.get("/settings").text
    agent = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile"}
    assert client.post("/visit-devices", json={}, headers=agent).status_code == 200
    (device,) = rows(app, VisitDevice)
    assert "Android, Chrome" in client.get("/settings").text
    with app.app_context():
        staff = outside.world.session.get(type(device), device.id).staff_id
        public_id = current_session().get_one(Staff, staff).public_id
    assert "Android, Chrome" in administrator.get(f"/settings/staff/{public_id}").text
    done = administrator.post(f"/visit-devices/{device.public_id}/cut-off")
    assert done.location == f"/settings/staff/{public_id}"
    assert "it has not come online since" in administrator.get(done.location).text
