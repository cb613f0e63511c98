"""What ends soon, what the search finds, and what happens to whoever was a little too late."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.accounts.models import AuditEntry
from crm.agreements.models import AgreementStatus
from crm.agreements.services.signing import sign_for_us, sign_on_behalf
from crm.agreements.tasks import look_after_agreements
from crm.agreements.tokens import signing_token
from crm.db import current_session, transaction
from tests.agreements.conftest import Table, row, sent
from tests.agreements.test_lifecycle import both_sign
from tests.employers.conftest import counted

Jump = Callable[[datetime], None]


def in_force(table: Table, *, until: date) -> int:
    agreement_id = sent(table, ends_on=until, review_on=date(2026, 12, 1))
    both_sign(table, agreement_id)
    return agreement_id


def test_the_list_of_what_ends_soon_shows_the_step_to_renew(
    app: Flask, outside: Table, maria: FlaskClient, jump: Jump
) -> None:
    with app.app_context():
        soon = row(in_force(outside, until=date(2027, 1, 10))).public_id
        in_force(outside, until=date(2027, 11, 17))
        sent(outside, ends_on=date(2026, 12, 31), review_on=date(2026, 12, 1))
    page = maria.get("/agreements/expiring").text
    assert page.count("Nordlys Bageri AB") == 1
    assert "53 days left" in page
    assert maria.get("/employers").text.count("/agreements/expiring") == 1
    renewed = maria.post(f"/agreements/{soon}/renew")
    assert renewed.status_code == 303
    page = maria.get("/agreements/expiring?owner=mine").text
    assert renewed.location in page
    assert f"/agreements/{soon}/renew" not in page
    jump(datetime(2027, 1, 11, 11, tzinfo=UTC))
    with app.app_context():
        look_after_agreements()
    assert "No agreement ends soon" in maria.get("/agreements/expiring").text, "its renewal is under way"


def test_what_ended_without_a_new_one_stays_on_the_list_for_three_months(
    app: Flask, outside: Table, maria: FlaskClient, jump: Jump
) -> None:
    with app.app_context():
        in_force(outside, until=date(2027, 1, 10))
        jump(datetime(2027, 4, 9, 11, tzinfo=UTC))
        look_after_agreements()
    assert "Expired" in maria.get("/agreements/expiring").text
    jump(datetime(2027, 4, 12, 11, tzinfo=UTC))
    assert "No agreement ends soon" in maria.get("/agreements/expiring").text


def test_the_list_of_what_ends_soon_asks_few_questions(app: Flask, outside: Table, maria: FlaskClient) -> None:
    with app.app_context():
        for day in range(1, 7):
            in_force(outside, until=date(2027, 1, day))
    maria.get("/agreements/expiring")
    with counted(app) as statements:
        maria.get("/agreements/expiring")
    assert len(statements) <= 12, statements


def test_the_search_finds_agreements_of_ones_own_units_by_employer_kind_and_who_signed(
    app: Flask, outside: Table, maria: FlaskClient, client: FlaskClient, sign_in, world
) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        agreement_id = sent(outside)
        with transaction():
            sign_on_behalf(outside.actor, agreement_id=agreement_id, name="Vidar Zetterblom", role="C", reason="papper")
        address = f"/agreements/{row(agreement_id).public_id}"
        world.staff(unit=world.unit("Elsewhere"), email="other@example.org")
    for words in ("nordlys", "avsiktsforklaring", "Intention agreement", "zetterblom"):
        assert address in maria.get("/search", query_string={"q": words}).text, words
    sign_in(client, "other@example.org")
    assert address not in client.get("/search?q=zetterblom").text


def test_what_was_typed_too_late_is_shown_again(app: Flask, outside: Table, maria: FlaskClient) -> None:
    with app.app_context():
        agreement_id = sent(outside)
        page = f"/agreements/{row(agreement_id).public_id}"
        with transaction():
            sign_on_behalf(outside.actor, agreement_id=agreement_id, name="Eva", role="Chef", reason="papper")
        with transaction():
            sign_for_us(outside.manager, agreement_id=agreement_id, role="Chef")
    for action, typed in (
        ("sign", {"role": "Min egen roll"}),
        ("sign-on-behalf", {"name": "Eva S", "role": "Butikschef", "reason": "Undertecknat i dag"}),
        ("refused", {"reason": "De ville inte"}),
    ):
        answer = maria.post(f"{page}/{action}", data=typed)
        assert answer.status_code == 422
        assert "cannot be done any more" in answer.text
        assert all(text in answer.text for text in typed.values())


def test_what_we_are_at_work_is_proposed_in_the_language_of_the_agreement(
    app: Flask, outside: Table, maria: FlaskClient
) -> None:
    with app.app_context():
        agreement = row(sent(outside))
        assert agreement.language == "sv"
    page = maria.get(f"/agreements/{agreement.public_id}", headers={"Accept-Language": "en"}).text
    assert "Your signature" in page
    assert 'value="Arbetsgivarkonsulent"' in page


def test_signing_for_us_twice_signs_once_and_complains_about_nothing(
    app: Flask, outside: Table, maria: FlaskClient
) -> None:
    with app.app_context():
        agreement_id = sent(outside)
        page = f"/agreements/{row(agreement_id).public_id}"
    for _again in range(2):
        assert maria.post(f"{page}/sign", data={"role": "Konsulent"}).status_code == 303
    with app.app_context():
        assert len(row(agreement_id).signatures) == 1
        assert row(agreement_id).status is AgreementStatus.SENT


def test_the_link_is_shown_on_request_and_that_is_recorded(app: Flask, outside: Table, maria: FlaskClient) -> None:
    with app.app_context():
        agreement = row(sent(outside))
        page, token = f"/agreements/{agreement.public_id}", signing_token(agreement.public_id, 1)
    assert token not in maria.get(page).text
    assert token in maria.post(f"{page}/link").text
    with app.app_context():
        seen = select(AuditEntry.staff_id).where(AuditEntry.action == "agreement.link_shown")
        assert current_session().scalars(seen).all() == [outside.owner_id]
        with transaction():
            sign_on_behalf(outside.actor, agreement_id=agreement.id, name="Eva", role="Chef", reason="papper")
    assert maria.post(f"{page}/link").status_code == 303
