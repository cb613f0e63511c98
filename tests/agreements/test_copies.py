"""What both sides keep: the mail with the PDF, what stands in it, and that a text always names whom to talk to."""

import base64
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from crm.agreements.mail import enclose_pdf, render_copy
from crm.agreements.models import Agreement
from crm.agreements.paper import agreement_pdf
from crm.agreements.services import following
from crm.agreements.services.sending import SIGNED_COPY
from crm.agreements.services.signing import sign_for_us, sign_on_behalf
from crm.agreements.wording import moment
from crm.db import current_session, in_transaction_block, transaction
from crm.documents.models import DocumentTemplate
from crm.documents.pdf import PdfUnavailable
from crm.documents.services.texts import save_text
from crm.messaging.email_format import mail_bytes
from crm.messaging.models import MailboxItem, OutboxMessage
from crm.messaging.outbox import sweep
from crm.messaging.rendering import letter_of, seal, unseal
from crm.settings import Settings
from tests.agreements.conftest import Table, row, sent
from tests.agreements.test_lifecycle import both_sign, employer_signs

LANGUAGES = ("en", "sv", "nb", "da")


def the_copy() -> OutboxMessage:
    return current_session().scalars(select(OutboxMessage).where(OutboxMessage.purpose == SIGNED_COPY)).one()


def test_both_have_signed_and_the_employer_is_mailed_the_pdf(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    both_sign(table, sent(table))
    made_inside: list[bool] = []

    def slowly(agreement: Agreement) -> bytes:
        made_inside.append(in_transaction_block())
        return agreement_pdf(agreement)

    monkeypatch.setattr("crm.agreements.mail.agreement_pdf", slowly)
    sweep()
    assert made_inside == [False], "made once, and nobody waits for a lock meanwhile"
    mail = current_session().scalars(select(MailboxItem).order_by(MailboxItem.id.desc())).first()
    assert mail is not None
    assert mail.to == "eva@example.net"
    assert re.search(r"\[agreement\.pdf, \d+ kB\]", mail.text)
    assert "/agreement/" in mail.text, "and the way to the page"
    assert "PDF" in mail.text


def test_the_mail_is_one_that_mail_programs_read(table: Table, app) -> None:  # type: ignore[no-untyped-def]
    both_sign(table, sent(table))
    message = the_copy()
    rendered = unseal(seal(enclose_pdf(message, render_copy(message))))
    settings: Settings = app.extensions["brobygg.settings"]
    raw = mail_bytes(letter_of(message, rendered), settings)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert raw == mail_bytes(letter_of(message, rendered), settings), "the same bytes at every attempt"
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Eva" in body.get_content()
    [file] = list(mail.iter_attachments())
    assert (file.get_filename(), file.get_content_type()) == ("agreement.pdf", "application/pdf")
    assert file.get_content() == base64.b64decode(rendered.files[0].content)
    assert file.get_content().startswith(b"%PDF-")


def test_where_no_pdf_can_be_made_the_mail_goes_with_its_link(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    both_sign(table, sent(table))

    def missing(_agreement: Agreement) -> bytes:
        raise PdfUnavailable("no Pango")

    monkeypatch.setattr("crm.agreements.mail.agreement_pdf", missing)
    rendered = enclose_pdf(the_copy(), render_copy(the_copy()))
    assert rendered.files == ()
    assert "PDF" not in rendered.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_holds_both_signatures_and_the_hash_in_the_language_of_the_agreement(
    table: Table, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement_id = sent(table, language=language)
    employer_signs(agreement_id)
    with transaction():
        sign_for_us(table.manager, agreement_id=agreement_id, role="Enhetschef")
    agreement = row(agreement_id)
    assert agreement_pdf(agreement).startswith(b"%PDF-")
    monkeypatch.setattr("crm.documents.pdf.make_pdf", str.encode)
    page = agreement_pdf(agreement).decode()
    assert f'<html lang="{language}"' in page
    for word in ("Eva Sjöström", "Butikschef", "Karin Ek", "Enhetschef", agreement.text_hash):
        assert word in page
    when = moment(datetime(2026, 11, 18, 11, tzinfo=UTC), agreement)
    assert "12:00 CET" in when, "by the clock of the unit, whoever opens it wherever"
    assert page.count(when) == 2


def test_a_signature_on_behalf_says_so_in_the_pdf(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement_id = sent(table)
    with transaction():
        sign_on_behalf(table.actor, agreement_id=agreement_id, name="Eva", role="Chef", reason="på papper i butiken")
    monkeypatch.setattr("crm.documents.pdf.make_pdf", str.encode)
    assert "på papper i butiken" in agreement_pdf(row(agreement_id)).decode()


def test_a_text_without_contact_persons_gets_those_of_both_sides(table: Table) -> None:
    """Both named contacts stand on each agreement, with role, phone and e-mail."""
    statement = select(DocumentTemplate.id).where(DocumentTemplate.key == "agreement.intention")
    template_id = current_session().scalars(statement).one()
    with transaction():
        save_text(table.manager, template_id=template_id, language="sv", title="Kort", body="Vi samarbetar.")
    text = (row(sent(table)).text or "").replace("\\", "")
    for named in (
        "Eva Sjöström",
        "kontaktperson",
        "eva@example.net",
        "Maria Lindqvist",
        "maria@example.org",
        "Olle Berg",
    ):
        assert named in text
    assert "010-111 22 33" in text, "the unit's phone, as people write it"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_agreement_names_both_contacts_with_phone_and_mail(table: Table, language: str) -> None:
    keys = select(DocumentTemplate.id).where(DocumentTemplate.agreement_type.is_not(None))
    for template_id in current_session().scalars(keys).all():
        written = {"places": "2", "purpose": "x", "employer_does": "x", "we_do": "x", "follow_up": "x"}
        agreement_id = sent(table, template_id=template_id, language=language, written=written, scope=("a", "b", "c"))
        text = (row(agreement_id).text or "").replace("\\", "")
        for named in ("Eva Sjöström", "eva@example.net", "Maria Lindqvist", "maria@example.org", "Olle Berg"):
            assert named in text
        assert "ia-avtale" not in text.casefold()


def test_a_replacement_and_a_renewal_keep_both_contacts(table: Table) -> None:
    agreement_id = sent(table)
    both_sign(table, agreement_id)
    for follow in (following.renew_agreement, following.replace_agreement):
        with transaction():
            new = follow(table.actor, agreement_id=agreement_id)
            assert (new.contact_id, new.owner_id, new.deputy_id) == (table.person_id, table.owner_id, table.deputy_id)
