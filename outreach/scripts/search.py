"""Call scripts in the search over everything: by their titles, in every language."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.current import current_actor
from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.extension_points import SearchDocuments, SearchHit, SearchWords
from crm.lazy_texts import lazy_gettext as _l
from outreach.scripts.models import CallScript
from outreach.scripts.modules import CALLS

_OWN = "the index is written of every row; what is shown from it is scoped again"


def script_documents() -> SearchDocuments:
    """Call scripts as the search knows them."""
    return SearchDocuments(
        "outreach_script", _l("Call scripts"), CallScript, _words, _hits, order=80, module=CALLS.key
    )  # fmt: skip


def _words(row_ids: Sequence[int]) -> list[SearchWords]:
    rows = current_session().scalars(trusted(select(CallScript).where(CallScript.id.in_(row_ids)), because=_OWN))
    return [SearchWords(row.id, row.title, tuple(row.titles.values())) for row in rows]


def _hits(rows: Sequence[CallScript]) -> list[SearchHit]:
    language = current_actor().language
    return [
        SearchHit(
            title=row.title_in(language),
            href=url_for("call_scripts.show", public_id=row.public_id),
            detail=row.unit.name if row.unit else _("The whole organisation"),
        )
        for row in rows
    ]
