"""Files that go with a mail: made after the claim, while no transaction is open, because making one may take long.

The claim seals the text and notes that files are to come. Its holder makes them, and seals text and files together
before anything leaves: a retry sends the same bytes. A sender that dies in between leaves the message claimed and
without files; whoever takes it over makes them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import structlog
from sqlalchemy import CursorResult, update

from crm.accounts.scopes import visible
from crm.actors import Actor
from crm.db import current_session, transaction
from crm.extension_points import MailFile, Rendered
from crm.messaging import crash_points
from crm.messaging.models import MailboxItem, MessageState, OutboxMessage
from crm.messaging.rendering import Letter, seal
from crm.messaging.states import connection_is_gone, purpose_of

log = structlog.get_logger()


class NotEnclosed(Exception):
    """The files of a mail could not be made this time."""


def with_files(letter: Letter, token: str) -> Letter | None:
    """The letter with its files, which are kept with its text. None when the claim of ``token`` does not hold any more.

    Raises NotEnclosed. May be repeated.
    """
    message = current_session().get(OutboxMessage, letter.id)
    whole = _enclosed(message, letter.rendered) if message else None
    if whole is None:
        return None
    crash_points.reach("before_enclosed")
    kept = update(OutboxMessage).where(
        OutboxMessage.id == letter.id,
        OutboxMessage.state == MessageState.CLAIMED,
        OutboxMessage.lease_owner == token,
    )
    with transaction() as session:
        done = cast(CursorResult[tuple[()]], session.execute(kept.values(body=seal(whole))))
        still_ours = done.rowcount == 1
    return replace(letter, rendered=whole) if still_ours else None


def files_once_more(actor: Actor, item: MailboxItem) -> Sequence[MailFile]:
    """The files of a mail in the local mailbox, which keeps the text alone.

    Raises NotEnclosed where the message, or what it was about, is gone.
    """
    statement = visible(OutboxMessage, actor).where(OutboxMessage.message_id == item.message_id)
    message = current_session().scalar(statement)
    if message is None:
        raise NotEnclosed("the message is gone")
    return _enclosed(message, Rendered(to=item.to, text=item.text)).files


def _enclosed(message: OutboxMessage, rendered: Rendered) -> Rendered:
    purpose = purpose_of(message)
    if purpose is None or purpose.enclose is None:
        raise NotEnclosed("nobody makes files for this purpose")
    try:
        whole = purpose.enclose(message, rendered)
    except Exception as error:
        if connection_is_gone(error):
            raise
        log.exception("files_not_made", purpose=message.purpose, message=message.public_id)
        raise NotEnclosed(type(error).__name__) from error
    # The address is the one that was checked inside the claim.
    return replace(whole, to=rendered.to, to_enclose=False)
