"""The employer's page: read, sign or say no, by the link in the mail, without an account (story 4)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from crm.agreements.models import AgreementStatus, SigningLink
from crm.agreements.services.following import replace_agreement
from crm.agreements.services.sending import send_link_again
from crm.agreements.services.signing import sign_for_us
from crm.agreements.tokens import signing_token, token_hash
from crm.db import current_session, transaction
from crm.messaging.models import MailboxItem, MessageState, OutboxMessage
from crm.messaging.outbox import sweep
from tests.agreements.conftest import Table, row, sent

Jump = Callable[[datetime], None]


def mails() -> list[MailboxItem]:
    sweep()
    return list(current_session().scalars(select(MailboxItem).order_by(MailboxItem.id)))


def link_in(text: str) -> str:
    found = re.search(r"http://localhost(/agreement/[\w-]{22})\s", text)
    assert found is not None, text
    return found.group(1)


@pytest.fixture
def waiting(app: Flask, outside: Table) -> tuple[int, str]:
    """An agreement that was mailed, and the path of its link."""
    with app.app_context():
        agreement_id = sent(outside)
        [mail] = mails()
        return agreement_id, link_in(mail.text)


def form_of(page: str, action: str) -> dict[str, str]:
    """Hidden and filled fields of the form that goes to an address."""
    # The fragment brings whoever is refused back to the form: it stands below the whole text.
    part = action.rpartition("/")[2]
    form = re.search(rf'<form method="post" action="{action}#{part}".*?</form>', page, re.DOTALL)
    assert form is not None
    pairs = re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', form.group())
    pairs += [
        (name, value) for value, name in re.findall(r'<input[^>]*?value="([^"]*)"[^>]*?name="([^"]+)"', form.group())
    ]
    return dict(pairs)


def test_the_mail_brings_a_link_that_needs_no_account_and_speaks_the_agreements_language(
    app: Flask, outside: Table
) -> None:
    with app.app_context():
        sent(outside)
        [mail] = mails()
        assert mail.to == "eva@example.net"
        assert mail.language == "sv"
        assert "Maria Lindqvist" in mail.text
        assert "Olle Berg" in mail.text
        path = link_in(mail.text)
    page = app.test_client().get(path)
    assert page.status_code == 200
    assert '<html lang="sv"' in page.text
    assert "Avsiktsförklaring" in page.text
    assert "Nordlys Bageri AB" in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert 'content="noindex, nofollow"' in page.text
    assert "<script" not in page.text


def test_the_token_stands_nowhere_in_the_database(app: Flask, waiting: tuple[int, str]) -> None:
    token = waiting[1].rpartition("/")[2]
    with app.app_context():
        link = current_session().scalars(select(SigningLink)).one()
        assert link.token_hash == token_hash(token)
        bodies = current_session().scalars(select(OutboxMessage.body)).all()
        assert not any(token.encode() in (body or b"") for body in bodies)


def test_opening_the_link_many_times_changes_nothing(app: Flask, waiting: tuple[int, str]) -> None:
    agreement_id, path = waiting
    client = app.test_client()
    for method in ("GET", "HEAD", "GET", "OPTIONS"):
        for address in (path, f"{path}/sign", f"{path}/refuse"):
            assert client.open(address, method=method).status_code in (200, 303)
    with app.app_context():
        agreement = row(agreement_id)
        assert (agreement.status, agreement.version_id, agreement.signatures) == (AgreementStatus.SENT, 2, [])


def test_the_employer_signs_on_the_page_and_we_sign_then_both_read_it(
    app: Flask, outside: Table, waiting: tuple[int, str]
) -> None:
    agreement_id, path = waiting
    client = app.test_client()
    form = form_of(client.get(path).text, f"{path}/sign")
    assert (form["name"], form["role"]) == ("Eva Sjöström", "Manager"), "as our contact person, to be corrected"
    signed = client.post(f"{path}/sign", data={**form, "role": "Butikschef", "may_sign": "y"})
    assert signed.status_code == 303
    assert "Butikschef" in client.get(path).text
    again = client.post(f"{path}/sign", data={**form, "role": "Någon annan", "may_sign": "y"})
    assert again.status_code == 303
    with app.app_context():
        [signature] = row(agreement_id).signatures
        assert (signature.role, signature.staff_id) == ("Butikschef", None)
        assert signature.text_hash == row(agreement_id).text_hash
        with transaction():
            sign_for_us(outside.actor, agreement_id=agreement_id, role="Konsulent")
        subjects = [mail.subject for mail in mails()]
        assert len(subjects) == 2, "the link, and the word that both have signed; no reminder"
        statement = select(OutboxMessage.state).where(OutboxMessage.step == 1)
        assert current_session().scalars(statement).one() is MessageState.CANCELLED
    page = client.get(path).text
    assert "Maria Lindqvist" in page
    pdf = client.get(f"{path}/pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF-")


@pytest.mark.parametrize("changes", [{"name": " "}, {"role": ""}, {"may_sign": ""}, {"name": "x" * 200}])
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    app: Flask, waiting: tuple[int, str], changes: dict[str, str]
) -> None:
    agreement_id, path = waiting
    client = app.test_client()
    form = form_of(client.get(path).text, f"{path}/sign")
    given = {**form, "role": "Butikschef på kvällen", "may_sign": "y", **changes}
    answer = client.post(f"{path}/sign", data={name: value for name, value in given.items() if value})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "role" in changes or "Butikschef på kvällen" in answer.text
    with app.app_context():
        assert row(agreement_id).signatures == []


def test_a_form_that_is_not_ours_or_of_another_text_signs_nothing(app: Flask, waiting: tuple[int, str]) -> None:
    agreement_id, path = waiting
    client = app.test_client()
    form = form_of(client.get(path).text, f"{path}/sign")
    good = {**form, "role": "Chef", "may_sign": "y"}
    assert client.post(f"{path}/sign", data={**good, "form_token": "å"}).status_code == 400
    assert client.post(f"{path}/sign", data={**good, "text_hash": "0" * 64}).status_code == 303
    assert client.post(f"{path}/refuse", data={**good, "reason": "no"}).status_code == 400
    with app.app_context():
        assert row(agreement_id).signatures == []
        assert row(agreement_id).status is AgreementStatus.SENT


@pytest.mark.parametrize(("given", "kept"), [({"reason": " Inte nu "}, "Inte nu"), ({}, None)])
def test_the_employer_says_no_with_a_reason_or_without(
    app: Flask, maria: FlaskClient, waiting: tuple[int, str], given: dict[str, str], kept: str | None
) -> None:
    agreement_id, path = waiting
    client = app.test_client()
    form = form_of(client.get(path).text, f"{path}/refuse")
    assert client.post(f"{path}/refuse", data={**form, **given}).status_code == 303
    assert "Avsiktsförklaring" not in re.sub(r"<title>.*?</title>", "", client.get(path).text)
    with app.app_context():
        agreement = row(agreement_id)
        assert (agreement.status, agreement.close_reason) == (AgreementStatus.REFUSED, kept)
        public_id = agreement.public_id
    assert (kept or "They gave no reason.") in maria.get(f"/agreements/{public_id}").text


def test_a_reason_that_is_too_long_is_given_back_to_be_shortened(app: Flask, waiting: tuple[int, str]) -> None:
    agreement_id, path = waiting
    client = app.test_client()
    form = form_of(client.get(path).text, f"{path}/refuse")
    answer = client.post(f"{path}/refuse", data={**form, "reason": "x" * 1001})
    assert answer.status_code == 422
    assert "x" * 1001 in answer.text
    with app.app_context():
        assert row(agreement_id).status is AgreementStatus.SENT


def test_a_changed_text_in_the_database_can_be_signed_by_nobody(app: Flask, waiting: tuple[int, str]) -> None:
    _agreement_id, path = waiting
    with app.app_context():
        current_session().execute(text("UPDATE agreement SET text = text || ' and a house'"))
        current_session().commit()
    client = app.test_client()
    page = client.get(path)
    assert page.status_code == 200
    assert "and a house" not in page.text
    assert f'action="{path}/sign"' not in page.text


def test_links_that_work_no_more_explain_themselves(
    app: Flask, outside: Table, waiting: tuple[int, str], jump: Jump
) -> None:
    agreement_id, path = waiting
    client = app.test_client()
    with app.app_context():
        with transaction():
            send_link_again(outside.actor, agreement_id=agreement_id)
        newer = f"/agreement/{signing_token(row(agreement_id).public_id, 2)}"
    assert "nyare länk" in client.get(path).text
    assert "Nordlys" not in client.get(path).text
    assert "Nordlys" in client.get(newer).text
    jump(datetime(2026, 12, 19, 11, tzinfo=UTC))
    assert "skriva under har gått ut" in client.get(newer).text
    with app.app_context(), transaction():
        replace_agreement(outside.actor, agreement_id=agreement_id)
    assert "Vi har ändrat texten" in client.get(newer).text
    for page in (path, newer):
        assert client.get(f"{page}/pdf").status_code == 303
    wrong = client.get("/agreement/" + "A" * 22)
    assert wrong.status_code == 404
    assert "leads nowhere" in wrong.text


def test_the_reminder_goes_once_after_a_week_and_only_where_nobody_has_signed(
    app: Flask, waiting: tuple[int, str], jump: Jump
) -> None:
    with app.app_context():
        jump(datetime(2026, 11, 24, 11, tzinfo=UTC))
        assert len(mails()) == 1
        jump(datetime(2026, 11, 25, 12, tzinfo=UTC))
        assert len(mails()) == 2
        jump(datetime(2026, 12, 5, 12, tzinfo=UTC))
        assert len(mails()) == 2


def test_every_wrong_link_gets_the_same_page_whatever_is_wrong_with_it(app: Flask, waiting: tuple[int, str]) -> None:
    token = waiting[1].rpartition("/")[2]
    turned = token[:-1] + ("A" if token[-1] != "A" else "B")
    pages = {
        app.test_client().get(f"/agreement/{wrong}").text for wrong in (turned, "A" * 22, "x", "å" * 22, "A" * 500)
    }
    assert len(pages) == 1
    for step in ("sign", "refuse", "pdf"):
        assert app.test_client().get(f"/agreement/{turned}/{step}").status_code == 404
        assert app.test_client().post(f"/agreement/{turned}/{step}", data={"name": "x"}).status_code in (404, 405)


@pytest.mark.parametrize("step", ["sign", "refuse"])
def test_who_posts_too_often_has_to_wait(app: Flask, step: str) -> None:
    app.config["RATELIMIT_ENABLED"] = True
    client = app.test_client()
    statuses = [client.post(f"/agreement/{'A' * 22}/{step}").status_code for _attempt in range(61)]
    assert set(statuses[:60]) == {404}
    assert statuses[60] == 429


def test_the_page_after_signing_says_what_happens_next(app: Flask, waiting: tuple[int, str]) -> None:
    _agreement_id, path = waiting
    client = app.test_client()
    form = form_of(client.get(path).text, f"{path}/sign")
    client.post(f"{path}/sign", data={**form, "role": "Butikschef", "may_sign": "y"})
    page = client.get(path).text
    assert page.count("<li>") >= 3
    assert "12:00" in page, "when, by the clock of the unit"
    assert f'action="{path}/sign"' not in page
    assert f'action="{path}/refuse"' not in page


def test_a_scanner_that_opens_every_address_of_the_mail_signs_nothing(app: Flask, waiting: tuple[int, str]) -> None:
    agreement_id, path = waiting
    client = app.test_client()
    page = client.get(path, headers={"User-Agent": "Mozilla/5.0 (SafeLinks)"}).text
    for address in {path, *re.findall(rf'(?:href|action)="({path}[^"]*)"', page)}:
        for method in ("GET", "HEAD"):
            client.open(address, method=method)
        client.post(address)
    with app.app_context():
        assert row(agreement_id).signatures == []
        assert row(agreement_id).status is AgreementStatus.SENT
