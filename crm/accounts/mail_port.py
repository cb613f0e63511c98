"""Sign-in mail leaves through the outbox, which stands above accounts: a port that crm/app.py binds."""

from enum import StrEnum
from typing import Protocol, cast

from flask import Flask, current_app

from crm.accounts.models import Staff
from crm.actors import Actor
from crm.db import new_public_id

EXTENSION = "brobygg.accounts.mail"
PURPOSE = "accounts.mail"


class MailKind(StrEnum):
    """Why sign-in mail is sent. Links in it are made when it is rendered and stand nowhere in plain text."""

    INVITATION = "invitation"
    RESET = "reset"
    PASSWORD_CHANGED = "password_changed"


class MailPlanner(Protocol):
    """Plans one message to a member of staff. Runs inside the caller's transaction."""

    def __call__(self, actor: Actor, *, purpose: str, purpose_ref: str, staff: Staff) -> None:
        """Write the row in the outbox; ``purpose_ref`` is unique and stands for nothing but this message."""
        ...


def bind_mail_planner(app: Flask, planner: MailPlanner) -> None:
    """Say who plans sign-in mail in this application."""
    app.extensions[EXTENSION] = planner


def plan_mail(actor: Actor, kind: MailKind, staff: Staff) -> None:
    """Plan one message to ``staff`` in the current transaction. Each call is a message of its own."""
    planner = cast(MailPlanner, current_app.extensions[EXTENSION])
    planner(actor, purpose=PURPOSE, purpose_ref=f"{kind.value}:{new_public_id()}", staff=staff)
