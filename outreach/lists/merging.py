"""How entries of call lists follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import select, update

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import MergeStep
from outreach.lists.models import CallEntry

_MERGED = "rows of the two employers that are merged, which the caller has checked"


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """A list that holds both keeps the other entry; this one is left out when its turn comes, as one that is gone."""
    session = current_session()
    there = select(CallEntry.list_id).where(CallEntry.employer_id == kept_id)
    statement = select(CallEntry.id).where(CallEntry.employer_id == gone_id, CallEntry.list_id.not_in(there))
    ids = list(session.scalars(trusted(statement, because=_MERGED)))
    session.execute(update(CallEntry).where(CallEntry.id.in_(ids)).values(employer_id=kept_id))
    return {"entries": ids}


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """Bring those back that have moved."""
    back = update(CallEntry).where(CallEntry.id.in_(memory.get("entries", [])), CallEntry.employer_id == kept_id)
    current_session().execute(back.values(employer_id=gone_id))


merge_entries = MergeStep(key="outreach.lists", merge=_merge, undo=_undo)
