"""What is typed about people through the forms: dates that cannot be, addresses that are none, names of every kind."""

from dataclasses import dataclass
from datetime import date, timedelta
from email import policy
from email.parser import BytesParser

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from crm.accounts.models import Staff
from crm.actors import Role, system_actor
from crm.db import current_session, transaction
from crm.extension_points import Rendered
from crm.messaging.email_format import mail_bytes
from crm.messaging.models import MailboxItem
from crm.messaging.outbox import sweep as send_messages
from crm.messaging.rendering import Letter
from crm.participants.models import EnrolmentExit, Participant
from crm.participants.services.exits import exit_enrolment
from crm.programmes.models import Programme
from surveys.sweeping import sweep
from tests.contracts.forms import form_at
from tests.contracts.premises import Premises
from tests.world import World

TODAY = date(2026, 11, 18)
NAMES = [
    "X",
    "李",
    "O'Brien-Næss",
    "Åsa",
    "شيرين",
    "Nguyễn Thị",
    "😀",
    "𠮷野",
    "a\u0301",
    "Ng\u200dB",
    "<b>Eva</b>",
    "{{ 7*7 }}",
    "%s %(name)s {name}",
    "Robert'); DROP TABLE participant;--",
    "=1+1",
    "NULL",
    "x" * 80,
]


@dataclass
class Desk:
    """Somebody at a desk with a form, and what became of it."""

    premises: Premises
    browser: FlaskClient
    last_person: int = 0
    last_exit: int = 0

    def filled(self, page: str, **values: str) -> dict[str, str]:
        """What a browser would send from a page, with some fields typed."""
        form = form_at(self.browser.get(page).text, page)
        assert form is not None
        return form.fields | values

    def add(self, **values: str) -> tuple[int, str]:
        """Add a participant; the status and the page."""
        usual = {"first_name": "Eva", "last_name": "Ek"}
        answer = self.browser.post("/participants/new", data=self.filled("/participants/new", **(usual | values)))
        return answer.status_code, answer.text

    def people(self) -> list[Participant]:
        """Who was added."""
        with self.premises.app.app_context():
            return list(current_session().scalars(select(Participant).where(Participant.id > self.last_person)))

    def leave(self, **values: str) -> tuple[int, str]:
        """End the enrolment that began on 1 February 2026; the status and the page."""
        page = f"/enrolments/{self.premises.ids['enrolments']}/exit"
        answer = self.browser.post(page, data=self.filled(page, **({"reason": "studies"} | values)))
        return answer.status_code, answer.text

    def exits(self) -> list[EnrolmentExit]:
        """The exits that were recorded."""
        with self.premises.app.app_context():
            return list(current_session().scalars(select(EnrolmentExit).where(EnrolmentExit.id > self.last_exit)))


@pytest.fixture
def desk(premises: Premises) -> Desk:
    found = Desk(premises, premises.browser(Role.COORDINATOR))
    with premises.app.app_context():
        found.last_person = current_session().scalar(select(func.max(Participant.id))) or 0
        found.last_exit = current_session().scalar(select(func.max(EnrolmentExit.id))) or 0
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_what_somebody_is_called(desk: Desk, name: str) -> None:
    status, _page = desk.add(first_name=name, last_name=name)
    assert status == 303
    (person,) = desk.people()
    shown = desk.browser.get(f"/participants/{person.public_id}").text
    assert "<b>Eva</b>" not in shown
    assert "49" not in shown.partition("<h1")[2].partition("</h1>")[0]
    assert person.first_name == ("á" if name == "a\u0301" else name)
    assert desk.browser.get("/participants").status_code == 200


@pytest.mark.parametrize("name", ["", "   ", "\u200e\x00", "\n\t", "x" * 81, "x" * 100_000])
def test_a_name_that_is_none_is_refused_and_what_was_typed_stays(desk: Desk, name: str) -> None:
    status, page = desk.add(first_name=name, last_name="Skriven Text", email="kvar@example.net")
    if name == "\u200e\x00":
        assert status in (303, 422)
        return
    assert status == 422
    assert "Skriven Text" in page
    assert "kvar@example.net" in page
    assert 'aria-invalid="true"' in page
    assert desk.people() == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Eva\r\nBcc: x@evil.example", "Eva Bcc: x@evil.example"),
        ("Eva\u2028Lund", "Eva Lund"),
        ("\u202eavE\u202c", "avE"),
        ("Eva\x00\x08", "Eva"),
        ("\ufeffEva", "Eva"),
        ("  Eva   Maria ", "Eva Maria"),
    ],
)
def test_what_is_invisible_or_breaks_a_line_leaves_a_name(desk: Desk, typed: str, kept: str) -> None:
    assert desk.add(first_name=typed)[0] == 303
    assert desk.people()[0].first_name == kept


@pytest.mark.parametrize(
    "email", ["x", "x@", "@x.org", "a b@x.org", "a@b@c.org", "a@x", "a@x.org\r\nBcc: b@x.org", "a@-x.org", "å@x.org",
              "a@x.org,b@x.org", "<a@x.org>", "a" * 300 + "@x.org", "a@[127.0.0.1]", "javascript:a@x.org"]
)  # fmt: skip
def test_an_address_that_cannot_be_one_is_refused(desk: Desk, email: str) -> None:
    status, page = desk.add(email=email)
    assert status == 422
    assert "Ek" in page
    assert desk.people() == []


@pytest.mark.parametrize("phone", ["1", "abc", "070", "0" * 30, "+999 123", "070-123 45", "112", "+46701234567890123"])
def test_a_number_that_cannot_be_one_is_refused(desk: Desk, phone: str) -> None:
    status, page = desk.add(phone=phone)
    assert status == 422
    assert f'value="{phone}"' in page
    assert desk.people() == []


@pytest.mark.parametrize(
    "phone", ["070-174 06 05", "+46 70 174 06 05", "0046701740605", "(070) 1740605", "070\u00a01740605"]
)
def test_a_number_is_kept_in_one_form_however_it_is_written(desk: Desk, phone: str) -> None:
    assert desk.add(phone=phone)[0] == 303
    assert desk.people()[0].phone == "+46701740605"


@pytest.mark.parametrize(
    "year", ["85", "1899", "2027", "0", "-1985", "1985.5", "abc", "99999999999999999999", "19850101-1234"]
)
def test_a_year_that_cannot_be_one_is_refused(desk: Desk, year: str) -> None:
    assert desk.add(birth_year=year)[0] == 422
    assert desk.people() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("unit_id", "999999"), ("unit_id", "x"), ("language", "tlh"), ("sex", "none"), ("channels", "pigeon"),
     ("programme_id", "999999"), ("coordinator_id", "999999"), ("coordinator_id", "-1")],
)  # fmt: skip
def test_a_choice_that_was_not_offered_is_refused(desk: Desk, field: str, value: str) -> None:
    assert desk.add(**{field: value})[0] == 422
    assert desk.people() == []


def test_the_same_person_twice_is_pointed_out_and_saved_when_it_is_somebody_else(desk: Desk) -> None:
    first = {"birth_year": "1985", "email": "eva@example.net"}
    assert desk.add(**first)[0] == 303
    for same in (first, {"birth_year": "1985", "first_name": "EVA", "last_name": "ek"}, {"email": "EVA@example.net"}):
        status, page = desk.add(**same)
        assert status == 422
        assert "somebody_else" in page
    assert len(desk.people()) == 1
    assert desk.add(somebody_else="y", **first)[0] == 303
    assert len(desk.people()) == 2


@pytest.mark.parametrize(
    "day", ["2026-01-31", "0001-01-01", "9999-12-31", "2027-11-19", "2026-02-30", "", "tomorrow", "2026-11-18T10:00",
            "18/11/2026", "20261118x", "-1"]
)  # fmt: skip
def test_a_day_of_exit_that_cannot_be_is_refused(desk: Desk, day: str) -> None:
    status, page = desk.leave(exit_on=day, note="Det jag skrev")
    assert status == 422
    assert "Det jag skrev" in page
    assert desk.exits() == []


@pytest.mark.parametrize("ahead", [-290, 0, 365])
def test_an_exit_is_between_the_start_and_a_year_ahead(desk: Desk, ahead: int) -> None:
    day = TODAY + timedelta(days=ahead)
    assert desk.leave(exit_on=day.isoformat())[0] == 303
    assert [each.exit_on for each in desk.exits()] == [day]


def test_an_exit_without_a_reason_or_with_one_that_does_not_exist_is_refused(desk: Desk) -> None:
    for reason in ("", "vacation", "\x00", "work_ordinary'--"):
        assert desk.leave(reason=reason)[0] == 422
    assert desk.exits() == []


def test_an_exit_sent_again_is_still_one(desk: Desk) -> None:
    page = f"/enrolments/{desk.premises.ids['enrolments']}/exit"
    data = desk.filled(page, reason="studies")
    statuses = [desk.browser.post(page, data=data).status_code for _click in range(3)]
    assert statuses[0] == 303
    assert len(desk.exits()) == 1


def test_nothing_typed_becomes_a_header_of_a_mail(desk: Desk) -> None:
    evil = "Eva\r\nBcc: all@evil.example\r\n\r\n<p>x"
    administrator = Desk(desk.premises, desk.premises.browser(Role.ADMINISTRATOR))
    page = f"/settings/units/{desk.premises.ids['unit_public_id']}"
    assert administrator.browser.post(page, data=administrator.filled(page, name=evil)).status_code == 303
    assert desk.browser.post("/settings", data=desk.filled("/settings", name=evil)).status_code in (302, 303)
    assert desk.add(first_name=evil, last_name=evil, email="eva@example.net")[0] == 303
    raw = mail_to(desk, desk.people()[0])
    parsed = BytesParser(policy=policy.default).parsebytes(raw)
    assert parsed["Bcc"] is None
    assert parsed["To"] == "eva@example.net"
    assert "evil.example" in str(parsed["From"]) + parsed.as_string()
    assert not [line for line in raw.split(b"\r\n") if line.lower().startswith(b"bcc")]


def mail_to(desk: Desk, person: Participant) -> bytes:
    """The bytes of the invitation that somebody gets who leaves today."""
    app = desk.premises.app
    with app.app_context():
        staff = current_session().scalars(select(Staff).where(Staff.name.like("Eva Bcc%"))).one()
        programme = current_session().scalars(select(Programme)).first()
        assert programme is not None
        enrolment = World().enrolment(person, programme, staff)
        with transaction():
            exit_enrolment(system_actor("test"), enrolment_id=enrolment.id, exit_on=TODAY, reason="studies")
        sweep()
        send_messages(100)
        mail = current_session().scalars(select(MailboxItem).where(MailboxItem.to == "eva@example.net")).one()
        rendered = Rendered(
            to=mail.to, text=mail.text, subject=mail.subject, html=mail.html, sender=mail.sender, reply_to=mail.reply_to
        )
        return mail_bytes(letter_of(mail, rendered), app.extensions["brobygg.settings"])


def letter_of(mail: MailboxItem, rendered: Rendered) -> Letter:
    return Letter(
        id=mail.id,
        channel=mail.channel,
        attempt=1,
        message_id=mail.message_id,
        return_token="a1b2c3",
        written_at=mail.at,
        rendered=rendered,
        unit_id=mail.unit_id,
        participant_id=mail.participant_id,
        staff_id=None,
    )
