"""The pages of staff: write, send, sign, renew, list, files. All without scripts."""

import hashlib
import io
import re
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.agreements.models import Agreement, AgreementStatus
from crm.agreements.services.signing import sign_on_behalf
from crm.db import current_session, transaction
from crm.documents.models import DocumentTemplate
from tests.agreements.conftest import Table, row, sent
from tests.employers.conftest import counted


def one() -> Agreement:
    current_session().expire_all()
    return current_session().scalars(select(Agreement).order_by(Agreement.id.desc())).first()  # type: ignore[return-value]


def template(app: Flask, key: str = "agreement.intention") -> str:
    with app.app_context():
        statement = select(DocumentTemplate.public_id).where(DocumentTemplate.key == key)
        return str(current_session().scalars(statement).one())


def fields(page: str) -> dict[str, str]:
    form = re.search(r'<form method="post" class="fg".*?</form>', page, re.DOTALL)
    assert form is not None
    found = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form.group()))
    found |= dict(re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form.group(), re.DOTALL))
    for name, body in re.findall(r'<select[^>]*? name="([^"]+)"[^>]*>(.*?)</select>', form.group(), re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        found[name] = chosen.group(1) if chosen else ""
    return found


def test_story_four_written_sent_signed_by_both_renewed(maria: FlaskClient, app: Flask, outside: Table) -> None:
    panel = maria.get(f"/employers/{outside.employer}").text
    assert f"/employers/{outside.employer}/agreements/new" in panel
    address = f"/employers/{outside.employer}/agreements/new"
    assert "Intention agreement" in maria.get(address).text
    address += "?" + urlencode({"template": template(app), "language": "sv"})
    form = fields(maria.get(address).text)
    assert form["contact"] == str(outside.person_id)
    assert (form["owner"], form["deputy"]) == (str(outside.owner_id), str(outside.deputy_id))
    saved = maria.post(address, data=form)
    assert saved.status_code == 303, saved.text
    assert maria.post(address, data=form).location == saved.location, "sent twice it makes one"
    page = saved.location
    assert "Det gör arbetsgivaren" in maria.get(page).text
    assert maria.post(f"{page}/send").status_code == 303
    assert maria.post(f"{page}/sign-on-behalf", data={"name": "Eva", "role": "Chef"}).status_code == 422
    behalf = {"name": "Eva", "role": "Chef", "reason": "På papper"}
    assert maria.post(f"{page}/sign-on-behalf", data=behalf).status_code == 303
    assert maria.post(f"{page}/sign", data={"role": "Konsulent"}).status_code == 303
    assert "In force" in maria.get(page).text
    renewed = maria.post(f"{page}/renew")
    assert renewed.status_code == 303
    assert renewed.location != page
    assert "The agreement before this one" in maria.get(renewed.location).text
    pdf = maria.get(f"{page}/pdf")
    assert (pdf.mimetype, pdf.headers["Content-Disposition"][:10]) == ("application/pdf", "attachment")
    file = maria.get(f"{page}/text").data
    with app.app_context():
        assert hashlib.sha256(file).hexdigest() in maria.get(page).text


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(maria: FlaskClient, app: Flask, outside: Table) -> None:
    address = f"/employers/{outside.employer}/agreements/new?" + urlencode(
        {"template": template(app), "language": "sv"}
    )
    form = {**fields(maria.get(address).text), "ends_on": "2020-01-01", "purpose": "Mitt eget syfte"}
    answer = maria.post(address, data=form)
    assert answer.status_code == 422
    assert "Mitt eget syfte" in answer.text
    assert "before the first" in answer.text
    health = maria.post(address, data={**form, "ends_on": "2027-11-17", "purpose": "Hjälpa folk med depression"})
    assert health.status_code == 422
    assert "Look once more" in health.text
    ticked = {**form, "ends_on": "2027-11-17", "purpose": "Hjälpa folk med depression", "save_anyway": "1"}
    assert maria.post(address, data=ticked).status_code == 303


def test_two_who_change_a_draft_see_the_difference(maria: FlaskClient, app: Flask, outside: Table) -> None:
    address = f"/employers/{outside.employer}/agreements/new?" + urlencode(
        {"template": template(app), "language": "sv"}
    )
    page = maria.post(address, data=fields(maria.get(address).text)).location
    form = fields(maria.get(f"{page}/edit").text)
    assert maria.post(f"{page}/edit", data={**form, "purpose": "Först"}).status_code == 303
    late = maria.post(f"{page}/edit", data={**form, "purpose": "Sist"})
    assert late.status_code == 422
    assert "Först" in late.text
    assert "Sist" in late.text
    assert maria.post(f"{page}/edit", data={**fields(late.text), "purpose": "Sist"}).status_code == 303


def test_the_list_filters_by_status_kind_owner_and_what_ends_within_sixty_days(
    maria: FlaskClient, app: Flask, outside: Table
) -> None:
    from datetime import date

    with app.app_context():
        for ends_on in (date(2027, 1, 10), date(2027, 11, 17)):
            agreement_id = sent(outside, ends_on=ends_on, review_on=date(2026, 12, 1))
            with transaction():
                sign_on_behalf(outside.actor, agreement_id=agreement_id, name="E", role="C", reason="papper")
            from crm.agreements.services.signing import sign_for_us

            with transaction():
                sign_for_us(outside.actor, agreement_id=agreement_id, role="K")
        sent(outside)
    assert maria.get("/agreements").text.count("Nordlys Bageri AB") == 3
    assert maria.get("/agreements?ending=60").text.count("Nordlys Bageri AB") == 1
    assert maria.get("/agreements?status=active").text.count("Nordlys Bageri AB") == 2
    assert maria.get("/agreements?status=sent&owner=mine&type=intention").text.count("Nordlys Bageri AB") == 1
    assert "No agreement fits" in maria.get("/agreements?q=zzz").text
    file = maria.get("/agreements/export.csv?status=sent").data.decode("utf-8-sig")
    assert file.count("Nordlys") == 1


def test_the_list_asks_few_questions(maria: FlaskClient, app: Flask, outside: Table) -> None:
    with app.app_context():
        for _number in range(6):
            sent(outside)
    maria.get("/agreements")
    with counted(app) as statements:
        maria.get("/agreements")
    assert len(statements) <= 12, statements


def test_who_is_of_another_unit_sees_none(app: Flask, outside: Table, client: FlaskClient, sign_in, world) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        agreement_id = sent(outside)
        public_id = row(agreement_id).public_id
        world.staff(unit=world.unit("Elsewhere"), email="other@example.org")
    sign_in(client, "other@example.org")
    assert client.get(f"/agreements/{public_id}").status_code == 404
    assert client.post(f"/agreements/{public_id}/sign", data={"role": "x"}).status_code == 404
    assert "Intention agreement" not in client.get("/agreements").text.replace(
        'value="intention">Intention agreement', ""
    )
    assert row_status(app, agreement_id) is AgreementStatus.SENT


def row_status(app: Flask, agreement_id: int) -> AgreementStatus:
    with app.app_context():
        return row(agreement_id).status


def test_the_signed_paper_is_kept_with_the_agreement(maria: FlaskClient, app: Flask, outside: Table) -> None:
    with app.app_context():
        page = f"/agreements/{row(sent(outside)).public_id}"
    upload = {"file": (io.BytesIO(b"%PDF-1.4 signed"), "papper.pdf")}
    assert maria.post(f"{page}/files", data=upload).status_code == 303
    assert "papper.pdf" in maria.get(page).text
    assert (
        "Choose a PDF"
        in maria.post(f"{page}/files", data={"file": (io.BytesIO(b"<html>"), "x.pdf")}, follow_redirects=True).text
    )
