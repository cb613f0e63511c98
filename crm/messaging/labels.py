"""States, channels and reasons in the reader's words."""

from flask_babel import gettext as _

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.models import Channel, MessageState
from crm.registry import current_registry

STATES: dict[MessageState, tuple[Text, str]] = {
    MessageState.PLANNED: (_l("Planned"), "neutral"),
    MessageState.CLAIMED: (_l("Being sent"), "info"),
    MessageState.ON_WIRE: (_l("Being sent"), "info"),
    MessageState.ACCEPTED: (_l("Sent"), "success"),
    MessageState.DELIVERED: (_l("Delivered"), "success"),
    MessageState.FAILED: (_l("Not delivered"), "danger"),
    MessageState.UNKNOWN: (_l("In doubt"), "warning"),
    MessageState.CANCELLED: (_l("Cancelled"), "neutral"),
}
CHANNELS: dict[Channel, Text] = {Channel.EMAIL: _l("E-mail"), Channel.SMS: _l("SMS")}
_REASONS: dict[str, Text] = {
    "retry": _l("Tried, and will be tried again"),
    "not_rendered": _l("The text could not be made; it is tried again"),
    "not_received": _l("The receiver did not have it, so it is sent again"),
    "gave_up": _l("Tried for three days without success"),
    "rejected": _l("The receiving server refused it"),
    "hard_bounce": _l("The address does not exist any more"),
    "returned": _l("It came back"),
    "not_delivered": _l("The phone could not be reached"),
    "channel_not_set_up": _l("This way of sending is not set up here"),
    "in_doubt": _l("Sending was interrupted; nobody knows whether it arrived"),
    "confirmed_by_staff": _l("Staff confirmed that it arrived"),
    "sent_again": _l("Staff sent it again"),
    "suppressed_hard_bounce": _l("The address is blocked: it does not exist any more"),
    "suppressed_opted_out": _l("The address is blocked: the person does not want messages"),
    "suppressed_stop_reply": _l("The number is blocked: the person answered STOP"),
    "suppressed_number_dead": _l("The number is blocked: it does not work"),
    "suppressed_staff": _l("The address is blocked by staff"),
}
SUPPRESSIONS: dict[str, Text] = {
    "hard_bounce": _l("The address does not exist any more"),
    "number_dead": _l("The number does not work"),
    "opted_out": _l("The person does not want messages"),
    "stop_reply": _l("The person answered STOP"),
    "staff": _l("Blocked by staff"),
}


def state_label(state: MessageState) -> str:
    """The state in words."""
    return str(STATES[state][0])


def state_color(state: MessageState) -> str:
    """The colour of its tag."""
    return STATES[state][1]


def channel_label(channel: Channel) -> str:
    """The channel in words."""
    return str(CHANNELS[channel])


def purpose_label(purpose: str) -> str:
    """What the message is about; the key of a plugin that is gone still tells something."""
    found = current_registry().purposes.get(purpose)
    return purpose if found is None else str(found.label)


def reason_label(reason: str | None) -> str:
    """Why it is in its state. The reasons of purposes are shown as they are named."""
    if not reason:
        return ""
    return str(_REASONS[reason]) if reason in _REASONS else reason.replace("_", " ")


def suppression_label(reason: str) -> str:
    """Why an address is blocked."""
    return str(SUPPRESSIONS.get(reason, reason))


def segments_label(segments: int | None) -> str:
    """How many parts an SMS takes."""
    return "" if segments is None else _("%(number)s SMS", number=segments)
