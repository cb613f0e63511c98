"""Words of visits that stand in more than one place."""

from crm.extension_points import Text
from crm.lazy_texts import lazy_gettext as _l
from crm.lazy_texts import lazy_pgettext
from outreach.visits.models import VisitState

STATES: dict[VisitState, Text] = {
    VisitState.PLANNED: lazy_pgettext("visit", "Planned"),
    VisitState.DONE: lazy_pgettext("visit", "Done"),
    VisitState.CANCELLED: lazy_pgettext("visit", "Cancelled"),
}
COLORS = {VisitState.PLANNED: "info", VisitState.DONE: "success", VisitState.CANCELLED: "neutral"}

LOGGED, CANCELLED, MOVED, NOTE, REFUSED = "logged", "cancelled", "moved", "note", "refused"
REASONS: dict[str, Text] = {
    LOGGED: _l("This visit had been logged already when yours arrived. Both are kept until you choose."),
    CANCELLED: _l("This visit had been cancelled when yours arrived. Yours is kept until you choose."),
    MOVED: _l("This visit had been moved to another day when yours arrived. Yours is kept until you choose."),
    NOTE: _l("Something in the note may not belong there. Look once more, and save it."),
    REFUSED: _l("Something in it has to be corrected before it can be saved."),
}
"""Why something that was sent is not a contact yet."""
CONFLICTS = frozenset({LOGGED, CANCELLED, MOVED})
