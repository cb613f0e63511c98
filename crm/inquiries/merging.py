"""How inquiries follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import select, update

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import MergeStep
from crm.inquiries.models import Inquiry

_MERGED = "rows of the two employers that are merged, which the caller has checked"


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    session = current_session()
    statement = select(Inquiry.id).where(Inquiry.employer_id == gone_id)
    ids = list(session.scalars(trusted(statement, because=_MERGED)))
    session.execute(update(Inquiry).where(Inquiry.id.in_(ids)).values(employer_id=kept_id))
    return {"inquiries": ids}


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """Those that somebody has put to another employer since stay there."""
    back = update(Inquiry).where(Inquiry.id.in_(memory.get("inquiries", [])), Inquiry.employer_id == kept_id)
    current_session().execute(back.values(employer_id=gone_id))


merge_inquiries = MergeStep(key="inquiries", merge=_merge, undo=_undo)
