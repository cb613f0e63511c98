"""Forgotten and changed passwords."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.accounts.mail import reason_not_to_send, render_mail
from crm.accounts.security_passwords import faults_of
from tests.accounts.conftest import Organisation, actions, enter, outbox
from tests.world import PASSWORD

NEW = "another long password"


def reset_link(app: Flask) -> str:
    """The address in the last message of the outbox."""
    with app.app_context():
        found = re.search(r"http://localhost(/reset/\S+)", render_mail(outbox()[-1]).text)
    assert found
    return found[1]


def test_a_forgotten_password_is_replaced_through_the_link_in_the_mail(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    who = organisation.coordinator
    assert browser.post("/reset", data={"email": who.email}).status_code == 200
    link = reset_link(core_app)
    assert browser.get(link).status_code == 200
    answer = browser.post(link, data={"password": NEW, "password_confirm": NEW})
    assert answer.location == "/sign-in"
    assert enter(browser, who).status_code == 422
    assert enter(browser, who, NEW).status_code == 302


def test_a_reset_link_works_once(core_app: Flask, browser: FlaskClient, organisation: Organisation) -> None:
    browser.post("/reset", data={"email": organisation.coordinator.email})
    link = reset_link(core_app)
    browser.post(link, data={"password": NEW, "password_confirm": NEW})
    assert browser.get(link).location == "/reset"


def test_a_reset_link_is_not_kept_in_the_database(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    browser.post("/reset", data={"email": organisation.coordinator.email})
    with core_app.app_context():
        (message,) = outbox()
        assert message.body is None
        assert re.fullmatch(r"reset:[\w-]{16}", message.purpose_ref)


def test_a_reset_signs_out_everywhere_and_tells_the_person(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    who = organisation.coordinator
    signed_in = core_app.test_client()
    enter(signed_in, who)
    browser.post("/reset", data={"email": who.email})
    browser.post(reset_link(core_app), data={"password": NEW, "password_confirm": NEW})
    assert signed_in.get("/settings").status_code == 303
    with core_app.app_context():
        assert [message.purpose_ref.partition(":")[0] for message in outbox()] == [
            "reset",
            "password_changed",
        ]
        assert actions() == ["signed_in", "password_changed"]


def test_an_unknown_address_gets_the_same_answer_and_no_mail(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    known = browser.post("/reset", data={"email": organisation.coordinator.email})
    unknown = browser.post("/reset", data={"email": "nobody@example.org"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    with core_app.app_context():
        assert len(outbox()) == 1


def test_mail_to_somebody_disabled_meanwhile_is_not_sent(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    browser.post("/reset", data={"email": organisation.coordinator.email})
    with core_app.app_context():
        (message,) = outbox()
        assert reason_not_to_send(message) is None
        message.staff_id = None
        assert reason_not_to_send(message) == "staff_gone"


def test_changing_the_password_keeps_this_session_and_ends_the_others(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    other = core_app.test_client()
    enter(browser, organisation.coordinator)
    enter(other, organisation.coordinator)
    answer = browser.post(
        "/settings/password",
        data={"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW},
    )
    assert answer.location == "/settings"
    assert browser.get("/settings").status_code == 200
    assert other.get("/settings").status_code == 303


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({"password": "wrong password", "new_password": NEW, "new_password_confirm": NEW}, "wrong"),
        ({"password": PASSWORD, "new_password": "short", "new_password_confirm": "short"}, "12"),
        ({"password": PASSWORD, "new_password": NEW, "new_password_confirm": "other"}, "match"),
        (
            {
                "password": PASSWORD,
                "new_password": "aaaaaaaaaaaaaa",
                "new_password_confirm": "aaaaaaaaaaaaaa",
            },
            "guess",
        ),
    ],
)
def test_a_password_that_will_not_do_is_refused_in_words(
    data: dict[str, str], word: str, browser: FlaskClient, organisation: Organisation
) -> None:
    enter(browser, organisation.coordinator)
    answer = browser.post("/settings/password", data=data)
    assert answer.status_code == 422
    assert word in " ".join(re.findall(r"ds-validation-message[^>]*>([^<]*)", answer.text))


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("correct horse battery", True),
        ("åsa är på väg hem", True),
        ("sjostrom2026", False),
        ("abababababab", False),
        ("x" * 201, False),
        ("eva sjostrom walks to work", True),
    ],
)
def test_length_counts_and_ones_own_name_does_not(password: str, good: bool, core_app: Flask) -> None:
    with core_app.app_context():
        assert (faults_of(password, known=("Eva Sjostrom", "eva.sjostrom@example.org")) == []) is good


def test_the_link_stops_working_after_two_hours(
    core_app: Flask, browser: FlaskClient, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.post("/reset", data={"email": organisation.coordinator.email})
    link = reset_link(core_app)
    later = (clock.now() + timedelta(hours=2, minutes=1)).timestamp()
    # The library signs with the time of the operating system.
    monkeypatch.setattr("itsdangerous.timed.TimestampSigner.get_timestamp", lambda self: int(later))
    assert browser.get(link).location == "/reset"
