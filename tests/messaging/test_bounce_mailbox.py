"""Returned mail is fetched from a mailbox: over the real protocol, each once, and none lost when something breaks."""

import imaplib
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.db import current_session
from crm.messaging.bounce_mailbox import fetch_bounces, look_for_bounces
from crm.messaging.bounce_settings import BounceMailbox, bounce_mailbox_from
from crm.messaging.models import Channel, MessageState
from crm.messaging.outbox import sweep
from crm.messaging.services import is_suppressed
from crm.messaging.setup import EXTENSION
from crm.tasks.models import Task
from tests.messaging.postman import Postman, message, state
from tests.messaging.test_bounces import report
from tests.servers.imap import ImapServer
from tests.servers.smtp import write_certificate
from tests.world import World

PASSWORD = 'he"m\\lig t'
NO_BOUNCE = b"From: anna@example.org\r\nTo: post@unit.example.org\r\nSubject: Tack\r\n\r\nTack sj\xc3\xa4lv!\r\n"
BROKEN = (imaplib.IMAP4.error, OSError)


@pytest.fixture
def server() -> Iterator[ImapServer]:
    found = ImapServer(password=PASSWORD, folder="Returned mail").start()
    yield found
    found.stop()


def settings_for(server: ImapServer, *, scheme: str = "imap", host: str = "127.0.0.1", **values: str) -> BounceMailbox:
    """What an administrator writes into the environment."""
    password, folder = (quote(values.get(name, getattr(server, name)), safe="") for name in ("password", "folder"))
    url = f"{scheme}://{server.user}:{password}@{host}:{server.port}/{folder}"
    found = bounce_mailbox_from({"BROBYGG_BOUNCE_IMAP_URL": url})
    assert found is not None
    return found


def sent(postman: Postman, number: int) -> list[int]:
    """So many letters that were sent."""
    planned = [postman.plan(place) for place in range(1, number + 1)]
    sweep()
    return planned


def returned(message_id: int, **values: str) -> bytes:
    return report(token=message(message_id).return_token, **values)


def test_what_came_back_is_acted_on_and_marked_as_read(postman: Postman, server: ImapServer) -> None:
    hard, soft, delayed = sent(postman, 3)
    server.put(
        returned(hard),
        returned(soft, status="5.2.2", diagnostic="552 mailbox full"),
        returned(delayed, action="delayed", status="4.4.1"),
    )
    assert fetch_bounces(settings_for(server)) == "1 delayed, 1 hard, 1 soft"
    assert [state(each) for each in (hard, soft, delayed)] == [
        MessageState.FAILED,
        MessageState.FAILED,
        MessageState.ACCEPTED,
    ]
    assert is_suppressed(Channel.EMAIL, "person1@example.org") == "hard_bounce"
    assert server.unread() == []
    assert server.heard[-1] == "LOGOUT"
    assert fetch_bounces(settings_for(server)) == "no returned mail"


def test_a_mail_that_is_no_bounce_is_read_and_changes_nothing(postman: Postman, server: ImapServer) -> None:
    [planned] = sent(postman, 1)
    server.put(NO_BOUNCE, b"", b"\x00\xff no mail at all")
    assert fetch_bounces(settings_for(server)) == "3 not_a_bounce"
    assert state(planned) is MessageState.ACCEPTED
    assert server.unread() == []


def test_the_same_bounce_twice_is_one_refusal_and_one_task(world: World, postman: Postman, server: ImapServer) -> None:
    unit = world.unit()
    person = world.participant(unit, email="person1@example.org")
    planned = postman.plan(1, unit_id=unit.id, participant_id=person.id)
    sweep()
    server.put(returned(planned), returned(planned))
    assert fetch_bounces(settings_for(server)) == "2 hard"
    assert postman.states == [("1", "accepted"), ("1", "failed")]
    assert current_session().scalar(select(func.count(Task.id))) == 1


def test_a_refused_sign_in_is_said_and_reads_nothing(context: None, server: ImapServer) -> None:
    server.put(NO_BOUNCE)
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        fetch_bounces(settings_for(server, password="wrong"))
    assert server.unread() == [1]
    assert "SELECT" not in server.heard


def test_a_folder_that_does_not_exist_is_said(context: None, server: ImapServer) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="folder cannot be opened"):
        fetch_bounces(settings_for(server, folder="Elsewhere"))


def test_a_server_that_is_not_there_is_said(context: None, server: ImapServer) -> None:
    mailbox = settings_for(server)
    server.stop()
    with pytest.raises(OSError, match="refused"):
        fetch_bounces(replace(mailbox))
    server.start()


def test_a_connection_that_breaks_in_a_mail_loses_none(postman: Postman, server: ImapServer) -> None:
    first, second = sent(postman, 2)
    server.put(returned(first), returned(second))
    server.drop_in_mail = 2
    with pytest.raises(BROKEN):
        fetch_bounces(settings_for(server))
    assert (state(first), state(second)) == (MessageState.FAILED, MessageState.ACCEPTED)
    assert server.unread() == [2]
    server.drop_in_mail = None
    assert fetch_bounces(settings_for(server)) == "1 hard"
    assert state(second) is MessageState.FAILED


def test_a_mail_that_could_not_be_marked_is_read_again_without_harm(postman: Postman, server: ImapServer) -> None:
    [planned] = sent(postman, 1)
    server.put(returned(planned))
    server.drop_before_store = 1
    with pytest.raises(BROKEN):
        fetch_bounces(settings_for(server))
    assert (state(planned), server.unread()) == (MessageState.FAILED, [1])
    server.drop_before_store = None
    assert fetch_bounces(settings_for(server)) == "1 hard"
    assert postman.states == [("1", "accepted"), ("1", "failed")]
    assert server.unread() == []


def test_a_mail_that_the_server_cannot_give_now_stays_unread(postman: Postman, server: ImapServer) -> None:
    [planned] = sent(postman, 1)
    server.put(returned(planned))
    server.refused = {"FETCH"}
    assert fetch_bounces(settings_for(server)) == "1 unreadable"
    assert server.unread() == [1]
    server.refused = set()
    assert fetch_bounces(settings_for(server)) == "1 hard"


def test_a_search_that_fails_is_said_and_not_taken_for_an_empty_mailbox(context: None, server: ImapServer) -> None:
    server.put(NO_BOUNCE)
    server.refused = {"SEARCH"}
    with pytest.raises(imaplib.IMAP4.error, match="cannot be searched"):
        fetch_bounces(settings_for(server))


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[ImapServer]:
    certificate, key = write_certificate(tmp_path)
    found = ImapServer(certificate=certificate, key=key).start()
    yield found
    found.stop()


def test_over_tls_a_certificate_that_is_trusted_is_read(
    postman: Postman, tls_server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    [planned] = sent(postman, 1)
    tls_server.put(returned(planned))
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_server.certificate))
    assert fetch_bounces(settings_for(tls_server, scheme="imaps", host="localhost")) == "1 hard"
    assert state(planned) is MessageState.FAILED


def test_over_tls_an_unknown_certificate_gets_no_password(context: None, tls_server: ImapServer) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        fetch_bounces(settings_for(tls_server, scheme="imaps", host="localhost"))
    assert tls_server.heard == []


def test_the_periodic_job_reads_the_mailbox_that_is_set(app: Flask, postman: Postman, server: ImapServer) -> None:
    assert look_for_bounces() == "no mailbox is set"
    [planned] = sent(postman, 1)
    server.put(returned(planned))
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], bounces=settings_for(server))
    assert look_for_bounces() == "1 hard"
