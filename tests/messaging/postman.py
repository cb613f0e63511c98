"""A purpose for tests: letters to made-up people, whose checks, texts and reactions a test can set."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from crm import clock
from crm.actors import system_actor
from crm.db import current_session, transaction
from crm.extension_points import MessagePurpose, Rendered
from crm.messaging.models import Channel, MessageState, OutboxMessage
from crm.messaging.services import plan_message
from crm.registry import EXTENSION, Registry

PURPOSE = "tests.letter"
ACTOR = system_actor("tests")


class Postman:
    """Registers the purpose in an application and remembers what it was told."""

    def __init__(self, app: Flask, *, quiet: bool = False) -> None:
        self.states: list[tuple[str, str]] = []
        self.rendered: list[str] = []
        self.check: Callable[[OutboxMessage], str | None] = lambda message: None
        self.render: Callable[[OutboxMessage], Rendered] = self.letter
        self.react: Callable[[OutboxMessage], None] = lambda message: None
        self._registry: Registry = app.extensions[EXTENSION]
        self._registry.purposes[PURPOSE] = MessagePurpose(
            key=PURPOSE,
            label="Letter",
            check=lambda message: self.check(message),
            render=self._render,
            on_state=self._on_state,
            quiet=quiet,
        )

    def leave(self) -> None:
        """Take the purpose out again: the application is as it was."""
        del self._registry.purposes[PURPOSE]

    def letter(self, message: OutboxMessage) -> Rendered:
        """What is sent unless a test says otherwise."""
        if message.channel is Channel.SMS:
            return Rendered(to=f"+4670{int(message.purpose_ref):07d}", text="Hej! Hur går det?")
        return Rendered(
            to=f"person{message.purpose_ref}@example.org",
            subject="Hur går det?",
            text="Hej!\n\nHur går det på jobbet?\n\nSvara här:\nhttps://crm.example.org/s/abc\n",
            reply_to="anna@unit.example.org",
            unsubscribe_url="https://crm.example.org/o/abc",
            language="sv",
        )

    def _render(self, message: OutboxMessage) -> Rendered:
        self.rendered.append(message.purpose_ref)
        return self.render(message)

    def _on_state(self, message: OutboxMessage) -> None:
        self.states.append((message.purpose_ref, message.state.value))
        self.react(message)

    def plan(
        self,
        ref: object = 1,
        *,
        channel: Channel = Channel.EMAIL,
        unit_id: int | None = None,
        participant_id: int | None = None,
        not_before: datetime | None = None,
    ) -> int:
        """Plan one letter and say its id."""
        with transaction():
            message = plan_message(
                ACTOR,
                purpose=PURPOSE,
                purpose_ref=str(ref),
                channel=channel,
                not_before=not_before or clock.now(),
                unit_id=unit_id,
                participant_id=participant_id,
            )
            current_session().flush()
            return message.id


def message(message_id: int) -> OutboxMessage:
    """The row as the database has it now."""
    current_session().rollback()
    return current_session().get_one(OutboxMessage, message_id)


def state(message_id: int) -> MessageState:
    """The state as the database has it now."""
    return message(message_id).state
