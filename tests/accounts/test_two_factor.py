"""Two-step sign-in: set up, used, lost, demanded."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.accounts.lockout import MOST_WRONG_TRIES
from crm.accounts.sign_in import security_of
from crm.actors import Role
from crm.errors import SettingsError
from tests.accounts.conftest import Organisation, actions, enter, person, staff_row
from tests.conftest import make_app, make_settings
from tests.world import World

Codes = Callable[[int], str]


def code_of(app: Flask, secret: str, at: int) -> str:
    """The code that the person's app shows ``at`` half minutes from now."""
    with app.app_context():
        totp = security_of(app).totp_factory._totp.from_source(secret)
        return str(totp.generate(totp.normalize_time(None) + 30 * at).token)


def set_up(app: Flask, browser: FlaskClient, who_id: int) -> str:
    """Set two-step sign-in up for who is signed in, and give the secret."""
    page = browser.post("/settings/two-factor", data={"setup": "authenticator"})
    action = re.search(r'action="(/settings/two-factor/[^"]+)"', page.text)
    assert action
    with browser.session_transaction() as session:
        secret = str(session["tf_totp_secret"])
    answer = browser.post(action[1], data={"code": code_of(app, secret, 0)})
    assert answer.location == "/settings/two-factor"
    with app.app_context():
        assert staff_row(who_id).tf_primary_method == "authenticator"
    return secret


@pytest.fixture
def secret(core_app: Flask, browser: FlaskClient, organisation: Organisation) -> str:
    """Two-step sign-in of the coordinator, who has signed out again."""
    enter(browser, organisation.coordinator)
    secret = set_up(core_app, browser, organisation.coordinator.id)
    browser.post("/sign-out")
    return secret


def test_the_secret_is_kept_encrypted(core_app: Flask, secret: str, organisation: Organisation) -> None:
    with core_app.app_context():
        stored = staff_row(organisation.coordinator.id).tf_totp_secret or ""
        plain = security_of(core_app).totp_factory._totp.from_source(stored).base32_key
    assert plain not in stored
    assert "enckey" in stored


def test_the_password_alone_no_longer_signs_in(
    core_app: Flask, browser: FlaskClient, secret: str, organisation: Organisation
) -> None:
    assert enter(browser, organisation.coordinator).location.startswith("/sign-in/code")
    assert browser.get("/settings").status_code == 303
    answer = browser.post("/sign-in/code", data={"code": code_of(core_app, secret, 1)})
    assert answer.status_code == 302
    assert browser.get("/settings").status_code == 200


def test_a_code_works_once(core_app: Flask, browser: FlaskClient, secret: str, organisation: Organisation) -> None:
    code = code_of(core_app, secret, 1)
    enter(browser, organisation.coordinator)
    assert browser.post("/sign-in/code", data={"code": code}).status_code == 302
    browser.post("/sign-out")
    enter(browser, organisation.coordinator)
    assert browser.post("/sign-in/code", data={"code": code}).status_code == 422


def test_wrong_codes_lock_the_account_like_wrong_passwords(
    core_app: Flask, browser: FlaskClient, secret: str, organisation: Organisation
) -> None:
    enter(browser, organisation.coordinator)
    for _ in range(MOST_WRONG_TRIES):
        assert browser.post("/sign-in/code", data={"code": "000000"}).status_code == 422
    right = browser.post("/sign-in/code", data={"code": code_of(core_app, secret, 1)})
    assert right.status_code == 422
    assert browser.get("/settings").status_code == 303


def test_a_recovery_code_signs_in_once(
    core_app: Flask, browser: FlaskClient, secret: str, organisation: Organisation
) -> None:
    enter(browser, organisation.coordinator)
    browser.post("/sign-in/code", data={"code": code_of(core_app, secret, 1)})
    page = browser.post("/settings/recovery-codes", data={"generate_new_codes": "1"})
    codes = re.findall(r"<code>([0-9a-f-]+)</code>", page.text)
    assert len(codes) == 8
    with core_app.app_context():
        stored = " ".join(staff_row(organisation.coordinator.id).mf_recovery_codes or [])
        assert codes[0] not in stored
    for expected in (302, 422):
        browser.post("/sign-out")
        enter(browser, organisation.coordinator)
        assert browser.post("/sign-in/recovery", data={"code": codes[0]}).status_code == expected
    with core_app.app_context():
        assert len(staff_row(organisation.coordinator.id).mf_recovery_codes or []) == 7


def test_an_administrator_takes_it_off_for_who_lost_the_telephone(
    core_app: Flask, browser: FlaskClient, secret: str, organisation: Organisation
) -> None:
    enter(browser, organisation.administrator)
    browser.post(f"/settings/staff/{organisation.coordinator.public_id}/two-factor")
    browser.post("/sign-out")
    assert enter(browser, organisation.coordinator).location == "/"
    with core_app.app_context():
        assert "staff_two_factor_removed" in actions()
        assert actions().count("two_factor_on") == 1


def test_it_can_be_switched_off_again(
    core_app: Flask, browser: FlaskClient, secret: str, organisation: Organisation
) -> None:
    enter(browser, organisation.coordinator)
    browser.post("/sign-in/code", data={"code": code_of(core_app, secret, 1)})
    browser.post("/settings/two-factor", data={"setup": "disable"})
    with core_app.app_context():
        assert staff_row(organisation.coordinator.id).tf_primary_method is None
        assert actions()[-1] == "two_factor_off"


def test_a_role_can_demand_it(tmp_path: Path, world: World) -> None:
    app = make_app(make_settings(tmp_path, PLUGINS="", TWO_FACTOR_ROLES="administrator, manager"))
    with app.app_context():
        administrator = person(world, world.staff(Role.ADMINISTRATOR))
        coordinator = person(world, world.staff(Role.COORDINATOR))
    assert enter(app.test_client(), coordinator).location == "/"
    browser = app.test_client()
    assert enter(browser, administrator).location == "/settings/two-factor"
    assert browser.get("/settings").status_code == 303
    assert browser.post("/settings/two-factor", data={"setup": "disable"}).status_code == 422
    browser.post("/settings/two-factor", data={"setup": "authenticator"})
    with browser.session_transaction() as session:
        secret = str(session["tf_totp_secret"])
    browser.post("/sign-in/code", data={"code": code_of(app, secret, 0)})
    assert browser.get("/settings").status_code == 200


def test_a_misspelt_role_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="BROBYGG_TWO_FACTOR_ROLES"):
        make_app(make_settings(tmp_path, PLUGINS="", TWO_FACTOR_ROLES="boss"))


def test_what_lets_others_in_asks_for_the_password_again(browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, organisation.coordinator)
    with browser.session_transaction() as session:
        session["fs_paa"] -= 3 * 3600
        session.pop("fs_gexp", None)
    answer = browser.get("/settings/two-factor")
    assert answer.location.startswith("/settings/confirm")
    assert browser.get(answer.location).status_code == 200
