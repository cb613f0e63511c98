"""How visits follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import update

from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import MergeStep
from outreach.visits.models import Visit


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """The visits at the one that goes are visits at the other. A version that changes would be a conflict on phones."""
    moved = update(Visit).where(Visit.employer_id == gone_id).values(employer_id=kept_id)
    return {"ids": list(current_session().scalars(moved.returning(Visit.id)))}


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """They are visits at the first again."""
    back = update(Visit).where(Visit.id.in_(memory.get("ids", [])), Visit.employer_id == kept_id)
    current_session().execute(back.values(employer_id=gone_id))


merge_visits = MergeStep(key="outreach_visits", merge=_merge, undo=_undo)
