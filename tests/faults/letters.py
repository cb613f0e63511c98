"""The purpose whose messages the fault harness plans: everything about a letter follows from its number. With every
third mail goes a file."""

from base64 import b64encode
from dataclasses import replace

from flask import Flask

from crm import clock
from crm.actors import system_actor
from crm.db import transaction
from crm.extension_points import MailFile, MessagePurpose, Rendered
from crm.messaging.models import Channel, OutboxMessage
from crm.messaging.services import plan_message
from crm.registry import EXTENSION, Registry

PURPOSE = "faults.letter"
ACTOR = system_actor("faults")


def number_of(ref: int) -> str:
    """The telephone number that letter ``ref`` goes to."""
    return f"+4670{ref:07d}"


def register(app: Flask) -> None:
    """Make the purpose known to an application."""
    registry: Registry = app.extensions[EXTENSION]
    registry.purposes[PURPOSE] = MessagePurpose(
        key=PURPOSE, label="Letter", check=lambda message: None, render=_render, quiet=False, enclose=_enclose
    )


def plan(channel: Channel, first: int, count: int) -> None:
    """Plan ``count`` letters from number ``first`` on."""
    with transaction():
        for ref in range(first, first + count):
            plan_message(
                ACTOR,
                purpose=PURPOSE,
                purpose_ref=str(ref),
                channel=channel,
                not_before=clock.now(),
                unit_id=None,
            )


def _render(message: OutboxMessage) -> Rendered:
    if message.channel is Channel.SMS:
        return Rendered(to=number_of(int(message.purpose_ref)), text="Hej! Hur går det?")
    return Rendered(
        to=f"person{message.purpose_ref}@example.org",
        subject="Hej",
        text="Hej!\n\nHur går det?\n",
        to_enclose=int(message.purpose_ref) % 3 == 0,
    )


def _enclose(message: OutboxMessage, rendered: Rendered) -> Rendered:
    file = MailFile("letter.txt", "text/plain", b64encode(message.purpose_ref.encode()).decode())
    return replace(rendered, files=(file,))
