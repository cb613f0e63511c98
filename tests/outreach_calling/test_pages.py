"""The pages of a call, as somebody uses them who runs no scripts."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from crm.db import db, transaction
from crm.employers.models import Contact
from crm.messaging.models import OutboxMessage
from crm.tasks.models import Task, TaskState
from crm.tasks.services import add_task
from outreach.lists.entries import add_entry
from outreach.lists.services import Portion
from tests.outreach_calling.desk import NOON, TODAY, Desk, count

Browser = Callable[[str], FlaskClient]


def begin(client: FlaskClient, desk: Desk) -> str:
    """Begin the next call of the list; the address of its page."""
    answer = client.post(f"/call-lists/{desk.list_public_id}/next-call")
    assert answer.status_code == 303
    return str(answer.location)


def hidden(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the call's form."""
    form = re.search(r"<form[^>]*data-autosave.*?</form>", page.text, re.S)
    assert form, page.text[:3000]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form.group()):
        attrs = dict(re.findall(r'([a-z_-]+)="([^"]*)"', tag))
        if attrs.get("type") == "hidden":
            found[attrs["name"]] = unescape(attrs.get("value", ""))
    return found


def press(client: FlaskClient, address: str, **values: str) -> TestResponse:
    """Press a button of the page at ``address``, with what was typed."""
    page = client.get(address)
    return client.post(address, data={**hidden(page), **values})


def walk(client: FlaskClient, address: str, *answers: dict[str, str]) -> None:
    for each in answers:
        answer = press(client, address, **each)
        assert answer.status_code == 303, answer.text[-3000:]


def test_next_shows_who_it_is_the_last_contacts_the_promise_and_the_script_with_names(
    browser: Browser, outside: Desk
) -> None:
    client = browser("caller")
    client.post(
        f"/employers/{outside.employer}/contacts",
        data={"channel": "visit", "on_date": "2026-11-20", "outcome": "interested", "next_when": "own",
              "next_on": "2026-11-30", "next_text": "Send the plan", "note": "They bake at night"},
    )  # fmt: skip
    chosen = {"script": str(outside.script_id), "person": str(outside.person_id)}
    address = str(client.post(f"/employers/{outside.employer}/script-call", data=chosen).location)
    page = client.get(address)
    for text in ("Nordlys Bageri AB", "Eva Sjöström", "They bake at night", "Send the plan", "tel:+46850000002"):
        assert text in page.text, text
    walk(client, address, {"answer": "go"})
    said = client.get(address).text
    assert "Hej, jag heter Maria Lindqvist" in said
    assert "Är det Eva Sjöström?" in said


def test_a_call_goes_from_answer_to_answer_and_is_saved_with_its_mail(
    browser: Browser, outside: Desk, a_tuesday: Callable[..., None]
) -> None:
    a_tuesday(NOON + timedelta(hours=8))
    client = browser("caller")
    address = begin(client, outside)
    walk(
        client, address, {"answer": "go"}, {"answer": "yes"}, {"answer": "next"},
        {"answer": "next", "f_needs_text": "Two", "note": "Friendly"}, {"answer": "good", "note": "Friendly"},
        {"answer": "next", "note": "Friendly"}, {"answer": "maybe", "note": "Friendly"},
        {"answer": "agreed", "f_date_time": "2026-11-26T10:00", "note": "Friendly"},
        {"answer": "no", "note": "Friendly"}, {"answer": "done", "note": "Friendly"},
    )  # fmt: skip
    page = client.get(address, follow_redirects=True)
    assert page.request.path.endswith("/close")
    assert "Call them back at 10:00, Thu 26 Nov" in page.text
    assert "The information sheet by mail" in page.text
    assert "It leaves tomorrow at 08:00." in page.text
    sent = {
        **hidden(page), "note": "Friendly", "outcome": "material_sent", "person": str(outside.person_id),
        "next_when": "script", "sheet": str(outside.sheet_id), "language": "sv", "receiver": str(outside.person_id),
        "go": "next",
    }  # fmt: skip
    answer = client.post(page.request.path, data=sent)
    assert answer.location == f"/call-lists/{outside.list_public_id}/empty"
    said = "The call is saved. “Om oss (v1)” goes by mail to Eva Sjöström. It leaves tomorrow at 08:00."
    assert said in client.get(answer.location).text
    again = client.post(page.request.path, data=sent | {"go": "stop"}, follow_redirects=True)
    assert "nothing was written twice" in again.text
    assert "Om oss (v1) · Eva Sjöström · It leaves tomorrow at 08:00." in again.text
    with client.application.app_context():
        assert (count(Contact), count(OutboxMessage)) == (1, 1)


def test_what_the_employer_was_promised_can_be_ticked_and_the_ticks_are_kept(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    with client.application.app_context(), transaction():
        task = add_task(
            outside.caller, kind="test.one", title={"en": "Send the plan"}, due_on=TODAY, unit_id=outside.unit_id,
            owner_id=outside.caller.staff_id, employer_id=outside.employer_id,
        )  # fmt: skip
        key = task.public_id
    address = begin(client, outside)
    walk(client, address, {"answer": "go"}, {"answer": "no_answer"})
    page = client.get(f"{address}/close")
    assert "Done with this call" in page.text
    assert "Send the plan, Tue 24 Nov" in page.text
    assert client.post(f"{address}/close", data={**hidden(page), "go": "later", "done_tasks": key}).status_code == 303
    page = client.get(f"{address}/close")
    assert re.search(rf'<input checked[^>]*value="{key}"', page.text)
    sent = {**hidden(page), "outcome": "no_answer", "next_when": "script", "done_tasks": key, "go": "stop"}
    assert client.post(f"{address}/close", data=sent).status_code == 303
    with client.application.app_context():
        assert count(Task, Task.state == TaskState.DONE) == 1


def test_what_is_missing_is_said_and_what_was_typed_stays(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    address = begin(client, outside)
    walk(client, address, {"answer": "go"}, {"answer": "later"})
    answer = press(client, address, answer="done", note="Busy baking", f_date_time="")
    assert answer.status_code == 422
    assert "Fill in “Day and time” first." in unescape(answer.text)
    assert "Busy baking" in answer.text
    assert "Busy baking" in client.get(address).text
    answer = press(client, address, answer="done", note="Busy baking", f_date_time="9999-12-31T10:00")
    assert answer.status_code == 422
    assert "Choose an earlier day." in answer.text
    assert "9999-12-31T10:00" in client.get(address).text
    answer = press(client, address, answer="done", note="Busy baking", f_date_time="2026-11-26T10:00")
    assert answer.status_code == 303


def test_a_closing_without_outcome_and_next_step_is_refused_and_kept(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    address = begin(client, outside)
    assert press(client, address, go="close", note="Half a talk").location == f"{address}/close"
    page = client.get(f"{address}/close")
    answer = client.post(f"{address}/close", data={**hidden(page), "note": "Half a talk", "next_text": "Call Bo"})
    assert answer.status_code == 422
    assert "a call is closed with a next step" in answer.text
    page = client.get(f"{address}/close")
    assert "Half a talk" in page.text
    assert "Call Bo" in page.text
    with client.application.app_context():
        assert count(Contact) == 0


def test_health_in_a_note_is_pointed_out_once_before_it_is_saved(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    address = begin(client, outside)
    page = client.get(f"{address}/close")
    sent = {**hidden(page), "note": "He is on sick leave with depression", "outcome": "interested", "next_when": "none"}
    answer = client.post(f"{address}/close", data=sent)
    assert answer.status_code == 422
    assert "Save anyway" in answer.text
    answer = client.post(f"{address}/close", data={**hidden(answer), **sent, "save_anyway": "1"} | hidden(answer))
    assert answer.status_code == 303


def test_the_draft_is_saved_by_the_page_and_says_so(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    address = begin(client, outside)
    sent = hidden(client.get(address)) | {"number": "3", "tab": "A", "note": "Hello "}
    answer = client.post(f"{address}/draft", data=sent)
    assert answer.json is not None
    assert (answer.status_code, answer.json["state"], answer.json["number"]) == (200, "saved", 3)
    assert "Hello" in client.get(address).text
    behind = client.post(f"{address}/draft", data=sent | {"tab": "B", "number": "9", "note": "Other"})
    assert behind.status_code == 409
    assert client.post(f"{address}/draft", data={}).status_code == 409


def test_a_page_of_another_window_shows_what_differs_and_keeps_what_was_typed(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    address = begin(client, outside)
    old = hidden(client.get(address))
    walk(client, address, {"answer": "go", "note": "First window"})
    answer = client.post(address, data=old | {"answer": "blocked", "note": "Second window"})
    assert answer.status_code == 422
    for text in ("First window", "Second window", "gone on in another window"):
        assert text in answer.text


def test_a_call_that_was_not_made_goes_back_to_the_list(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    address = begin(client, outside)
    answer = client.post(f"{address}/discard", follow_redirects=True)
    assert "Nothing was written down" in answer.text
    assert client.get(address).status_code == 404
    assert begin(browser("colleague"), outside).startswith("/calls/")


def test_the_employers_page_begins_a_call_and_goes_on_with_it(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    page = client.get(f"/employers/{outside.employer}")
    assert "Call with a script" in page.text
    answer = client.post(
        f"/employers/{outside.employer}/script-call", data={"script": str(outside.script_id), "person": ""}
    )
    assert answer.status_code == 303
    assert "Go on with it" in client.get(f"/employers/{outside.employer}").text
    assert "Nordlys Bageri AB" in client.get("/").text
    assert "Nordlys Bageri AB" in client.get("/calls").text


def test_colleagues_do_not_see_the_call(browser: Browser, outside: Desk) -> None:
    address = begin(browser("caller"), outside)
    colleague = browser("colleague")
    assert colleague.get(address).status_code == 404
    assert colleague.post(f"{address}/draft", data={"note": "x"}).status_code == 404
    assert "No call is open" in colleague.get("/calls").text


def test_who_does_not_call_from_the_list_is_told(browser: Browser, outside: Desk) -> None:
    manager = browser("manager")
    answer = manager.post(f"/call-lists/{outside.list_public_id}/next-call", follow_redirects=True)
    assert "not one of the callers" in answer.text


def test_a_list_of_which_many_may_not_be_called_any_more_is_gone_through_press_by_press(
    browser: Browser, outside: Desk, outreach_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.calling.routes.Portion", partial(Portion, most=1))
    monkeypatch.setattr("outreach.calling.routes._PORTIONS", 2)
    client = browser("caller")
    with outreach_app.app_context(), transaction() as session:
        for each in range(3):
            employer = outside.world.employer(f"Employer {each}", phone="+46850000009")
            add_entry(outside.manager, list_id=outside.list_id, employer_id=employer.id, first=True)
            employer.do_not_contact = True
        session.flush()
    page = client.post(f"/call-lists/{outside.list_public_id}/next-call", follow_redirects=True)
    assert "may not be called any more and were left out. Press again" in page.text
    assert "/calls/" in begin(client, outside)


def test_the_pages_of_a_call_stay_within_few_queries(browser: Browser, outside: Desk) -> None:
    client = browser("caller")
    address = begin(client, outside)
    walk(client, address, {"answer": "go"}, {"answer": "no_answer"})
    with client.application.app_context():
        for path, most in ((f"{address}/close", 20), ("/calls", 8), ("/referrals", 8)):
            with counted() as seen:
                assert client.get(path).status_code == 200
            assert len(seen) <= most, f"{path}: {len(seen)}\n" + "\n".join(seen)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            seen.append(statement[:150])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
