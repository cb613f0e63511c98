"""What follows when an address turns out to be dead: it is suppressed, others hear of it, staff find a new
one."""

import re

from flask_babel import gettext as _

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Actor
from crm.db import current_session
from crm.events import AddressBounced, emit
from crm.languages import in_all_languages
from crm.messaging.models import Channel, OutboxMessage
from crm.messaging.suppression import suppress_hash
from crm.tasks.services import add_task

NEW_ADDRESS = "messaging.new_address"
# RFC 3463: 1.1 no such mailbox, 1.2 no such domain, 1.3 bad syntax, 1.6 moved, 1.10 null MX; 2.1 mailbox
# disabled.
_DEAD_STATUS = re.compile(r"(?<![\d.])5\.(?:1\.(?:1|2|3|6|10)|2\.1)(?![\d.])")
_DEAD_WORDS = re.compile(
    r"\b(?:no such (?:user|mailbox|recipient|address)|user unknown|unknown (?:user|recipient|mailbox)"
    r"|(?:mailbox|recipient|user|address) (?:not found|unknown|does(?:n't| not) exist|unavailable and will not))",
    re.IGNORECASE,
)
_PERMANENT = re.compile(r"^5\d\d\b")


def says_address_is_dead(reply: str) -> bool:
    """Whether a refusal concerns the address itself, rather than the text, the sender or a full mailbox."""
    if _DEAD_STATUS.search(reply):
        return True
    return bool(_PERMANENT.match(reply)) and _DEAD_WORDS.search(reply) is not None


def address_died(actor: Actor, *, message: OutboxMessage, hashed: str, source: str) -> None:
    """Suppress the address that ``message`` went to, tell whoever listens, and give its unit a task. May
    be repeated."""
    suppress_hash(actor, channel=message.channel, hashed=hashed, reason="hard_bounce", source=source)
    emit(AddressBounced(channel=message.channel.value, address_hash=hashed, participant_id=message.participant_id))
    unit = current_session().get(Unit, message.unit_id) if message.unit_id else None
    if unit is None or message.participant_id is None:
        return
    add_task(
        actor,
        title=in_all_languages(lambda: _title(message.channel)),
        due_on=clock.today(unit.time_zone),
        unit_id=unit.id,
        owner_id=None,
        kind=NEW_ADDRESS,
        source_ref=hashed,
        participant_id=message.participant_id,
    )


def _title(channel: Channel) -> object:
    if channel is Channel.SMS:
        return _("Find a new phone number: the old one does not work")
    return _("Find a new e-mail address: the old one does not work")
