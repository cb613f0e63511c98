"""How partners follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import select, update

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import MergeStep
from crm.programmes.card_models import ProgrammePartner

_MERGED = "rows of the two employers that are merged, which the caller has checked"


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """Partners that are the employer that goes are the one that stays."""
    session = current_session()
    statement = select(ProgrammePartner.id).where(ProgrammePartner.employer_id == gone_id)
    ids = list(session.scalars(trusted(statement, because=_MERGED)))
    session.execute(update(ProgrammePartner).where(ProgrammePartner.id.in_(ids)).values(employer_id=kept_id))
    return {"partners": ids}


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """Bring them back, unless they are somebody else since."""
    back = update(ProgrammePartner).where(
        ProgrammePartner.id.in_(memory.get("partners", [])), ProgrammePartner.employer_id == kept_id
    )
    current_session().execute(back.values(employer_id=gone_id))


merge_partners = MergeStep(key="programme_partners", merge=_merge, undo=_undo)
