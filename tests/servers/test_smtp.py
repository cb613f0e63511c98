"""The SMTP sink starts, stops, keeps what it accepted, and misbehaves on demand."""

import os
import signal
import smtplib
import socket
import ssl
import time
from email.message import EmailMessage

import pytest

from crm.messaging.receiver_log import HttpReceiverLog
from tests.servers.processes import port_answers, wait_until
from tests.servers.smtp import SmtpSink

ANNA = "anna@example.org"


@pytest.fixture
def sink(smtp_sink: SmtpSink) -> SmtpSink:
    return smtp_sink


def message(identifier: str = "<one@brobygg.example>", to: str = ANNA) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = identifier
    mail["From"] = "unit@example.org"
    mail["To"] = to
    mail["Subject"] = "Hur går det?"
    mail.set_content("Hej! Hur går det på jobbet?\n")
    return mail


def send(sink: SmtpSink, mail: EmailMessage, *, timeout: float = 10) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP(sink.host, sink.port, timeout=timeout) as client:
        return client.send_message(mail)


def test_an_accepted_message_is_kept_with_its_envelope_and_its_bytes(sink: SmtpSink) -> None:
    send(sink, message())
    [received] = sink.messages()
    assert received.message_id == "<one@brobygg.example>"
    assert (received.mail_from, received.rcpt_tos) == ("unit@example.org", (ANNA,))
    assert received.text() == "Hej! Hur går det på jobbet?\n"
    assert not received.tls


def test_a_message_that_is_sent_twice_shows_as_doubled(sink: SmtpSink) -> None:
    for _ in range(2):
        send(sink, message())
    send(sink, message("<two@brobygg.example>"))
    counts = {identifier: len(copies) for identifier, copies in sink.by_message_id().items()}
    assert counts == {"<one@brobygg.example>": 2, "<two@brobygg.example>": 1}


@pytest.mark.parametrize("code", [450, 550])
def test_a_recipient_is_refused_while_another_one_is_served(sink: SmtpSink, code: int) -> None:
    sink.set_fault("recipient", pattern="^anna@", code=code)
    refused = send(sink, message(to=f"{ANNA}, bo@example.org"))
    assert refused[ANNA][0] == code
    assert [m.rcpt_tos for m in sink.messages()] == [("bo@example.org",)]


def test_a_fault_with_a_number_of_times_wears_off(sink: SmtpSink) -> None:
    sink.set_fault("recipient", code=451, times=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(sink, message())
    send(sink, message())
    assert len(sink.messages()) == 1


def test_a_text_is_refused_after_the_final_dot_and_is_not_kept(sink: SmtpSink) -> None:
    sink.set_fault("refuse_text", code=554)
    with pytest.raises(smtplib.SMTPDataError):
        send(sink, message())
    assert sink.messages() == []


def test_a_greeting_with_421_turns_the_client_away(sink: SmtpSink) -> None:
    sink.set_fault("greeting", code=421)
    sink.set_fault("sender", code=421)
    with pytest.raises(smtplib.SMTPException):
        send(sink, message())


@pytest.mark.parametrize(("kind", "kept"), [("drop_before_dot", 0), ("drop_after_dot", 0), ("drop_after_store", 1)])
def test_a_connection_breaks_around_the_final_dot(sink: SmtpSink, kind: str, kept: int) -> None:
    sink.set_fault(kind, times=1)  # type: ignore[arg-type]  # the parametrised names are plain strings
    with pytest.raises((smtplib.SMTPException, OSError)):
        send(sink, message())
    assert len(sink.messages()) == kept


def test_a_message_is_kept_before_a_delayed_reply(sink: SmtpSink) -> None:
    sink.set_fault("delay_reply", seconds=30, times=1)
    with pytest.raises((TimeoutError, smtplib.SMTPException)):
        send(sink, message(), timeout=0.5)
    assert len(sink.messages()) == 1


def test_a_message_whose_sender_vanishes_right_after_the_dot_is_kept(sink: SmtpSink) -> None:
    connection = socket.create_connection((sink.host, sink.port))
    replies = connection.makefile("rb")
    replies.readline()
    for line in (b"HELO me", b"MAIL FROM:<u@example.org>", b"RCPT TO:<anna@example.org>", b"DATA"):
        connection.sendall(line + b"\r\n")
        replies.readline()
    connection.sendall(b"Message-ID: <gone@brobygg.example>\r\n\r\nHej\r\n.\r\n")
    connection.shutdown(socket.SHUT_WR)
    wait_until(lambda: "<gone@brobygg.example>" in sink.by_message_id(), what="the kept message")
    replies.close()
    connection.close()


def test_down_refuses_connections_until_up(sink: SmtpSink) -> None:
    sink.down()
    with pytest.raises(ConnectionRefusedError):
        send(sink, message())
    sink.up()
    send(sink, message())
    assert len(sink.messages()) == 1


def test_lines_over_998_bytes_are_refused_as_real_servers_do(sink: SmtpSink) -> None:
    with smtplib.SMTP(sink.host, sink.port) as client, pytest.raises(smtplib.SMTPDataError):
        client.sendmail("u@example.org", [ANNA], b"Subject: x\r\n\r\n" + b"a" * 1200 + b"\r\n")


def test_starttls_and_authentication_are_demanded_when_asked_for() -> None:
    sink = SmtpSink(starttls=True, user="brobygg", password="hemligt").start()
    try:
        with pytest.raises(smtplib.SMTPException):
            send(sink, message())
        context = ssl.create_default_context(cafile=str(sink.certificate))
        with smtplib.SMTP(sink.host, sink.port) as client:
            client.starttls(context=context)
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("brobygg", "wrong")
            client.login("brobygg", "hemligt")
            client.send_message(message())
        [received] = sink.messages()
        assert (received.tls, received.user) == (True, "brobygg")
        with smtplib.SMTP(sink.host, sink.port) as client, pytest.raises(ssl.SSLCertVerificationError):
            client.starttls(context=ssl.create_default_context())
    finally:
        sink.stop()


def test_the_log_can_be_asked_for_a_message_id(sink: SmtpSink) -> None:
    log = HttpReceiverLog(sink.ask_url)
    assert log.has("<one@brobygg.example>") == "has_not"
    sink.set_fault("drop_after_store", times=1)
    with pytest.raises((smtplib.SMTPException, OSError)):
        send(sink, message())
    assert log.has("<one@brobygg.example>") == "has_it"
    sink.restart()
    assert log.has("<one@brobygg.example>") == "has_it"
    sink.kill()
    assert log.has("<one@brobygg.example>") == "cannot_say"
    sink.start()


def test_a_killed_sink_has_kept_what_it_accepted_and_leaves_no_process() -> None:
    sink = SmtpSink().start()
    send(sink, message())
    sink.kill()
    assert not port_answers(sink.port)
    assert len(sink.messages()) == 1
    sink.start()
    send(sink, message("<two@brobygg.example>"))
    assert len(sink.messages()) == 2
    sink.stop()
    assert not sink.folder.exists()


def test_a_stopped_process_does_not_hinder_the_end_of_the_sink() -> None:
    sink = SmtpSink().start()
    assert sink._process is not None
    os.kill(sink._process.pid, signal.SIGSTOP)
    began = time.monotonic()
    sink.stop()
    assert time.monotonic() - began < 10
