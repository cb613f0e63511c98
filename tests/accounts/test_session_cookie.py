"""The cookie of the session comes with pages, and not with what their scripts ask for."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.accounts.conftest import Organisation, enter


def writes_cookie(answer: TestResponse) -> bool:
    return any(each.startswith("brobygg=") for each in answer.headers.getlist("Set-Cookie"))


def test_the_time_limit_begins_anew_with_each_page(browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, organisation.coordinator)
    assert writes_cookie(browser.get("/settings", headers={"Sec-Fetch-Mode": "navigate"}))
    assert writes_cookie(browser.get("/settings")), "a browser that says nothing asks for a page"


def test_an_answer_to_a_script_does_not_take_away_the_message_of_a_form_that_was_sent_meanwhile(
    browser: FlaskClient, organisation: Organisation
) -> None:
    enter(browser, organisation.coordinator)
    browser.get("/settings")
    in_background = browser.get("/settings", headers={"Sec-Fetch-Mode": "cors"})
    assert in_background.status_code == 200
    assert not writes_cookie(in_background)


def test_what_a_script_changes_is_kept(browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, organisation.coordinator)
    browser.get("/settings")
    assert writes_cookie(browser.post("/sign-out", headers={"Sec-Fetch-Mode": "cors"}))
