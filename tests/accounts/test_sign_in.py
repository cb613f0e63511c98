"""Signing in and out, the lock after wrong passwords, and default deny."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.accounts.lockout import MOST_WRONG_TRIES
from crm.accounts.services import revoke_sessions
from crm.db import transaction
from tests.accounts.conftest import Organisation, actions, enter, person, staff_row
from tests.conftest import make_app, make_settings
from tests.world import PASSWORD, World


def test_the_right_password_opens_the_page_that_was_asked_for(browser: FlaskClient, organisation: Organisation) -> None:
    asked = browser.get("/settings?tab=1")
    assert asked.status_code == 303
    assert asked.location == "/sign-in?next=/settings?tab%3D1"
    answer = browser.post(asked.location, data={"email": organisation.coordinator.email, "password": PASSWORD})
    assert answer.location == "/settings?tab=1"
    assert browser.get("/settings").status_code == 200


def test_an_address_is_found_whatever_its_case(browser: FlaskClient, organisation: Organisation) -> None:
    answer = browser.post("/sign-in", data={"email": organisation.coordinator.email.upper(), "password": PASSWORD})
    assert answer.status_code == 302


def test_a_sign_in_is_counted_and_written_to_the_audit_log(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    enter(browser, organisation.coordinator)
    with core_app.app_context():
        staff = staff_row(organisation.coordinator.id)
        assert staff.login_count == 1
        assert staff.current_login_at is not None
        assert actions() == ["signed_in"]


def test_nobody_is_told_whether_an_account_exists(browser: FlaskClient, organisation: Organisation) -> None:
    wrong = enter(browser, organisation.coordinator, "wrong password")
    nobody = browser.post("/sign-in", data={"email": "nobody@example.org", "password": "wrong password"})
    assert wrong.status_code == nobody.status_code == 422
    # The token against forgery has the second in it at which it was made.
    pages = [re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", each.text) for each in (wrong, nobody)]
    assert pages[0].replace(organisation.coordinator.email, "") == pages[1].replace("nobody@example.org", "")


def test_a_disabled_account_looks_like_a_wrong_password(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    wrong = enter(browser, organisation.coordinator, "wrong password")
    with core_app.app_context(), transaction():
        staff_row(organisation.coordinator.id).active = False
    disabled = enter(browser, organisation.coordinator)
    assert (disabled.status_code, disabled.text) == (wrong.status_code, wrong.text)


def test_ten_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    who = organisation.coordinator
    start = clock.now()
    with clock.travelling(start) as jump:
        for _ in range(MOST_WRONG_TRIES):
            wrong = enter(browser, who, "wrong password")
        locked = enter(browser, who)
        assert (locked.status_code, locked.text) == (422, wrong.text)
        jump(start + timedelta(minutes=14))
        assert enter(browser, who).status_code == 422
        jump(start + timedelta(minutes=16))
        assert enter(browser, who).status_code == 302
    with core_app.app_context():
        assert actions() == ["account_locked", "signed_in"]


def test_who_keeps_trying_does_not_keep_the_account_locked(browser: FlaskClient, organisation: Organisation) -> None:
    who = organisation.coordinator
    start = clock.now()
    with clock.travelling(start) as jump:
        for _ in range(MOST_WRONG_TRIES):
            enter(browser, who, "wrong password")
        jump(start + timedelta(minutes=14))
        for _ in range(MOST_WRONG_TRIES):
            enter(browser, who, "wrong password")
        jump(start + timedelta(minutes=16))
        assert enter(browser, who).status_code == 302


def test_the_right_password_forgets_the_wrong_ones(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    for _ in range(MOST_WRONG_TRIES - 1):
        enter(browser, organisation.coordinator, "wrong password")
    enter(browser, organisation.coordinator)
    with core_app.app_context():
        assert staff_row(organisation.coordinator.id).failed_sign_ins == 0


def test_signing_out_needs_a_post(browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, organisation.coordinator)
    assert browser.get("/sign-out").status_code == 405
    assert browser.post("/sign-out").location == "/sign-in"
    assert browser.get("/settings").status_code == 303


def test_new_session_keys_end_every_session_at_once(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    other = core_app.test_client()
    enter(browser, organisation.coordinator)
    enter(other, organisation.coordinator)
    with core_app.app_context(), transaction():
        revoke_sessions(staff_row(organisation.coordinator.id))
    assert browser.get("/settings").status_code == other.get("/settings").status_code == 303


def test_signing_out_everywhere_ends_the_sessions_elsewhere_too(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    other = core_app.test_client()
    enter(browser, organisation.coordinator)
    enter(other, organisation.coordinator)
    assert browser.post("/settings/sign-out-everywhere").location == "/sign-in"
    assert other.get("/settings").status_code == 303


def test_a_session_ends_after_twelve_hours_without_use(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    enter(browser, organisation.coordinator)
    cookie = browser.get_cookie("brobygg")
    assert cookie is not None
    assert core_app.permanent_session_lifetime == timedelta(hours=12)
    assert cookie.expires is not None


def test_a_post_without_sign_in_keeps_what_was_typed(browser: FlaskClient, organisation: Organisation) -> None:
    answer = browser.post("/settings", data={"name": "Åsa Ny"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 401
    assert "Åsa Ny" in answer.text


def test_the_sign_in_form_is_protected_against_forgery(strict_app: Flask, world: World) -> None:
    with strict_app.app_context():
        who = person(world, world.staff())
    assert enter(strict_app.test_client(), who).status_code == 400


def test_too_many_tries_from_one_address_are_refused(strict_app: Flask, world: World) -> None:
    strict_app.config["WTF_CSRF_ENABLED"] = False
    with strict_app.app_context():
        who = person(world, world.staff())
    browser = strict_app.test_client()
    codes = [browser.post("/reset", data={"email": f"nobody{number}@example.org"}).status_code for number in range(21)]
    assert codes == [200] * 20 + [429]
    assert enter(browser, who).status_code == 302, "signing in has a limit of its own"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_sign_in_never_leads_outside(target: str, browser: FlaskClient, organisation: Organisation) -> None:
    answer = browser.post(
        "/sign-in",
        query_string={"next": target},
        data={"email": organisation.coordinator.email, "password": PASSWORD, "next": target},
    )
    assert answer.location is None or re.match(r"/(?![/\\\\])", answer.location)


def test_limits_go_on_in_memory_when_redis_is_away(tmp_path: Path) -> None:
    app = make_app(make_settings(tmp_path, PLUGINS="", REDIS_URL="redis://127.0.0.1:1/0"))
    app.config["RATELIMIT_ENABLED"] = True
    browser = app.test_client()
    codes = [browser.post("/reset", data={"email": "nobody@example.org"}).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]
