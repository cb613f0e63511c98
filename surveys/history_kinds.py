"""The kinds of lines that surveys leave in the contact history. Declining and silence leave none."""

from crm.extension_points import HistoryKind
from crm.lazy_texts import lazy_gettext as _l
from surveys.sending.outcomes import REMINDED_LINE, SENT_LINE

ANSWERED_LINE = "surveys.answered"
ANSWERED_NEUTRAL_LINE = "surveys.answered_neutral"


def history_kinds() -> tuple[HistoryKind, ...]:
    """All kinds."""
    return (
        HistoryKind(SENT_LINE, _l("Survey sent"), "neutral", "survey"),
        HistoryKind(REMINDED_LINE, _l("Survey reminder"), "neutral", "survey"),
        HistoryKind(ANSWERED_LINE, _l("Survey answered"), "success", "survey"),
        HistoryKind(ANSWERED_NEUTRAL_LINE, _l("Survey"), "neutral", "survey"),
    )
