"""On PostgreSQL two senders at the same time share the work and never a message."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from crm.db import current_session, db
from crm.messaging.models import Channel, MailboxItem
from crm.messaging.outbox import sweep
from tests.conftest import make_app, make_settings
from tests.faults import letters

pytestmark = pytest.mark.postgres


@pytest.fixture
def postgres_app(tmp_path: Path, postgres_url: str) -> Iterator[Flask]:
    app = make_app(make_settings(tmp_path, PLUGINS="", DATABASE_URL=postgres_url))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_two_senders_send_everything_exactly_once(postgres_app: Flask) -> None:
    letters.register(postgres_app)
    with postgres_app.app_context():
        letters.plan(Channel.EMAIL, 0, 150)
    accepted: list[int] = []

    def send() -> None:
        with postgres_app.app_context():
            accepted.append(sweep(500).accepted)

    senders = [threading.Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sum(accepted) == 150
    with postgres_app.app_context():
        copies = Counter(current_session().scalars(select(MailboxItem.to)))
        assert len(copies) == 150
        assert set(copies.values()) == {1}
