"""What lists call their states, reasons and aims. The words for outcomes are the picklist's."""

from collections.abc import Mapping

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext
from outreach.lists.models import EntryState, LeftOut, Wanted

STATES: Mapping[EntryState, Text] = {
    EntryState.WAITING: lazy_pgettext("call list", "Waiting"),
    EntryState.TAKEN: lazy_pgettext("call list", "Being called"),
    EntryState.CALLBACK: lazy_pgettext("call list", "To be called back"),
    EntryState.DONE: lazy_pgettext("call list", "Done"),
    EntryState.LEFT_OUT: lazy_pgettext("call list", "Left out"),
}
STATE_COLORS: Mapping[EntryState, str] = {
    EntryState.WAITING: "neutral",
    EntryState.TAKEN: "info",
    EntryState.CALLBACK: "warning",
    EntryState.DONE: "success",
    EntryState.LEFT_OUT: "neutral",
}
REASONS: Mapping[LeftOut, Text] = {
    LeftOut.GONE: _l("No longer in use"),
    LeftOut.DO_NOT_CONTACT: _l("Do not contact"),
    LeftOut.ADVERTISING_BLOCK: _l("Advertising block"),
    LeftOut.BAD_EXPERIENCE: _l("Bad experience: repaired by a person first"),
    LeftOut.OTHER_UNIT: _l("Another unit works with them"),
    LeftOut.COOLDOWN: _l("Called or met recently"),
    LeftOut.NO_NUMBER: _l("No phone number"),
    LeftOut.BY_HAND: _l("Left out by hand"),
}
FIRST: Mapping[LeftOut, Text] = {
    LeftOut.GONE: _l("Bring the employer back first"),
    LeftOut.DO_NOT_CONTACT: _l("Not while they want no contact"),
    LeftOut.ADVERTISING_BLOCK: _l("Not while they are blocked against advertising"),
    LeftOut.BAD_EXPERIENCE: _l("Put right first what went wrong"),
    LeftOut.NO_NUMBER: _l("Write down a phone number first"),
}
"""What has to change before somebody who is left out can be put back."""
WANTED: Mapping[Wanted, Text] = {
    Wanted.REACHED: lazy_pgettext("call list", "Reached"),
    Wanted.VISIT_BOOKED: _l("Visits booked"),
    Wanted.SIGNED_UP: _l("Signed up"),
}
