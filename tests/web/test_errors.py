"""Error pages, and the page that keeps what was typed."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.web.resend import SIGNED_OUT, resend_page
from tests.web.sink import Sink, make_sink

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def guarded() -> FlaskClient:
    """A browser in front of an application that checks tokens."""
    app, _sink = make_sink(WTF_CSRF_ENABLED=True)
    return app.test_client()


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 413, 429, 500])
def test_each_error_has_a_page_in_words(page: FlaskClient, code: int) -> None:
    answer = page.get(f"/error/{code}")
    assert answer.status_code == code
    assert "<h1" in answer.text
    assert f"Error code: {code}" in answer.text


def test_a_broken_rule_is_told_in_its_own_words(page: FlaskClient) -> None:
    assert "The visit is already closed." in page.get("/error/409").text


def test_an_error_page_asked_for_by_htmx_replaces_the_whole_page(page: FlaskClient) -> None:
    assert page.get("/error/404", headers={"HX-Request": "true"}).headers["HX-Retarget"] == "body"


def test_a_post_without_a_token_keeps_what_was_typed(guarded: FlaskClient) -> None:
    answer = guarded.post("/", data={"note": "Met Ahmed\n<b>today</b>", "kind": "visit"}, headers=OURS)
    assert answer.status_code == 400
    assert "Met Ahmed\n&lt;b&gt;today&lt;/b&gt;</textarea>" in answer.text
    assert 'name="kind"' in answer.text


def test_sending_again_from_that_page_is_accepted(guarded: FlaskClient) -> None:
    html = guarded.post("/upload", data={"note": "typed"}, headers=OURS).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert token is not None
    assert guarded.post("/upload", data={"note": "typed", "csrf_token": token[1]}).text == "received"


def test_a_post_from_another_site_gets_no_form_to_send(guarded: FlaskClient) -> None:
    answer = guarded.post("/", data={"note": "forged"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert "forged" not in answer.text


def test_an_old_browser_is_judged_by_its_origin(guarded: FlaskClient) -> None:
    assert "typed" in guarded.post("/", data={"note": "typed"}, headers={"Origin": "http://localhost"}).text
    assert "typed" not in guarded.post("/", data={"note": "typed"}, headers={"Origin": "http://evil"}).text


def test_passwords_and_codes_are_never_written_back(guarded: FlaskClient) -> None:
    answer = guarded.post("/login", data={"email": "a@example.org", "password": "secret-1"}, headers=OURS)
    assert "secret-1" not in answer.text
    assert "<textarea" not in answer.text


def test_a_postal_code_is_no_secret(guarded: FlaskClient) -> None:
    assert "90101" in guarded.post("/", data={"postal_code": "90101"}, headers=OURS).text


def test_a_chosen_file_is_asked_for_again(guarded: FlaskClient) -> None:
    data = {"note": "x", "file": (io.BytesIO(b"content"), "letter.pdf")}
    html = guarded.post("/", data=data, headers=OURS).text
    assert "Choose the file again: letter.pdf" in html
    assert 'type="file"' in html


def test_whoever_was_signed_out_is_shown_the_way_in(shell_app: Flask) -> None:
    with shell_app.test_request_context("/", method="POST", data={"note": "typed"}, headers=OURS):
        answer = resend_page(SIGNED_OUT)
        html = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "You were signed out" in html
    assert 'href="/login"' in html
    assert "typed" in html


def test_who_is_signed_in_keeps_the_menu_on_an_error_page(sink: Sink, page: FlaskClient) -> None:
    assert 'aria-label="Main menu"' in page.get("/error/404").text
    sink.actor = None
    assert 'aria-label="Main menu"' not in page.get("/error/404").text
