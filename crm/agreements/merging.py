"""How agreements follow when two employers are found to be one. What was signed keeps its words."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from crm.actors import Actor
from crm.agreements.models import Agreement
from crm.db import current_session


def merge_agreements(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """The agreements of the employer that goes are those of the one that stays."""
    moved = update(Agreement).where(Agreement.employer_id == gone_id).values(employer_id=kept_id)
    return {"ids": list(current_session().scalars(moved.returning(Agreement.id)))}


def take_back_agreements(actor: Actor, kept_id: int, gone_id: int, memory: Mapping[str, Any]) -> None:
    """They go back to the employer that they were made with."""
    back = update(Agreement).where(Agreement.id.in_(memory["ids"]), Agreement.employer_id == kept_id)
    current_session().execute(back.values(employer_id=gone_id))
