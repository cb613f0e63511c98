"""With the check against forgery on, as in production: who has no form of ours is let in where the address itself is
the proof, and nowhere else."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from crm.actors import Role
from crm.db import current_session
from crm.messaging.models import GatewayReport
from crm.participants.models import Consent, ConsentKind
from tests.contracts.forms import form_at, forms_in
from tests.contracts.premises import Premises, name_of, rules

ABROAD = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example.net"}
RESPONDENTS = [rule for rule in rules("POST") if rule.endpoint.startswith(("surveys_respondent.", "surveys_opt_out."))]


@pytest.fixture
def strict(premises: Premises, monkeypatch: pytest.MonkeyPatch) -> Premises:
    """The organisation with the check switched on."""
    monkeypatch.setitem(premises.app.config, "WTF_CSRF_ENABLED", True)
    return premises


@pytest.fixture
def stranger(strict: Premises) -> FlaskClient:
    """A program or a browser that has been nowhere before."""
    return strict.browser(None)


def address_of(premises: Premises, endpoint: str) -> str:
    return premises.address(next(rule for rule in rules("POST") if rule.endpoint == endpoint))


def opted_out(premises: Premises) -> list[str]:
    with premises.app.app_context():
        statement = select(Consent.source).where(Consent.kind == ConsentKind.SURVEYS, Consent.given.is_(False))
        return [str(source) for source in current_session().scalars(statement)]


def test_46elks_brings_a_reply_without_a_token(strict: Premises, stranger: FlaskClient) -> None:
    sms = {
        "direction": "incoming",
        "id": "s0123456789abcdef",
        "from": "+46701740605",
        "to": "+46766861004",
        "created": "2026-11-18T10:58:00.000000",
        "message": "STOP",
    }
    before = strict.contents()
    answer = stranger.post(address_of(strict, "elks46.incoming"), data=sms, headers=ABROAD)
    assert (answer.status_code, answer.data) == (204, b"")
    assert strict.contents() != before


def test_46elks_brings_a_delivery_report_without_a_token(strict: Premises, stranger: FlaskClient) -> None:
    report = {"id": "s0123456789abcdef", "status": "delivered", "delivered": "2026-11-18T10:58:00.000000"}
    answer = stranger.post(address_of(strict, "elks46.delivery"), data=report, headers=ABROAD)
    assert (answer.status_code, answer.data) == (204, b"")
    with strict.app.app_context():
        assert current_session().scalars(select(GatewayReport)).all()


@pytest.mark.parametrize("endpoint", ["elks46.incoming", "elks46.delivery"])
def test_without_the_secret_46elks_is_nobody(strict: Premises, stranger: FlaskClient, endpoint: str) -> None:
    address = address_of(strict, endpoint)
    secret = strict.special["elks46"]["secret"]
    before = strict.contents()
    assert stranger.post(address.replace(secret, "a" * len(secret)), data={"id": "s1"}).status_code == 404
    assert strict.contents() == before


def test_one_press_in_a_mail_program_opts_out(strict: Premises, stranger: FlaskClient) -> None:
    address = address_of(strict, "surveys_opt_out.do")
    answer = stranger.post(address, data={"List-Unsubscribe": "One-Click"}, headers=ABROAD)
    assert answer.status_code == 200
    assert "Location" not in answer.headers, "RFC 8058, 3.1: it is not redirected"
    assert "Set-Cookie" not in answer.headers
    assert len(opted_out(strict)) == 1


def test_one_press_is_understood_as_form_data_too(strict: Premises, stranger: FlaskClient) -> None:
    """RFC 8058, 3.2: mail programs send either kind of body."""
    answer = stranger.post(
        address_of(strict, "surveys_opt_out.do"),
        data={"List-Unsubscribe": "One-Click"},
        headers=ABROAD,
        content_type="multipart/form-data",
    )
    assert answer.status_code == 200
    assert len(opted_out(strict)) == 1


def test_opening_the_address_opts_nobody_out(strict: Premises, stranger: FlaskClient) -> None:
    address = address_of(strict, "surveys_opt_out.do")
    for open_it in (stranger.get, stranger.head):
        assert open_it(f"{address}?List-Unsubscribe=One-Click").status_code == 200
    assert stranger.post(f"{address}?List-Unsubscribe=One-Click").status_code == 400
    assert opted_out(strict) == []


@pytest.mark.parametrize("rule", RESPONDENTS, ids=name_of)
@pytest.mark.parametrize("token", [None, "forged", "A" * 22])
def test_a_respondents_form_needs_its_own_token(
    strict: Premises, stranger: FlaskClient, rule: Rule, token: str | None
) -> None:
    before = strict.contents()
    data = {"answer": "5"} if token is None else {"answer": "5", "form_token": token}
    answer = stranger.post(strict.address(rule), data=data, headers=ABROAD)
    assert answer.status_code == 400
    assert strict.contents() == before


def test_a_token_of_one_form_does_not_fit_another(strict: Premises, stranger: FlaskClient) -> None:
    page = stranger.get(address_of(strict, "surveys_opt_out.do")).text
    form = next(each for each in forms_in(page) if "form_token" in each.fields)
    before = strict.contents()
    answer = stranger.post(address_of(strict, "surveys_respondent.say_no"), data=form.fields)
    assert answer.status_code == 400
    assert strict.contents() == before


def test_a_respondents_own_form_is_accepted_without_a_cookie(strict: Premises, stranger: FlaskClient) -> None:
    address = address_of(strict, "surveys_opt_out.do")
    form = form_at(stranger.get(address).text, address)
    assert form is not None
    answer = strict.browser(None).post(address, data=form.fields)
    assert answer.status_code == 303
    assert len(opted_out(strict)) == 1


def test_staff_sign_in_and_save_with_the_token_of_the_page(strict: Premises) -> None:
    browser = strict.browser(Role.COORDINATOR)
    page = "/employers/new"
    form = form_at(browser.get(page).text, page)
    assert form is not None
    assert form.fields["csrf_token"]
    data = form.fields | {"name": "Nordlys Bageri AB"}
    refused = browser.post(page, data={name: value for name, value in data.items() if name != "csrf_token"})
    assert refused.status_code == 400
    assert browser.post(page, data=data).status_code == 303


def test_the_token_of_one_session_is_worth_nothing_in_another(strict: Premises) -> None:
    page = "/employers/new"
    form = form_at(strict.browser(Role.MANAGER).get(page).text, page)
    assert form is not None
    answer = strict.browser(Role.COORDINATOR).post(page, data=form.fields | {"name": "Nordlys Bageri AB"})
    assert answer.status_code == 400


def test_signing_in_needs_the_token_of_the_form(strict: Premises, stranger: FlaskClient) -> None:
    answer = stranger.post("/sign-in", data={"email": "x@example.org", "password": "sesame"}, headers=ABROAD)
    assert answer.status_code == 400
