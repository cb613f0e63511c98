"""Events in the search over everything: by title, place and what the invitation says."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import pgettext
from sqlalchemy import select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.extension_points import SearchDocuments, SearchHit, SearchWords
from crm.lazy_texts import lazy_gettext as _l
from crm.web.filters import show_date
from outreach.events.models import OutreachEvent
from outreach.events.modules import EVENTS
from outreach.events.words import KINDS

_OWN = "the index is written of every row; what is shown from it is scoped again"


def event_documents() -> SearchDocuments:
    """Events as the search knows them."""
    return SearchDocuments(
        "outreach_event", _l("Events"), OutreachEvent, _words, _hits, order=70, module=EVENTS.key
    )  # fmt: skip


def _words(row_ids: Sequence[int]) -> list[SearchWords]:
    rows = current_session().scalars(trusted(select(OutreachEvent).where(OutreachEvent.id.in_(row_ids)), because=_OWN))
    return [SearchWords(row.id, row.title, (row.place, row.text)) for row in rows]


def _hits(rows: Sequence[OutreachEvent]) -> list[SearchHit]:
    return [
        SearchHit(
            title=row.title,
            href=url_for("outreach_events.show", public_id=row.public_id),
            detail=" · ".join(filter(None, (show_date(row.day), str(KINDS[row.kind]), row.place))),
            tag=pgettext("event", "Cancelled") if row.cancelled_at else "",
        )
        for row in rows
    ]
