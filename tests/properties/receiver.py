"""A receiver in memory that remembers everything, notices what should never have come, and lets its sender die."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from crm import clock
from crm.db import current_session
from crm.extension_points import SendResult
from crm.messaging import crash_points
from crm.messaging.fences import Fence
from crm.messaging.hold import current_hold
from crm.messaging.models import Channel, OutboxMessage
from crm.messaging.rendering import Letter
from crm.messaging.timing import Timing

DEAD = ("dead@example.net", "+46701739999")


class Killed(BaseException):
    """The sender died here. No BaseException is caught on the way, as no code runs after a SIGKILL."""


class Key(NamedTuple):
    """What may be accepted once."""

    purpose: str
    ref: str
    channel: Channel
    step: int
    issue: int


@dataclass
class Receiver:
    """Everything that was accepted, by key and by reference."""

    accepted: Counter[Key] = field(default_factory=Counter)
    references: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    """What came although it must not."""
    busy: bool = False
    object_to: Callable[[OutboxMessage], str | None] = lambda message: None
    """Says why a message must not come now, from what is known outside the program."""

    def take(self, letter: Letter) -> SendResult:
        """Take a letter, or refuse it."""
        if self.busy:
            return SendResult("retry", reply="451 4.3.2 try again later")
        if letter.rendered.to in DEAD:
            return SendResult("rejected", reply="550 5.1.1 no such user")
        message = current_session().get_one(OutboxMessage, letter.id, populate_existing=True)
        self._look_at(message)
        self.accepted[key_of(message)] += 1
        self.references.add(letter.message_id)
        current_session().rollback()
        return SendResult("accepted", reference=letter.message_id)

    def _look_at(self, message: OutboxMessage) -> None:
        objection = self.object_to(message)
        if objection is not None:
            self.wrong.append(f"{key_of(message)}: {objection}")
        if current_hold() is not None:
            self.wrong.append(f"{key_of(message)}: sending was held")


def key_of(message: OutboxMessage) -> Key:
    """The key of a message."""
    return Key(message.purpose, message.purpose_ref, message.channel, message.step, message.issue)


class MemoryTransport:
    """Passes the same points as a real way out, in the same order."""

    broken = False

    def __init__(self, receiver: Receiver, channel: Channel) -> None:
        self.key = f"memory-{channel.value}"
        self._receiver = receiver

    def send(self, letter: Letter, fence: Fence) -> SendResult | None:
        crash_points.reach("before_wire")
        if not fence.pass_through():
            return None
        crash_points.reach("after_wire")
        if not fence.still_ours():
            return SendResult("retry", reply="stopped for too long")
        crash_points.reach("during_data")
        result = self._receiver.take(letter)
        crash_points.reach("after_accept")
        return result

    def close(self) -> None:
        """Nothing is held open."""


class MemoryLog:
    """The receiver's log: it is believed only when it has had time to settle, as a mail server's is."""

    key = "memory-email"

    def __init__(self, receiver: Receiver, timing: Timing) -> None:
        self._receiver = receiver
        self._timing = timing

    def ask(self, letter: Letter, *, since: datetime, until: datetime) -> SendResult | None:
        if letter.message_id in self._receiver.references:
            return SendResult("accepted", reference=letter.message_id)
        return None if clock.now() > until + self._timing.settle else SendResult("unknown")


class CrashPoints:
    """Stands in for ``crash_points.reach``: dies at the n-th visit of a point, once."""

    def __init__(self) -> None:
        self._point: str | None = None
        self._visits = 0

    def arm(self, point: str, visit: int) -> None:
        self._point, self._visits = point, visit

    def disarm(self) -> None:
        self._point = None

    def reach(self, name: str) -> None:
        if name != self._point:
            return
        self._visits -= 1
        if self._visits == 0:
            self._point = None
            raise Killed(name)
