"""Visits in the search over everything: by employer, workplace, whom they were agreed with and what is to remember."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.extension_points import SearchDocuments, SearchHit, SearchWords
from crm.lazy_texts import lazy_gettext as _l
from crm.web.filters import show_date
from outreach.visits.models import Visit, VisitState
from outreach.visits.modules import VISITS
from outreach.visits.services.booking import day_of
from outreach.visits.words import STATES

_OWN = "the index is written of every row; what is shown from it is scoped again"
_SEEN = "the rows of the reader's own search, with the names that stand in them"
_NAMES = (joinedload(Visit.employer), joinedload(Visit.workplace), joinedload(Visit.person), joinedload(Visit.staff))


def visit_documents() -> SearchDocuments:
    """Visits as the search knows them."""
    return SearchDocuments("outreach_visit", _l("Visits"), Visit, _words, _hits, order=72, module=VISITS.key)


def _words(row_ids: Sequence[int]) -> list[SearchWords]:
    statement = select(Visit).where(Visit.id.in_(row_ids)).options(*_NAMES)
    rows = current_session().scalars(trusted(statement, because=_OWN))
    return [SearchWords(row.id, row.employer.name, _beside(row)) for row in rows]


def _beside(row: Visit) -> tuple[str | None, ...]:
    return (row.workplace.name if row.workplace else None, row.person.name if row.person else None, row.about)


def _hits(rows: Sequence[Visit]) -> list[SearchHit]:
    _read_names(rows)
    return [
        SearchHit(
            title=_("%(name)s, %(day)s", name=row.employer.name, day=show_date(day_of(row))),
            href=url_for("outreach_visits.show", public_id=row.public_id),
            detail=" · ".join(filter(None, (str(STATES[row.state]), row.staff and row.staff.name, row.about))),
            tag=_("Do not contact") if row.employer.do_not_contact and row.state is VisitState.PLANNED else "",
        )
        for row in rows
    ]


def _read_names(rows: Sequence[Visit]) -> None:
    """All at once, instead of one by one while they are shown."""
    statement = select(Visit).where(Visit.id.in_([row.id for row in rows])).options(*_NAMES)
    current_session().scalars(trusted(statement.execution_options(populate_existing=True), because=_SEEN)).all()
