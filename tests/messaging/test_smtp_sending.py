"""Mail through a real SMTP server that refuses, breaks and waits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from crm import clock
from crm.db import db
from crm.messaging.models import Channel, MessageState
from crm.messaging.outbox import sweep
from crm.messaging.services import is_suppressed
from tests.conftest import make_app, make_settings
from tests.messaging.postman import Postman, message, state
from tests.servers.smtp import SmtpSink


@pytest.fixture
def smtp_app(tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Flask]:
    url = f"smtp://{smtp_sink.host}:{smtp_sink.port}?tls=none"
    app = make_app(
        make_settings(
            tmp_path, PLUGINS="", MAIL="smtp", SMTP_URL=url, MAIL_FROM="post@unit.example.org", ORGANISATION="Bron"
        )
    )
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.fixture
def postman(smtp_app: Flask) -> Postman:
    return Postman(smtp_app)


def later(minutes: int) -> None:
    clock.set_source(lambda: datetime.now(UTC) + timedelta(minutes=minutes))


@pytest.fixture(autouse=True)
def real_clock() -> Iterator[None]:
    yield
    clock.reset_source()


def test_mail_arrives_with_its_return_path_and_its_headers(postman: Postman, smtp_sink: SmtpSink) -> None:
    planned = postman.plan()
    assert sweep().accepted == 1
    [received] = smtp_sink.messages()
    row = message(planned)
    assert received.mail_from == f"post+{row.return_token}@unit.example.org"
    assert received.rcpt_tos == ("person1@example.org",)
    mail = received.parsed
    assert mail["Message-ID"] == row.message_id
    assert mail["Subject"] == "Hur går det?"
    assert mail["From"] == "Bron <post@unit.example.org>"
    assert mail["Reply-To"] == "anna@unit.example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://crm.example.org/o/abc>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Hur går det på jobbet?" in received.text()
    assert "Hur går det på jobbet?" in received.text("html")
    assert row.gateway == "smtp"


def test_one_bad_recipient_stops_and_repeats_no_other(postman: Postman, smtp_sink: SmtpSink) -> None:
    smtp_sink.set_fault("recipient", pattern="^person2@", code=550, text="5.1.1 <person2@example.org> unknown")
    rows = [postman.plan(ref) for ref in (1, 2, 3)]
    counts = sweep()
    assert (counts.accepted, counts.failed) == (2, 1)
    row = message(rows[1])
    assert (row.state, row.reason) == (MessageState.FAILED, "hard_bounce")
    assert row.reply == "550 5.1.1 … unknown"
    assert is_suppressed(Channel.EMAIL, "person2@example.org") == "hard_bounce"
    assert len(smtp_sink.messages()) == 2


def test_a_refusal_that_says_nothing_about_the_address_does_not_suppress_it(
    postman: Postman, smtp_sink: SmtpSink
) -> None:
    smtp_sink.set_fault("refuse_text", code=554, text="5.7.1 we do not like this text")
    planned = postman.plan()
    assert sweep().failed == 1
    assert message(planned).reason == "rejected"
    assert is_suppressed(Channel.EMAIL, "person1@example.org") is None


def test_a_busy_recipient_is_tried_again_later(postman: Postman, smtp_sink: SmtpSink) -> None:
    smtp_sink.set_fault("recipient", code=451, times=1)
    planned = postman.plan()
    assert sweep().retried == 1
    assert sweep().claimed == 0
    later(2)
    assert sweep().accepted == 1
    assert message(planned).attempt == 2


def test_a_server_that_is_down_pauses_the_batch(postman: Postman, smtp_sink: SmtpSink) -> None:
    rows = [postman.plan(ref) for ref in range(5)]
    smtp_sink.down()
    counts = sweep()
    assert (counts.retried, counts.paused, counts.accepted) == (1, 4, 0)
    smtp_sink.up()
    assert sweep().claimed == 0
    later(2)
    assert sweep().accepted == 5
    assert len(smtp_sink.messages()) == 5
    assert {state(row) for row in rows} == {MessageState.ACCEPTED}


def test_a_connection_that_breaks_within_the_text_is_opened_again_for_the_others(
    postman: Postman, smtp_sink: SmtpSink
) -> None:
    rows = [postman.plan(ref) for ref in range(3)]
    smtp_sink.set_fault("drop_before_dot", pattern="^person1@", times=1)
    counts = sweep()
    assert counts.accepted == 2
    # Whether the dot was still under way when the connection broke is a race, and the sender says which it was.
    assert (counts.retried, counts.in_doubt) in ((1, 0), (0, 1))
    assert state(rows[1]) in (MessageState.PLANNED, MessageState.UNKNOWN)
    assert len(smtp_sink.messages()) == 2


@pytest.mark.parametrize(("fault", "kept"), [("drop_after_dot", 0), ("drop_after_store", 1)])
def test_a_connection_that_breaks_after_the_dot_leaves_a_doubt_and_nothing_is_sent_again(
    postman: Postman, smtp_sink: SmtpSink, fault: str, kept: int
) -> None:
    smtp_sink.set_fault(fault, times=1)  # type: ignore[arg-type]  # the parametrised names are plain strings
    planned = postman.plan()
    assert sweep().in_doubt == 1
    later(60 * 24)
    assert sweep().claimed == 0
    row = message(planned)
    assert row.state is MessageState.UNKNOWN
    assert row.body is not None
    assert len(smtp_sink.messages()) == kept


def test_a_server_that_says_goodbye_after_each_message_still_gets_them_all(
    postman: Postman, smtp_sink: SmtpSink
) -> None:
    for ref in range(4):
        postman.plan(ref)
    smtp_sink.set_fault("sender", code=421, text="4.3.2 enough for now", times=1)
    assert sweep().accepted == 4


def test_a_refused_sender_is_our_fault_and_pauses_instead_of_failing(postman: Postman, smtp_sink: SmtpSink) -> None:
    smtp_sink.set_fault("sender", code=553, text="5.7.1 sender not allowed")
    for ref in range(3):
        postman.plan(ref)
    counts = sweep()
    assert (counts.failed, counts.retried, counts.paused) == (0, 1, 2)
