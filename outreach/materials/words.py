"""Why a sheet was not sent, in words."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.messaging.labels import reason_label

REASONS: Mapping[str, Text] = {
    "do_not_contact": _l("Do not contact"),
    "archived": _l("Archived"),
    "advertising_block": _l("Advertising block, and no reason of ours that opens it"),
    "person_no_mail": _l("Does not want mail"),
    "person_left": _l("The person has left the employer"),
    "no_address": _l("No e-mail address"),
}


def why_not(reason: str | None) -> str:
    """The reason of this room, or of the outbox itself."""
    known = REASONS.get(reason or "")
    return str(known) if known is not None else reason_label(reason)
