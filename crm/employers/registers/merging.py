"""What a register said follows its number when two employers are found to be one."""

from typing import Any

from sqlalchemy import delete, insert, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.employers.register_models import RegisterRecord

_MERGED = "two employers that are merged, which the caller has checked"
_RECORD = RegisterRecord.__table__


def swap_records(one_id: int, other_id: int) -> None:
    """Let what was said of one be what was said of the other, and the other way round."""
    session = current_session()
    statement = select(*_RECORD.columns).where(_RECORD.c.employer_id.in_([one_id, other_id]))
    rows: list[dict[str, Any]] = [
        dict(row) for row in session.execute(trusted(statement, because=_MERGED)).mappings().all()
    ]
    session.execute(delete(RegisterRecord).where(RegisterRecord.employer_id.in_([one_id, other_id])))
    for row in rows:
        other = other_id if row["employer_id"] == one_id else one_id
        session.execute(insert(RegisterRecord).values(**{**row, "employer_id": other}))
    session.expire_all()
