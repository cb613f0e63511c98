"""How calls, what was sent and who was named follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import MergeStep
from outreach.calling.models import Call, Referral
from outreach.materials.models import MaterialMail

_COLUMNS: dict[str, tuple[type[Any], InstrumentedAttribute[Any]]] = {
    "calls": (Call, Call.employer_id),
    "mails": (MaterialMail, MaterialMail.employer_id),
    "from": (Referral, Referral.from_employer_id),
    "to": (Referral, Referral.to_employer_id),
}


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """Everything of the one that goes is of the other, but for an open call of somebody who has one with both."""
    return {name: _moved(name, kept_id, gone_id) for name in _COLUMNS}


def _moved(name: str, kept_id: int, gone_id: int) -> list[int]:
    model, column = _COLUMNS[name]
    moved = update(model).where(column == gone_id).values({column.key: kept_id})
    if model is Call:
        open_there = select(Call.staff_id).where(Call.employer_id == kept_id, Call.ended_at.is_(None))
        moved = moved.where(Call.ended_at.is_not(None) | Call.staff_id.not_in(open_there))
    return list(current_session().scalars(moved.returning(model.id)))


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """They are of the first again."""
    for name, (model, column) in _COLUMNS.items():
        back = update(model).where(model.id.in_(memory.get(name, [])), column == kept_id)
        current_session().execute(back.values({column.key: gone_id}))


merge_calls = MergeStep(key="outreach.calls", merge=_merge, undo=_undo)
