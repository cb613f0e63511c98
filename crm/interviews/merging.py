"""How interviews follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import select, update

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import MergeStep
from crm.interviews.models import EmployerInterview


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    statement = select(EmployerInterview.id).where(EmployerInterview.employer_id == gone_id)
    ids = list(current_session().scalars(trusted(statement, because="rows of employers that the caller has checked")))
    _move(ids, from_id=gone_id, to_id=kept_id)
    return {"interviews": ids}


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    _move(memory.get("interviews", []), from_id=kept_id, to_id=gone_id)


def _move(ids: list[int], *, from_id: int, to_id: int) -> None:
    theirs = update(EmployerInterview).where(EmployerInterview.id.in_(ids), EmployerInterview.employer_id == from_id)
    current_session().execute(theirs.values(employer_id=to_id))


merge_interviews = MergeStep(key="interviews", merge=_merge, undo=_undo)
