"""The pages of call lists, as somebody without scripts uses them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update

from crm.accounts.models import Unit
from crm.db import current_session, db, transaction
from crm.employers.models import Employer
from outreach.lists.models import CallEntry, CallList, EntryState
from outreach.lists.services import finish_entry, next_entry
from tests.outreach_lists.room import NOON, TODAY, Room

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def made(outreach_app: Flask, outside: Room) -> str:
    """A list of two who are called and one who is not."""
    with outreach_app.app_context():
        outside.employer("Alm AB")
        outside.employer("=Berg AB")
        outside.employer("Cedergren AB", do_not_contact=True)
        return outside.call_list(target=1, deadline=TODAY + timedelta(days=3)).public_id


def entry_id(app: Flask, name: str) -> str:
    with app.app_context():
        found = current_session().query(CallEntry).join(CallEntry.employer).filter_by(name=name).one()
        return found.public_id


def test_the_builder_shows_who_is_left_out_and_why_and_makes_the_list(
    outreach_app: Flask, outside: Room, browser: Browser
) -> None:
    with outreach_app.app_context():
        outside.employer("Alm AB")
        outside.employer("Blocked AB", do_not_contact=True)
    client = browser("manager")
    text = client.get("/call-lists/new?owner=all").text
    assert "1 employer will be called" in text
    assert "1 is left out" in text
    assert "Blocked AB" in text
    assert "Do not contact" in text
    form = {
        "name": "Summer jobs", "unit_id": outside.unit_id, "script_id": outside.script_id, "wanted": "visit_booked",
        "target": "5", "deadline": "2026-07-31", "caller_ids": [outside.caller.staff_id], "cooldown_days": "30",
        "lease_minutes": "20", "most_attempts": "3", "query": "owner=all", "submission_key": "once",
    }  # fmt: skip
    again = client.post("/call-lists/new", data=form | {"step": "preview"})
    assert again.status_code == 200
    answer = client.post("/call-lists/new", data=form | {"step": "build"}, follow_redirects=True)
    assert "The list is ready" in answer.text
    assert "Alm AB" in answer.text
    refused = client.post("/call-lists/new", data=form | {"step": "build", "name": ""})
    assert refused.status_code == 422


def test_the_overview_shows_own_lists_with_their_progress_and_deadline(made: str, browser: Browser) -> None:
    text = browser("caller").get("/call-lists").text
    assert "Summer jobs" in text
    assert "3 days left" in text
    assert made in text
    assert "You do not call from any list" in browser("manager").get("/call-lists").text
    assert "Summer jobs" in browser("manager").get("/call-lists?show=unit").text
    assert "No list is closed" in browser("manager").get("/call-lists?show=closed").text


def test_a_stranger_finds_no_list(made: str, browser: Browser) -> None:
    client = browser("stranger")
    assert client.get(f"/call-lists/{made}").status_code == 404
    assert client.post(f"/call-lists/{made}/close").status_code == 404
    assert "Summer jobs" not in client.get("/call-lists?show=unit").text


def test_a_list_shows_its_entries_by_state_and_by_reason(made: str, browser: Browser) -> None:
    client = browser("manager")
    assert "Alm AB" in client.get(f"/call-lists/{made}").text
    left_out = client.get(f"/call-lists/{made}?state=left_out&reason=do_not_contact").text
    assert "Cedergren AB" in left_out
    assert "Alm AB" not in left_out
    assert "Nobody fits these filters" in client.get(f"/call-lists/{made}?q=nobody").text
    assert client.get(f"/call-lists/{made}?state=nonsense&reason=x&version=x&goal=1&outcome=x").status_code == 200


def test_leaving_out_putting_back_and_calling_first_can_each_be_taken_back(
    made: str, outreach_app: Flask, browser: Browser
) -> None:
    client, alm = browser("caller"), entry_id(outreach_app, "Alm AB")
    text = client.post(f"/call-lists/entries/{alm}/leave-out", follow_redirects=True).text
    assert f"/call-lists/entries/{alm}/put-back" in text
    text = client.post(f"/call-lists/entries/{alm}/put-back", follow_redirects=True).text
    assert f"/call-lists/entries/{alm}/put-back/undo" in text
    client.post(f"/call-lists/entries/{alm}/put-back/undo")
    client.post(f"/call-lists/entries/{alm}/put-back")
    text = client.post(f"/call-lists/entries/{alm}/first", follow_redirects=True).text
    assert 'name="position"' in text
    client.post(f"/call-lists/entries/{alm}/move", data={"position": "7"})
    client.post(f"/call-lists/entries/{alm}/move", data={"position": "x"})
    with outreach_app.app_context():
        entry = current_session().query(CallEntry).filter_by(public_id=alm).one()
        assert (entry.position, entry.state) == (7, EntryState.WAITING)


def test_a_block_that_holds_is_said_on_the_list(made: str, outreach_app: Flask, browser: Browser) -> None:
    blocked = entry_id(outreach_app, "Cedergren AB")
    answer = browser("caller").post(f"/call-lists/entries/{blocked}/put-back", follow_redirects=True)
    assert "They cannot be called: Do not contact." in answer.text


def test_putting_back_is_offered_where_it_works_and_else_what_has_to_change_first(
    made: str, outreach_app: Flask, outside: Room, browser: Browser
) -> None:
    client, ids = browser("caller"), {name: entry_id(outreach_app, name) for name in ("Alm AB", "=Berg AB")}
    for each in ids.values():
        client.post(f"/call-lists/entries/{each}/leave-out")
    with outreach_app.app_context(), transaction():
        current_session().query(Employer).filter_by(name="=Berg AB").one().phone = None
    page = client.get(f"/call-lists/{made}").text
    rows = {name: page[page.index(f">{name}<") :].split("</tr>")[0] for name in (*ids, "Cedergren AB")}
    assert f"{ids['Alm AB']}/put-back" in rows["Alm AB"]
    assert "put-back" not in rows["=Berg AB"] + rows["Cedergren AB"]
    assert "Write down a phone number first" in rows["=Berg AB"]
    assert "Not while they want no contact" in rows["Cedergren AB"]


def test_the_search_finds_lists_and_scripts_for_who_sees_them(
    made: str, outreach_app: Flask, outside: Room, browser: Browser
) -> None:
    found = browser("caller").get("/search?q=summer").text
    assert f'href="/call-lists/{made}"' in found
    assert "Osby · The first call" in found
    assert "/call-scripts/" in browser("stranger").get("/search?q=first+call").text
    assert f"/call-lists/{made}" not in browser("stranger").get("/search?q=summer").text
    browser("manager").post(f"/call-lists/{made}/close")
    assert ">Closed<" in browser("manager").get("/search?q=summer").text
    with outreach_app.app_context():
        outside.world.session.execute(update(Unit).values(modules=[]))
        outside.world.session.commit()
    found = browser("caller").get("/search?q=first").text
    assert "/call-scripts/" not in found


def test_who_calls_from_no_list_is_led_to_those_of_the_unit(made: str, browser: Browser) -> None:
    page = browser("manager").get("/call-lists").text
    assert 'href="/call-lists?show=unit"' in page[page.index("You do not call from any list") :]


def test_one_more_employer_is_found_by_name_and_an_unknown_one_is_said(
    made: str, outreach_app: Flask, outside: Room, browser: Browser
) -> None:
    with outreach_app.app_context():
        outside.employer("Dahl AB")
        outside.employer("Blocked AB", do_not_contact=True)
    client = browser("caller")
    added = client.post(f"/call-lists/{made}/add", data={"employer": "Dahl AB", "first": "y"}, follow_redirects=True)
    assert "They stand on the list." in added.text
    assert client.post(f"/call-lists/{made}/add", data={"employer": "Nobody"}).status_code == 422
    left_out = client.post(f"/call-lists/{made}/add", data={"employer": "Blocked AB"}, follow_redirects=True)
    assert "left out: Do not contact" in left_out.text


def test_closing_carries_its_undo_and_an_empty_list_says_why(made: str, browser: Browser) -> None:
    client = browser("manager")
    text = client.post(f"/call-lists/{made}/close", follow_redirects=True).text
    assert f"/call-lists/{made}/reopen" in text
    assert "This list is closed." in client.get(f"/call-lists/{made}/empty").text
    assert "open again" in client.post(f"/call-lists/{made}/reopen", follow_redirects=True).text


def test_a_list_is_changed_and_two_who_do_it_at_once_see_the_difference(
    made: str, outside: Room, browser: Browser
) -> None:
    client = browser("manager")
    assert "Summer jobs" in client.get(f"/call-lists/{made}/edit").text
    form = {
        "name": "Autumn jobs", "script_id": outside.script_id, "wanted": "reached", "cooldown_days": "30",
        "caller_ids": [outside.caller.staff_id], "lease_minutes": "20", "most_attempts": "3", "version": "1",
    }  # fmt: skip
    assert client.post(f"/call-lists/{made}/edit", data=form).status_code == 303
    answer = client.post(f"/call-lists/{made}/edit", data=form | {"name": "Winter jobs"})
    assert answer.status_code == 422
    assert "Autumn jobs" in answer.text


def test_files_are_safe_from_formulas_and_paper_names_everybody(
    made: str, outreach_app: Flask, outside: Room, browser: Browser
) -> None:
    with outreach_app.app_context():
        blocked = outside.world.session.query(Employer).filter_by(name="Cedergren AB").one()
        blocked.phone = "+46990000000"
        outside.world.session.commit()
    with outreach_app.app_context(), transaction():
        list_id = outside.world.session.query(CallList).one().id
        entry = next_entry(outside.caller, list_id=list_id)
        assert entry is not None
        finish_entry(outside.caller, entry, outcome="callback_requested", contact_id=None, callback_at=NOON)
    client = browser("manager")
    csv = client.get(f"/call-lists/{made}/export.csv").get_data(as_text=True)
    assert "'=Berg AB" in csv
    assert "Wants a call back" in csv
    assert "Do not contact" in csv
    assert "+46850000001" in csv
    assert "+46990000000" not in csv, "nobody is offered to be called who wants no contact"
    assert client.get(f"/call-lists/{made}/export.xlsx").data.startswith(b"PK")
    assert "Cedergren AB" in client.get(f"/call-lists/{made}/print").text


def test_a_unit_without_the_module_has_no_such_pages(
    made: str, outreach_app: Flask, outside: Room, browser: Browser
) -> None:
    client = browser("manager")
    with outreach_app.app_context():
        outside.world.session.query(type(outside.world.unit())).filter_by(id=outside.unit_id).one().modules = []
        outside.world.session.commit()
    assert client.get("/call-lists").status_code == 404
    assert client.get(f"/call-lists/{made}").status_code == 404


def test_the_list_of_employers_leads_with_its_filters_to_a_call_list_of_them(
    outreach_app: Flask, outside: Room, browser: Browser
) -> None:
    with outreach_app.app_context():
        outside.employer("Alm AB", municipality="Osby")
        outside.employer("Berg AB", municipality="Kil")
    client = browser("manager")
    assert "/call-lists/new?municipality=Osby" in client.get("/employers?municipality=Osby").text
    assert "1 employer will be called" in client.get("/call-lists/new?municipality=Osby").text


@pytest.mark.parametrize("address", ["/call-lists", "/call-lists?show=unit", "/call-lists/{made}", "/campaigns"])
def test_the_pages_take_at_most_twelve_queries(made: str, outreach_app: Flask, browser: Browser, address: str) -> None:
    client = browser("caller")
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    client.get(address.format(made=made))
    with outreach_app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    assert client.get(address.format(made=made)).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    assert len(seen) <= 12, seen
