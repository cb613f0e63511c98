"""What a register said follows its number when two employers are found to be one."""

from typing import Any

from sqlalchemy import delete, insert, select

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.register_models import RegisterRecord
from crm.extension_points import MergeStep

_MERGED = "two employers that are merged, which the caller has checked"
_RECORD = RegisterRecord.__table__


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """Where the number moved, what the register said of it moves too; else each keeps its own."""
    numbers = select(Employer.org_number).where(Employer.id == gone_id)
    number = current_session().scalar(trusted(numbers, because=_MERGED))
    moves = number is None and gone_id in _rows(gone_id)
    if moves:
        _swap(kept_id, gone_id)
    return {"moved": moves}


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """Bring it back, with what was heard since."""
    if memory.get("moved"):
        _swap(kept_id, gone_id)


def _swap(one_id: int, other_id: int) -> None:
    rows = _rows(one_id, other_id)
    session = current_session()
    session.execute(delete(RegisterRecord).where(RegisterRecord.employer_id.in_(rows)))
    other = {one_id: other_id, other_id: one_id}
    for employer_id, row in rows.items():
        session.execute(insert(_RECORD).values(**{**row, "employer_id": other[employer_id]}))
    session.expire_all()


def _rows(*employer_ids: int) -> dict[int, dict[str, Any]]:
    statement = select(*_RECORD.columns).where(_RECORD.c.employer_id.in_(employer_ids))
    found = current_session().execute(trusted(statement, because=_MERGED))
    return {row["employer_id"]: dict(row) for row in found.mappings()}


merge_register_records = MergeStep(key="register_record", merge=_merge, undo=_undo)
