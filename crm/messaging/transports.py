"""The ways out: what every one of them promises, and which one a channel takes."""

from datetime import datetime
from typing import Protocol

from crm.extension_points import SendResult
from crm.messaging.fences import Fence
from crm.messaging.rendering import Letter


class Transport(Protocol):
    """One way out, used by one sender for a batch of messages."""

    key: str

    @property
    def broken(self) -> bool:
        """Whether nothing can leave this way for now, so that the rest of the batch should wait."""
        ...

    def send(self, letter: Letter, fence: Fence) -> SendResult | None:
        """Send one letter. None when the fence said no.

        Calls ``fence.pass_through()`` before the first byte that could make the receiver accept it, and asks
        ``fence.still_ours()`` right before what makes it accept. Never raises for what the network or the
        receiver does.
        """
        ...

    def close(self) -> None:
        """Give back what the transport holds open. May be called twice."""
        ...


class Receiver(Protocol):
    """Somebody who can be asked about a message in doubt."""

    key: str

    def ask(self, letter: Letter, *, since: datetime, until: datetime) -> SendResult | None:
        """'accepted' when it has the message, None when it has not (it may be sent again), 'unknown' when
        it cannot say.

        ``since`` is when the message went on the wire, ``until`` the last instant at which it can have
        been accepted.
        """
        ...
