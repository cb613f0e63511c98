"""Mail leaves over TLS with a certificate that was checked, or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.db import db
from crm.messaging.models import MessageState
from crm.messaging.outbox import SweepCounts, sweep
from tests.conftest import make_app, make_settings
from tests.messaging.postman import Postman, state
from tests.servers.smtp import SmtpSink


@pytest.fixture(scope="module")
def strict_sink() -> Iterator[SmtpSink]:
    sink = SmtpSink(starttls=True, user="brobygg", password="hemligt").start()
    yield sink
    sink.stop()


def send_with(tmp_path: Path, url: str) -> tuple[SweepCounts, MessageState]:
    app = make_app(make_settings(tmp_path, PLUGINS="", MAIL="smtp", SMTP_URL=url))
    with app.app_context():
        planned = Postman(app).plan()
        found = sweep(), state(planned)
        db.engine.dispose()
    return found


def test_a_trusted_certificate_and_the_right_password_send(tmp_path: Path, strict_sink: SmtpSink) -> None:
    strict_sink.reset()
    ca_file = strict_sink.certificate
    url = f"smtp://brobygg:hemligt@localhost:{strict_sink.port}?tls=starttls&ca_file={ca_file}"
    counts, _state = send_with(tmp_path, url)
    assert counts.accepted == 1
    [received] = strict_sink.messages()
    assert (received.tls, received.user) == (True, "brobygg")


@pytest.mark.parametrize(
    "options",
    ["brobygg:hemligt@localhost:{port}?tls=starttls", "brobygg:wrong@localhost:{port}?tls=starttls&ca_file={ca}"],
)
def test_an_untrusted_certificate_or_a_wrong_password_sends_nothing_and_waits(
    tmp_path: Path, strict_sink: SmtpSink, options: str
) -> None:
    strict_sink.reset()
    url = "smtp://" + options.format(port=strict_sink.port, ca=strict_sink.certificate)
    counts, after = send_with(tmp_path, url)
    assert (counts.retried, after) == (1, MessageState.PLANNED)
    assert strict_sink.messages() == []
