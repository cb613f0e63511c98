"""The kinds of lines that outreach writes into contact histories."""

from crm.extension_points import HistoryKind
from crm.lazy_texts import lazy_gettext as _l
from outreach.events import wiring as events
from outreach.matching import wiring as matching
from outreach.materials.mail import LINE as MATERIAL_LINE
from outreach.visits import wiring as visits


def history_kinds() -> tuple[HistoryKind, ...]:
    """All of them."""
    return (
        HistoryKind(MATERIAL_LINE, _l("Information sheet"), "neutral", "mail"),
        *visits.HISTORY_KINDS,
        *matching.HISTORY_KINDS,
        events.HISTORY_KIND,
    )
