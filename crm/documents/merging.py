"""How sheets follow when two employers are found to be one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from crm.actors import Actor
from crm.db import current_session
from crm.documents.models import SheetGiven


def merge_sheets(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """What was given to the employer that goes was given to the one that stays."""
    of_gone = update(SheetGiven).where(SheetGiven.employer_id == gone_id).values(employer_id=kept_id)
    return {"ids": list(current_session().scalars(of_gone.returning(SheetGiven.id)))}


def take_back_sheets(actor: Actor, kept_id: int, gone_id: int, memory: Mapping[str, Any]) -> None:
    """The sheets go back to the employer that they came from."""
    back = update(SheetGiven).where(SheetGiven.id.in_(memory["ids"]), SheetGiven.employer_id == kept_id)
    current_session().execute(back.values(employer_id=gone_id))
