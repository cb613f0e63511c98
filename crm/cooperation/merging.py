"""How members of groups follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import select, update

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.cooperation.models import GroupMember
from crm.db import current_session
from crm.extension_points import MergeStep

_MERGED = "rows of the two employers that are merged, which the caller has checked"


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """Members who come from the employer that goes come from the one that stays."""
    session = current_session()
    ids = list(
        session.scalars(trusted(select(GroupMember.id).where(GroupMember.employer_id == gone_id), because=_MERGED))
    )
    session.execute(update(GroupMember).where(GroupMember.id.in_(ids)).values(employer_id=kept_id))
    return {"members": ids}


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """Bring them back, unless they are somebody else's since."""
    back = update(GroupMember).where(
        GroupMember.id.in_(memory.get("members", [])), GroupMember.employer_id == kept_id
    )  # fmt: skip
    current_session().execute(back.values(employer_id=gone_id))


merge_members = MergeStep(key="group_members", merge=_merge, undo=_undo)
