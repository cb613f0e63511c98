"""The local mailbox: where mail and SMS go on an installation without a mail server, and in which they are
looked up."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.extension_points import Rendered, SendResult
from crm.messaging import crash_points
from crm.messaging.fences import Fence
from crm.messaging.models import MailboxItem
from crm.messaging.rendering import Letter

_FILE = re.compile(r"\n\n\[(?P<name>[^\[\]\n]+), (?P<size>\d+ kB)\]\Z")


@dataclass(frozen=True)
class Kept:
    """What a mail in the mailbox says, and the names and sizes of the files that went with it."""

    text: str
    files: tuple[tuple[str, str], ...]


class MailboxTransport:
    """Puts letters into the table of the mailbox. The table knows what it has, so no doubt stays
    unanswered."""

    key = "mailbox"
    broken = False

    def send(self, letter: Letter, fence: Fence) -> SendResult | None:
        """Keep one letter (see Transport.send). Idempotent on the Message-ID."""
        crash_points.reach("before_wire")
        if not fence.pass_through():
            return None
        crash_points.reach("after_wire")
        if not fence.still_ours():
            return None
        keep(letter)
        crash_points.reach("after_accept")
        return SendResult("accepted", reply="kept in the local mailbox")

    def ask(self, letter: Letter, *, since: datetime, until: datetime) -> SendResult | None:
        """Look the letter up (see Receiver.ask)."""
        there = current_session().scalar(select(MailboxItem.id).where(MailboxItem.message_id == letter.message_id))
        return None if there is None else SendResult("accepted", reply="found in the local mailbox")

    def close(self) -> None:
        """Nothing is held open."""


def _with_names_of_files(rendered: Rendered) -> str:
    names = [f"[{each.name}, {len(each.content) * 3 // 4000 or 1} kB]" for each in rendered.files]
    return "\n\n".join([rendered.text, *names])


def kept(item: MailboxItem) -> Kept:
    """A mail as it was kept by ``keep``, its files apart from its text."""
    text = item.text
    files: list[tuple[str, str]] = []
    while found := _FILE.search(text):
        text = text[: found.start()]
        files.insert(0, (found["name"], found["size"]))
    return Kept(text, tuple(files))


def keep(letter: Letter) -> None:
    """Write the letter into the mailbox, in a transaction of its own as any other receiver would."""
    rendered = letter.rendered
    with transaction() as session:
        if session.scalar(select(MailboxItem.id).where(MailboxItem.message_id == letter.message_id)):
            return
        session.add(
            MailboxItem(
                at=clock.now(),
                channel=letter.channel,
                message_id=letter.message_id,
                to=rendered.to,
                sender=rendered.sender,
                subject=rendered.subject,
                text=_with_names_of_files(rendered),
                html=rendered.html,
                reply_to=rendered.reply_to,
                language=rendered.language,
                unit_id=letter.unit_id,
                participant_id=letter.participant_id,
                staff_id=letter.staff_id,
            )
        )
        crash_points.reach("during_data")
