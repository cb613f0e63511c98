"""What 46elks posts to us, parsed and checked: delivery reports and inbound SMS. Pure functions.

46elks signs nothing. What shows that a callback is theirs is a secret in the address that only they and we
know. The caller answers 2xx with an EMPTY body to everything that carries the secret, also to what is refused
here: any other status makes 46elks try again for six hours, and a body in the reply to an inbound SMS is sent
to the person as an SMS.
"""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

DeliveryStatus = Literal["sent", "delivered", "failed"]

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
GATEWAY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
REFERENCE = re.compile(r"[A-Za-z0-9._~@<>=+-]{1,160}", re.ASCII)
# The longest concatenated SMS has 255 parts, but phones stop long before; more than this is not an SMS.
LONGEST_TEXT = 5000

# Words that end messages when they are the whole text. "Slut", "slutt" and "end" are left out on purpose:
# they are also plain answers to "How is work going?" ("it is over"), and a person who answers must not be
# silenced.
STOP_WORDS = frozenset(
    (
        *("stop", "stopall", "stopp", "stoppa", "stoppe", "unsubscribe", "cancel", "quit", "optout"),
        *("sluta", "avsluta", "avregistrera"),  # Swedish
        *("avslutt", "avmeld", "stans"),  # Norwegian
        *("afmeld", "frameld", "afslut"),  # Danish
    )
)
# What people add to be polite, or to say what is to stop.
FILLER_WORDS = frozenset(
    (
        *("please", "thanks", "thank", "you", "all", "now", "sending", "sms"),
        *("tack", "snälla", "nu", "skicka", "takk", "vennligst", "nå", "sende", "tak", "venligst"),
    )
)


class CallbackRefused(ValueError):
    """What was posted is no callback of 46elks; the text never repeats what was posted."""


@dataclass(frozen=True)
class DeliveryReport:
    """What became of a message. `reference` is ours, from the callback's address; `gateway_id` is theirs."""

    gateway_id: str
    reference: str
    status: DeliveryStatus
    delivered_at: datetime | None


@dataclass(frozen=True)
class InboundSms:
    """A text that a person sent to one of our numbers. The same `gateway_id` may be posted more than once."""

    gateway_id: str
    sender: str
    recipient: str
    text: str
    created_at: datetime
    wants_stop: bool


def secret_matches(given: str, expected: str) -> bool:
    """Compare the secret of a callback's address in constant time; an empty expectation matches nothing."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


def is_e164(number: str) -> bool:
    """Say whether this is a phone number in E.164 format, with its plus."""
    return E164.fullmatch(number) is not None


def parse_delivery_report(form: Mapping[str, str], *, reference: str) -> DeliveryReport:
    """Read a delivery callback that came to the address with our `reference`.

    Raises CallbackRefused for a reference or id that cannot be ours or theirs, and for an unknown status.
    Whether the id belongs to the reference is for the caller to check: look the id up first, and the
    reference only when no message carries that id yet (see ElksGateway.ask on messages in doubt to the same
    number).
    """
    if REFERENCE.fullmatch(reference) is None:
        raise CallbackRefused("the reference in the address is malformed")
    status = form.get("status", "")
    if status not in ("sent", "delivered", "failed"):
        raise CallbackRefused("the status is none of sent, delivered, failed")
    delivered = form.get("delivered", "")
    return DeliveryReport(
        gateway_id=_gateway_id(form),
        reference=reference,
        status=cast(DeliveryStatus, status),
        delivered_at=parse_instant(delivered) if status == "delivered" and delivered else None,
    )


def parse_inbound(form: Mapping[str, str]) -> InboundSms:
    """Read an inbound SMS. Raises CallbackRefused when it is none, or its sender is no phone."""
    if form.get("direction") != "incoming":
        raise CallbackRefused("the direction is not incoming")
    sender, recipient, text = form.get("from", ""), form.get("to", ""), form.get("message", "")
    if not is_e164(sender) or not is_e164(recipient):
        raise CallbackRefused("the sender or the recipient is no E.164 number")
    if len(text) > LONGEST_TEXT:
        raise CallbackRefused("the text is longer than any SMS")
    return InboundSms(
        gateway_id=_gateway_id(form),
        sender=sender,
        recipient=recipient,
        text=text.replace("\x00", ""),
        created_at=parse_instant(form.get("created", "")),
        wants_stop=is_stop_word(text),
    )


def is_stop_word(text: str) -> bool:
    """Say whether a text asks us to stop: in any case, with any punctuation, politely or twice.

    The whole text must consist of such words. "Stop" inside a sentence is a message to a person, who will
    read it.
    """
    # NFKC also folds the full-width letters and compatibility forms that some keyboards send.
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"\w+", folded.replace("opt-out", "optout").replace("opt out", "optout"))
    meaningful = [word for word in words if word not in FILLER_WORDS]
    return bool(meaningful) and all(word in STOP_WORDS for word in meaningful)


def parse_instant(text: str) -> datetime:
    """Read a time of 46elks: ISO 8601 in UTC, with or without a zone. Raises CallbackRefused."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise CallbackRefused("a time is malformed") from error
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _gateway_id(form: Mapping[str, str]) -> str:
    identifier = form.get("id", "")
    if GATEWAY_ID.fullmatch(identifier) is None:
        raise CallbackRefused("the id is malformed")
    return identifier
