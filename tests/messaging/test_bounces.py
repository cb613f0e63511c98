"""What comes back: hard and soft are told apart, delays and holiday messages change nothing."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.errors import SettingsError
from crm.events import AddressBounced
from crm.extension_points import Rendered, Subscription
from crm.messaging.bounce_reading import read_bounce
from crm.messaging.bounce_settings import bounce_mailbox_from
from crm.messaging.bounced import says_address_is_dead
from crm.messaging.bounces import file_bounce
from crm.messaging.models import Channel, MessageState
from crm.messaging.outbox import sweep
from crm.messaging.services import is_suppressed
from crm.registry import current_registry
from crm.tasks.models import Task
from tests.messaging.postman import ACTOR, Postman, message
from tests.world import World

TOKEN = "0123456789abcdef01234567"

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@relay.example.org (Mail Delivery System)
To: post+{token}@unit.example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org

Final-Recipient: rfc822; anna@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}

--b1
Content-Type: text/rfc822-headers

Message-ID: {message_id}
Subject: Hej

--b1--
"""


def report(
    *,
    token: str = TOKEN,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "550 5.1.1 <anna@example.org>: user unknown",
    message_id: str = "<x@y>",
) -> bytes:
    text = REPORT.format(token=token, action=action, status=status, diagnostic=diagnostic, message_id=message_id)
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "kind"),
    [
        ("failed", "5.1.1", "550 5.1.1 user unknown", "hard"),
        ("failed", "5.1.10", "550 null MX", "hard"),
        ("failed", "5.1.2", "host not found", "hard"),
        ("failed", "5.0.0", "550 No such user here", "hard"),
        ("failed", "5.2.2", "552 mailbox full", "soft"),
        ("failed", "5.7.1", "550 5.7.1 rejected as spam; unknown user agent", "soft"),
        ("failed", "4.4.7", "delivery time expired", "soft"),
        ("failed", "5.0.0", "554 something else", "soft"),
        ("delayed", "4.4.1", "connection timed out", "delayed"),
        ("delivered", "2.0.0", "250 ok", "not_a_bounce"),
        ("relayed", "2.0.0", "250 ok", "not_a_bounce"),
    ],
)
def test_a_report_is_told_apart_by_action_and_status(action: str, status: str, diagnostic: str, kind: str) -> None:
    bounce = read_bounce(report(action=action, status=status, diagnostic=diagnostic))
    assert (bounce.kind, bounce.token) == (kind, TOKEN)


def test_what_is_kept_of_a_report_names_nobody() -> None:
    reply = read_bounce(report()).reply
    assert "5.1.1" in reply
    assert "anna" not in reply


QMAIL = b"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org
To: post+0123456789abcdef01234567@unit.example.org
Subject: failure notice

Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<anna@example.org>:
550 5.1.1 Sorry, no mailbox here by that name.

--- Below this line is a copy of the message.

Message-ID: <abc@unit.example.org>
Subject: Hej
"""


def test_a_bounce_that_is_no_report_is_understood_all_the_same() -> None:
    bounce = read_bounce(QMAIL)
    assert (bounce.kind, bounce.token, bounce.message_id) == ("hard", TOKEN, "<abc@unit.example.org>")


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: auto-replied (vacation)", "X-Autoreply: yes", "Precedence: auto_reply"]
)
def test_a_holiday_message_is_no_bounce_and_no_answer(header: str) -> None:
    raw = f"From: anna@example.org\r\nTo: post+{TOKEN}@unit.example.org\r\n{header}\r\n\r\n550 5.1.1 I am away\r\n"
    assert read_bounce(raw.encode()).kind == "auto_reply"


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"Content-Type: multipart/report\r\n\r\n", b"x" * 5000])
def test_rubbish_is_no_bounce(raw: bytes) -> None:
    assert read_bounce(raw).kind == "not_a_bounce"


@pytest.mark.parametrize(
    ("reply", "dead"),
    [
        ("550 5.1.1 User unknown", True),
        ("550 no such user", True),
        ("550 5.2.1 mailbox disabled", True),
        ("452 4.1.1 greylisted", False),
        ("550 5.7.1 blocked by 15.1.1.2", False),
        ("552 5.2.2 over quota", False),
        ("450 user unknown for now", False),
    ],
)
def test_only_refusals_of_the_address_itself_make_it_dead(reply: str, dead: bool) -> None:
    assert says_address_is_dead(reply) is dead


def test_a_hard_bounce_suppresses_tells_everybody_and_gives_staff_a_task(world: World, postman: Postman) -> None:
    heard: list[AddressBounced] = []
    current_registry()._subscriptions.setdefault("address_bounced", []).append(
        Subscription("address_bounced", heard.append)
    )
    unit = world.unit()
    person = world.participant(unit, email="person1@example.org")
    planned = postman.plan(1, unit_id=unit.id, participant_id=person.id)
    sweep()
    raw = report(token=message(planned).return_token)
    for _again in range(2):
        with transaction():
            assert file_bounce(ACTOR, raw).kind == "hard"
    row = message(planned)
    assert (row.state, row.reason) == (MessageState.FAILED, "hard_bounce")
    assert postman.states == [("1", "accepted"), ("1", "failed")]
    assert is_suppressed(Channel.EMAIL, "person1@example.org") == "hard_bounce"
    assert heard[0].participant_id == person.id
    [task] = current_session().scalars(select(Task)).all()
    assert task.title["en"].startswith("Find a new e-mail address")
    assert isinstance(task.due_on, date)


def test_a_soft_bounce_fails_the_message_and_keeps_the_address(postman: Postman) -> None:
    planned = postman.plan()
    sweep()
    raw = report(token=message(planned).return_token, status="5.2.2", diagnostic="552 mailbox full")
    with transaction():
        file_bounce(ACTOR, raw)
    assert (message(planned).state, message(planned).reason) == (MessageState.FAILED, "returned")
    assert is_suppressed(Channel.EMAIL, "person1@example.org") is None


def test_a_delay_changes_nothing(postman: Postman) -> None:
    planned = postman.plan()
    sweep()
    with transaction():
        file_bounce(ACTOR, report(token=message(planned).return_token, action="delayed", status="4.4.1"))
    assert message(planned).state is MessageState.ACCEPTED


def test_a_bounce_that_names_no_message_of_ours_changes_nothing(postman: Postman) -> None:
    postman.plan()
    sweep()
    with transaction():
        file_bounce(ACTOR, report())
    assert is_suppressed(Channel.EMAIL, "anna@example.org") is None


def test_a_bounce_without_a_token_is_known_by_its_message_id(postman: Postman) -> None:
    planned = postman.plan()
    sweep()
    with transaction():
        file_bounce(ACTOR, report(token="", message_id=message(planned).message_id))
    assert message(planned).state is MessageState.FAILED


def test_the_next_message_to_a_dead_address_is_cancelled_with_its_reason(postman: Postman) -> None:
    postman.render = lambda row: Rendered(to="person1@example.org", text="Hej")
    first = postman.plan(1)
    sweep()
    with transaction():
        file_bounce(ACTOR, report(token=message(first).return_token))
    second = postman.plan(2)
    sweep()
    assert message(second).reason == "suppressed_hard_bounce"


def test_the_mailbox_of_returned_mail_is_read_with_tls_only() -> None:
    found = bounce_mailbox_from({"BROBYGG_BOUNCE_IMAP_URL": "imaps://bounce:p%40ss@mail.example.org/Returned"})
    assert found is not None
    assert (found.port, found.password, found.folder, found.tls) == (993, "p@ss", "Returned", True)
    assert bounce_mailbox_from({}) is None
    for wrong in ("imap://bounce:x@mail.example.org", "https://mail.example.org", "imaps://mail.example.org"):
        with pytest.raises(SettingsError):
            bounce_mailbox_from({"BROBYGG_BOUNCE_IMAP_URL": wrong})
