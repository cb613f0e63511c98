"""An information sheet goes by mail: once, in the version that was chosen, and not to who has said no."""

import base64
import re
from collections.abc import Callable

import pytest
from sqlalchemy import delete, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.db import current_session, in_transaction_block, transaction
from crm.documents.models import DocumentKind, SheetGiven
from crm.documents.pdf import PdfUnavailable
from crm.documents.services.texts import add_template
from crm.employers.models import Contact, ContactPerson
from crm.errors import DomainError, NotAllowed
from crm.history.models import HistoryLine
from crm.messaging.models import MailboxItem, MessageState, OutboxMessage
from crm.messaging.outbox import sweep
from crm.tasks.models import Task
from outreach.materials.mail import LINE, UNDELIVERED, enclose_sheet, note_state, render_mail, sheet_pdf
from outreach.materials.models import MaterialMail
from outreach.materials.queries import EMPLOYER, material_sent_to, receivers_at, sheets_on_offer
from outreach.materials.services import Sending, send_material
from tests.outreach_calling.desk import TODAY, Desk, count, employer_of, person_of


def send(desk: Desk, **values: object) -> int:
    usual: dict[str, object] = {
        "version_id": desk.sheet_id, "language": "sv", "employer_id": desk.employer_id, "unit_id": desk.unit_id,
        "person_id": desk.person_id,
    }  # fmt: skip
    with transaction():
        return send_material(desk.caller, Sending(**usual | values), on=TODAY).id  # type: ignore[arg-type]


def message() -> OutboxMessage:
    current_session().rollback()
    return current_session().scalars(select(OutboxMessage)).one()


def newest_mail() -> MailboxItem:
    current_session().rollback()
    found = current_session().scalars(select(MailboxItem).order_by(MailboxItem.id.desc())).first()
    assert found is not None
    return found


def test_the_mail_leaves_with_the_sheet_as_pdf_made_while_nobody_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_inside: list[bool] = []

    def slowly(mail: MaterialMail) -> bytes:
        made_inside.append(in_transaction_block())
        return sheet_pdf(mail)

    monkeypatch.setattr("outreach.materials.mail.sheet_pdf", slowly)
    send(desk)
    sweep()
    assert made_inside == [False]
    mail = newest_mail()
    assert (mail.to, mail.subject) == ("eva@example.net", "Om oss – Osby")
    assert re.search(r"\[information-v1\.pdf, \d+ kB\]", mail.text)
    assert message().state is MessageState.ACCEPTED


def test_the_pdf_is_the_version_that_was_promised(desk: Desk) -> None:
    send(desk)
    desk.new_sheet_version()
    rendered = enclose_sheet(message(), render_mail(message()))
    (file,) = rendered.files
    assert file.name == "information-v1.pdf"
    assert base64.b64decode(file.content).startswith(b"%PDF-")


def test_a_server_without_an_engine_for_pdf_sends_the_text_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(mail: MaterialMail) -> bytes:
        raise PdfUnavailable("no Pango")

    monkeypatch.setattr("outreach.materials.mail.sheet_pdf", cannot)
    send(desk)
    sweep()
    assert "Så arbetar vi." in newest_mail().text


def test_what_was_taken_over_stands_in_the_history_once(desk: Desk) -> None:
    send(desk)
    sweep()
    note_state(message())
    lines = current_session().scalars(
        trusted(select(HistoryLine).where(HistoryLine.kind == LINE), because="a test reads all")
    ).all()  # fmt: skip
    assert [line.summary["en"] for line in lines] == ["Sent: Om oss (v1)"]


def test_what_did_not_arrive_is_a_task_of_whoever_sent_it(desk: Desk) -> None:
    send(desk)
    with transaction():
        row = current_session().scalars(select(OutboxMessage)).one()
        row.state = MessageState.FAILED
        note_state(row)
        note_state(row)
    current_session().rollback()
    (task,) = current_session().scalars(trusted(select(Task), because="a test reads all")).all()
    assert (task.kind, task.owner_id, task.employer_id) == (UNDELIVERED, desk.caller.staff_id, desk.employer_id)


def test_the_same_form_sends_one_mail(desk: Desk) -> None:
    assert send(desk, submission_key="a") == send(desk, submission_key="a")
    assert (count(MaterialMail), count(OutboxMessage), count(SheetGiven)) == (1, 1, 1)


def test_without_a_contact_the_version_is_kept_with_the_employer(desk: Desk) -> None:
    send(desk)
    given = current_session().scalars(select(SheetGiven)).one()
    assert (given.contact_id, given.employer_id, given.version_id) == (None, desk.employer_id, desk.sheet_id)


@pytest.mark.parametrize(
    ("change", "message_"),
    [
        ({"do_not_mail": True}, "does not want mail"),
        ({"email": None}, "has no e-mail address"),
    ],
)
def test_who_cannot_be_mailed_is_said(desk: Desk, change: dict[str, object], message_: str) -> None:
    person = person_of(desk)
    for name, value in change.items():
        setattr(person, name, value)
    current_session().commit()
    with pytest.raises(DomainError, match=message_) as error:
        send(desk)
    assert error.value.field == "receiver"
    assert (count(MaterialMail), count(OutboxMessage), count(SheetGiven)) == (0, 0, 0)


def test_nothing_goes_to_an_employer_that_wants_no_contact_or_has_no_address(desk: Desk) -> None:
    with pytest.raises(DomainError, match="no e-mail address"):
        send(desk, person_id=None)
    employer_of(desk).do_not_contact = True
    current_session().commit()
    with pytest.raises(DomainError, match="no contact"):
        send(desk)


def test_nothing_goes_to_somebody_of_another_employer_in_another_language_or_for_another_unit(desk: Desk) -> None:
    other = desk.world.contact_person(desk.world.employer("Another AB"), "Bo", email="bo@example.net").id
    with pytest.raises(DomainError, match="works there"):
        send(desk, person_id=other)
    with pytest.raises(DomainError, match="not written in that language"):
        send(desk, language="da")
    with pytest.raises(NotAllowed):
        send(desk, unit_id=desk.stranger.unit_id)


def test_an_agreement_is_no_information_sheet(desk: Desk) -> None:
    with transaction():
        letter = add_template(
            desk.manager, kind=DocumentKind.CERTIFICATE, language="sv", title="Intyg", body="Text."
        ).newest  # fmt: skip
        current_session().flush()
        version_id = letter.id
    with pytest.raises(DomainError, match="information sheets"):
        send(desk, version_id=version_id)


def _want_no_contact(desk: Desk) -> None:
    employer_of(desk).do_not_contact = True


def _archive_employer(desk: Desk) -> None:
    employer_of(desk).archived_at = clock.now()


def _want_no_mail(desk: Desk) -> None:
    person_of(desk).do_not_mail = True


def _archive_person(desk: Desk) -> None:
    person_of(desk).archived_at = clock.now()


def _leave(desk: Desk) -> None:
    person_of(desk).positions[0].left_on = TODAY


def _lose_address(desk: Desk) -> None:
    person_of(desk).email = None


def _block_advertising(desk: Desk) -> None:
    employer_of(desk).advertising_block = True


def _erase_person(desk: Desk) -> None:
    current_session().execute(delete(ContactPerson).where(ContactPerson.id == desk.person_id))


@pytest.mark.parametrize(
    ("happen", "reason"),
    [
        (_want_no_contact, "do_not_contact"), (_archive_employer, "archived"), (_want_no_mail, "person_no_mail"),
        (_archive_person, "person_left"), (_leave, "person_left"), (_lose_address, "no_address"),
        (_block_advertising, "advertising_block"), (_erase_person, "material_gone"),
    ],
)  # fmt: skip
def test_what_happened_between_the_promise_and_the_morning_stops_the_mail(
    desk: Desk, happen: Callable[[Desk], None], reason: str
) -> None:
    send(desk)
    happen(desk)
    current_session().commit()
    sweep()
    assert (message().state, message().reason) == (MessageState.CANCELLED, reason)
    shown = [each.reason for each in material_sent_to(desk.caller, desk.employer_id)]
    assert shown == ([] if reason == "material_gone" else [reason])
    asked = [UNDELIVERED] if reason in ("no_address", "person_left") else []
    assert list(current_session().scalars(trusted(select(Task.kind), because="a test reads all"))) == asked


def test_a_sheet_that_they_asked_for_in_a_call_leaves_despite_a_block_against_advertising(desk: Desk) -> None:
    contact = Contact(
        employer_id=desk.employer_id, on_date=TODAY, channel="phone", outcome="material_sent", unit_id=desk.unit_id,
        created_at=clock.now(),
    )  # fmt: skip
    desk.world.save(contact)
    send(desk, contact_id=contact.id)
    _block_advertising(desk)
    current_session().commit()
    sweep()
    assert message().state is MessageState.ACCEPTED


def test_only_the_newest_version_is_offered_and_only_who_can_be_mailed(desk: Desk) -> None:
    newer = desk.new_sheet_version()
    assert [(each.version_id, each.name) for each in sheets_on_offer(desk.caller)] == [(newer, "Om oss (v2)")]
    employer = employer_of(desk)
    assert [each.key for each in receivers_at(desk.caller, employer)] == [str(desk.person_id)]
    employer.email = "info@example.net"
    assert [each.key for each in receivers_at(desk.caller, employer)] == [str(desk.person_id), EMPLOYER]
    employer.do_not_contact = True
    assert receivers_at(desk.caller, employer) == []


def test_what_was_sent_is_seen_by_the_unit_with_where_it_stands(desk: Desk) -> None:
    send(desk)
    (sent,) = material_sent_to(desk.manager, desk.employer_id)
    assert (sent.title, sent.state) == ("Om oss", MessageState.PLANNED)
    assert material_sent_to(desk.stranger, desk.employer_id) == []
