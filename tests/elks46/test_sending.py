"""Handing a message over: what was accepted is told from what was not, and from what nobody can know."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from crm.extension_points import SendResult
from plugins.elks46.gateway import ElksGateway, ElksSettings
from tests.servers.elks46 import ElksSimulator
from tests.servers.processes import LOOPBACK, free_port
from tests.servers.smtp import write_certificate

ANNA = "+46701740605"


def send(gateway: ElksGateway, *, to: str = ANNA, sender: str = "Brobygg", text: str = "Hej") -> SendResult:
    return gateway.send(sender=sender, to=to, text=text, reference="m-1")


def test_an_accepted_message_carries_the_gateways_id(gateway: ElksGateway, simulator: ElksSimulator) -> None:
    result = send(gateway, text="Hur går det på jobbet?")
    [sms] = simulator.accepted()
    assert (result.outcome, result.reference) == ("accepted", sms["id"])
    assert (sms["sender"], sms["recipient"], sms["message"]) == ("Brobygg", ANNA, "Hur går det på jobbet?")
    assert sms["whendelivered"].endswith("/hooks/46elks/hemlig/m-1")
    assert sms["dontlog"] == 1


def test_without_a_public_address_no_callback_is_asked_for(settings: ElksSettings, simulator: ElksSimulator) -> None:
    send(ElksGateway(replace(settings, callback_base="")))
    assert simulator.accepted()[0]["whendelivered"] == ""


def test_the_secret_and_the_password_do_not_stand_in_the_settings_text(settings: ElksSettings) -> None:
    assert "hemlig" not in repr(settings)
    assert settings.password not in repr(settings)


@pytest.mark.parametrize(
    ("fault", "outcome", "accepted"),
    [
        ({"kind": "timeout_before", "seconds": 3}, "unknown", 0),
        ({"kind": "timeout_after", "seconds": 3}, "unknown", 1),
        ({"kind": "drop_before"}, "unknown", 0),
        ({"kind": "drop_after"}, "unknown", 1),
        ({"kind": "garbage"}, "unknown", 1),
        ({"kind": "status", "code": 500}, "unknown", 0),
        ({"kind": "status_after", "code": 502}, "unknown", 1),
        ({"kind": "status", "code": 503}, "unknown", 0),
        ({"kind": "status", "code": 400, "text": "Invalid to number"}, "rejected", 0),
        ({"kind": "status", "code": 400, "text": "Invalid from"}, "retry", 0),
        ({"kind": "status", "code": 422, "text": "no"}, "rejected", 0),
        ({"kind": "status", "code": 401}, "retry", 0),
        ({"kind": "status", "code": 403, "text": "Not enough credits"}, "retry", 0),
        ({"kind": "status", "code": 404}, "retry", 0),
        ({"kind": "status", "code": 302}, "retry", 0),
        ({"kind": "status", "code": 429}, "retry", 0),
        ({"kind": "slow", "seconds": 0.2}, "accepted", 1),
    ],
    ids=lambda value: "-".join(str(part) for part in value.values()) if isinstance(value, dict) else None,
)
def test_every_fault_has_its_outcome(
    gateway: ElksGateway, simulator: ElksSimulator, fault: dict[str, object], outcome: str, accepted: int
) -> None:
    simulator.set_fault(str(fault["kind"]), times=1, **{k: v for k, v in fault.items() if k != "kind"})
    assert send(gateway).outcome == outcome
    assert len(simulator.accepted()) == accepted


def test_a_wrong_password_waits_for_somebody_to_mend_it(settings: ElksSettings, simulator: ElksSimulator) -> None:
    result = send(ElksGateway(replace(settings, password="wrong")))
    assert result.outcome == "retry"
    assert "account" in result.reply
    assert simulator.accepted() == []


def test_an_empty_account_waits_and_sends_once_it_is_filled(gateway: ElksGateway, simulator: ElksSimulator) -> None:
    simulator.configure(balance=5000)
    assert send(gateway).outcome == "accepted"
    assert send(gateway).outcome == "retry"
    simulator.configure(balance=100_000)
    assert send(gateway).outcome == "accepted"
    assert len(simulator.accepted()) == 2


def test_a_number_that_is_none_is_rejected_and_the_reply_does_not_repeat_it(gateway: ElksGateway) -> None:
    result = send(gateway, to="0701740605")
    assert result.outcome == "rejected"
    assert "0701740605" not in result.reply


def test_a_sender_that_46elks_refuses_is_our_fault_and_not_the_recipients(gateway: ElksGateway) -> None:
    assert send(gateway, sender="A sender that is too long").outcome == "retry"


def test_a_refused_connection_may_be_tried_again(settings: ElksSettings) -> None:
    result = send(ElksGateway(replace(settings, address=f"http://{LOOPBACK}:{free_port()}")))
    assert result.outcome == "retry"


def test_an_unknown_host_may_be_tried_again(settings: ElksSettings) -> None:
    result = send(ElksGateway(replace(settings, address="http://sms.invalid")))
    assert result.outcome == "retry"


def test_a_connection_that_is_never_accepted_may_be_tried_again(settings: ElksSettings) -> None:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        # The queue of a listener that accepts nothing is full after a few connections; then nobody answers.
        waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex((LOOPBACK, port))
            waiting.append(client)
        address = f"http://{LOOPBACK}:{port}"
        result = send(ElksGateway(replace(settings, address=address, connect_seconds=0.5)))
        for client in waiting:
            client.close()
    assert result.outcome == "retry"


@contextmanager
def tls_server(folder: Path) -> Iterator[str]:
    """Serve handshakes with a certificate that nobody trusts."""
    certificate, key = write_certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with socket.create_server((LOOPBACK, 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://{LOOPBACK}:{listener.getsockname()[1]}"
        thread.join(10)


def test_a_certificate_that_is_not_trusted_stops_the_message_before_it_leaves(
    settings: ElksSettings, tmp_path: Path
) -> None:
    with tls_server(tmp_path) as address:
        assert send(ElksGateway(replace(settings, address=address))).outcome == "retry"


def test_a_message_is_never_sent_twice_by_the_library_itself(gateway: ElksGateway, simulator: ElksSimulator) -> None:
    simulator.set_fault("drop_after", times=1)
    send(gateway)
    lines = [request["outcome"] for request in simulator.state()["request"]]
    assert lines == ["accepted drop_after"]


def test_an_environment_with_other_credentials_does_not_replace_ours(
    gateway: ElksGateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {LOOPBACK} login other password {base64.b64encode(b'x').decode()}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert send(gateway).outcome == "accepted"
