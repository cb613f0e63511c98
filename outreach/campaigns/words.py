"""What campaigns call what they count, and how it is counted, in sentences for the page and the paper."""

from collections.abc import Mapping

from flask_babel import gettext as _

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from outreach.campaigns.counting import WITHIN, Kind

KINDS: Mapping[Kind, Text] = {
    Kind.VISIT: _l("Visit"),
    Kind.AGREEMENT: _l("Agreement signed"),
    Kind.PLACEMENT: _l("Placement began"),
}


def definitions() -> list[str]:
    """How it is counted."""
    days = WITHIN.days
    return [
        _("An employer counts once, by the outcome of the last call. Those who are left out count nowhere."),
        _("Reached: somebody was spoken to, whatever they said."),
        _(
            "What came of it: visits that took place, agreements that were signed and placements that began at the "
            "same employer within %(days)d days after the first call, made by the list's unit. It shows what followed "
            "the call, not what the call alone brought about.",
            days=days,
        ),
        _("By version: the version of the script that was used in the last call."),
    ]
