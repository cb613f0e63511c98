"""One sender, in a process of its own, that works until it is killed."""

import os
import sys
import time
from pathlib import Path

from sqlalchemy import select

from crm.app import create_app
from crm.db import transaction
from crm.messaging.models import MessageState, OutboxMessage
from crm.messaging.outbox import sweep
from crm.messaging.resolving import resolve
from crm.messaging.setup import EXTENSION, Messaging
from crm.settings import load_settings
from tests.faults import letters
from tests.faults.gateways import shortened

BATCH = 10


def work(environment: dict[str, str], log: str, crash: str, careless: bool) -> None:
    """Send and resolve for ever; ``crash`` is BROBYGG_CRASH_POINT of this process.

    A ``careless`` sender sends again what is in doubt without asking: the harness must notice.
    """
    with Path(log).open("ab") as output:
        os.dup2(output.fileno(), sys.stderr.fileno())
    os.environ["BROBYGG_CRASH_POINT"] = crash
    app = create_app(load_settings(environment))
    letters.register(app)
    messaging: Messaging = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = shortened(messaging, environment)
    with app.app_context():
        while True:
            sweep(BATCH)
            resolve()
            if careless:
                send_doubts_again()
            time.sleep(0.01)


def send_doubts_again() -> None:
    """What a simple queue does after a crash."""
    with transaction() as session:
        doubts = select(OutboxMessage).where(OutboxMessage.state == MessageState.UNKNOWN).with_for_update()
        for message in session.scalars(doubts):
            message.state = MessageState.PLANNED
