"""The text of a message while it waits: rendered once, sealed, opened for each attempt."""

import json
from dataclasses import dataclass
from datetime import datetime

from crm.extension_points import MailFile, Rendered
from crm.messaging.keys import message_box
from crm.messaging.models import Channel, OutboxMessage
from crm.messaging.sms_text import count_sms


@dataclass(frozen=True)
class Letter:
    """What a sender needs of a claimed message, free of the session that loaded it."""

    id: int
    channel: Channel
    attempt: int
    message_id: str
    return_token: str
    written_at: datetime
    rendered: Rendered
    unit_id: int | None
    participant_id: int | None
    staff_id: int | None


def seal(rendered: Rendered) -> bytes:
    """The rendering as encrypted bytes."""
    plain = {**vars(rendered), "files": [vars(each) for each in rendered.files]}
    return message_box().encrypt(json.dumps(plain, ensure_ascii=False).encode())


def unseal(body: bytes) -> Rendered:
    """The rendering out of encrypted bytes. Raises cryptography's InvalidToken when the secret key has
    changed."""
    plain = json.loads(message_box().decrypt(body))
    return Rendered(**{**plain, "files": tuple(MailFile(**each) for each in plain.get("files", ()))})


def letter_of(message: OutboxMessage, rendered: Rendered) -> Letter:
    """The letter of a claimed message. Its date is that of the first attempt, so that a retry sends the
    same bytes."""
    return Letter(
        id=message.id,
        channel=message.channel,
        attempt=message.attempt,
        message_id=message.message_id,
        return_token=message.return_token,
        written_at=message.first_attempt_at or message.created_at,
        rendered=rendered,
        unit_id=message.unit_id,
        participant_id=message.participant_id,
        staff_id=message.staff_id,
    )


def segments_of(channel: Channel, rendered: Rendered) -> int | None:
    """How many parts an SMS takes; None for mail."""
    return count_sms(rendered.text).segments if channel is Channel.SMS else None
