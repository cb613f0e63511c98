"""Call lists in the search over everything: by their names. Who stands on one is found as an employer."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import pgettext
from sqlalchemy import select

from crm.accounts.current import current_actor
from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.extension_points import SearchDocuments, SearchHit, SearchWords
from crm.lazy_texts import lazy_gettext as _l
from outreach.lists.models import CallList
from outreach.scripts.modules import CALLS

_OWN = "the index is written of every row; what is shown from it is scoped again"


def list_documents() -> SearchDocuments:
    """Call lists as the search knows them."""
    return SearchDocuments(
        "outreach_call_list", _l("Call lists"), CallList, _words, _hits, order=75, module=CALLS.key
    )  # fmt: skip


def _words(row_ids: Sequence[int]) -> list[SearchWords]:
    rows = current_session().scalars(trusted(select(CallList).where(CallList.id.in_(row_ids)), because=_OWN))
    return [SearchWords(row.id, row.name) for row in rows]


def _hits(rows: Sequence[CallList]) -> list[SearchHit]:
    language = current_actor().language
    return [
        SearchHit(
            title=row.name,
            href=url_for("call_lists.show", public_id=row.public_id),
            detail=f"{row.unit.name} · {row.script.title_in(language)}",
            tag=pgettext("call lists", "Closed") if row.closed_at else "",
        )
        for row in rows
    ]
