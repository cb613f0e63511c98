"""Sending the letters of one claim, each with its own fence and its own result."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, current_app
from sqlalchemy import update

from crm import clock
from crm.db import transaction
from crm.extension_points import SendResult
from crm.messaging.claiming import Claim
from crm.messaging.enclosing import NotEnclosed, with_files
from crm.messaging.fences import Fence, kept_lease
from crm.messaging.journal import Journal
from crm.messaging.mailbox import MailboxTransport
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.rendering import Letter
from crm.messaging.setup import Messaging, current_messaging
from crm.messaging.sms import GatewayTransport
from crm.messaging.smtp import SmtpTransport
from crm.messaging.transports import Transport


@dataclass
class Carriers:
    """The transports of one sweep, opened at the first letter of their channel and closed at the end."""

    messaging: Messaging
    _open: dict[Channel, Transport] = field(default_factory=dict)

    def of(self, channel: Channel) -> Transport:
        """The transport of ``channel``."""
        if channel not in self._open:
            self._open[channel] = transport_for(channel, self.messaging)
        return self._open[channel]

    def close(self) -> None:
        """Close what was opened."""
        for transport in self._open.values():
            transport.close()


def transport_for(channel: Channel, messaging: Messaging) -> Transport:
    """How messages of ``channel`` leave this installation."""
    settings = messaging.settings
    if channel is Channel.SMS:
        return GatewayTransport(messaging.gateway, settings) if messaging.gateway else MailboxTransport()
    if settings.mail == "mailbox":
        return MailboxTransport()
    return SmtpTransport(messaging.mail, settings, messaging.timing)


def send_claimed(claim: Claim, carriers: Carriers) -> Iterable[str]:
    """Send what was claimed and yield the outcome of each: accepted, failed, retried, unknown, lost or
    paused.

    One refused letter stops no other. When a way out is broken, the letters that would have taken it go
    back and wait.
    """
    messaging = current_messaging()
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]  # LocalProxy
    journal = Journal(claim.token)
    with kept_lease(app, claim.token, messaging.timing) as keeper:
        try:
            for letter in claim.letters:
                keeper.progress()
                yield from _send_one(letter, carriers.of(letter.channel), journal, messaging)
        except Exception:
            # What a receiver has said must not be forgotten because of what happened to the next letter.
            journal.settle()
            raise
        journal.settle()
        yield from journal.take_outcomes()


def _send_one(letter: Letter, transport: Transport, journal: Journal, messaging: Messaging) -> Iterable[str]:
    """Send one letter and yield the outcomes that were written meanwhile; its own follows with the next."""
    if transport.broken:
        journal.settle()
        yield _wait(letter, journal.token, messaging)
    else:
        result = _result_of(letter, transport, journal, messaging)
        if result is None:
            yield "lost"
        else:
            journal.note(letter.id, result, gateway=transport.key)
    yield from journal.take_outcomes()


def _result_of(letter: Letter, transport: Transport, journal: Journal, messaging: Messaging) -> SendResult | None:
    """Send one letter, whose files are made first if they are still to come. None when it is not ours any more."""
    whole: Letter | None = letter
    if letter.rendered.to_enclose:
        # That takes a while, and the result of the letter before this one is not kept back for it.
        journal.settle()
        try:
            whole = with_files(letter, journal.token)
        except NotEnclosed as error:
            return SendResult("retry", reply=f"The files of this mail could not be made: {error}")
    return transport.send(whole, Fence(letter.id, journal.token, messaging.timing, journal)) if whole else None


def _wait(letter: Letter, token: str, messaging: Messaging) -> str:
    """Give a letter back that was never tried; the attempt does not count."""
    with transaction() as session:
        session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == letter.id,
                OutboxMessage.state == MessageState.CLAIMED,
                OutboxMessage.lease_owner == token,
            )
            .values(
                state=MessageState.PLANNED,
                lease_owner=None,
                lease_until=None,
                attempt=OutboxMessage.attempt - 1,
                not_before=clock.now() + messaging.timing.broken_pause,
            )
            .execution_options(synchronize_session=False)
        )
    return "paused"
