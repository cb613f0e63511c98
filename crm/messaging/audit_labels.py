"""What the audit log calls the actions of this feature and what they are about."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l

ACTIONS: Mapping[str, Text] = {
    "sending_held": _l("Sending held"),
    "sending_released": _l("Sending released"),
    "message_doubt_settled": _l("Said whether a message arrived"),
    "message_issued_again": _l("Message sent again"),
    "address_suppressed": _l("Address blocked"),
    "suppression_lifted": _l("Block on an address removed"),
}

SUBJECTS: Mapping[str, Text] = {
    "installation": _l("The whole installation"),
    "outbox_message": _l("Message"),
    "suppressed_address": _l("Blocked address"),
}
