"""How invitations follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import select, update

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import MergeStep
from outreach.events.models import EventInvitation, EventOptOut

_MERGED = "rows of the two employers that are merged, which the caller has checked"
_MOVED: dict[str, type[EventInvitation] | type[EventOptOut]] = {
    "invitations": EventInvitation,
    "opt_outs": EventOptOut,
}


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """Everything of the one that goes is the other's; that it wants no invitations, too."""
    session = current_session()
    memory: dict[str, Any] = {}
    for name, model in _MOVED.items():
        ids = list(session.scalars(trusted(select(model.id).where(model.employer_id == gone_id), because=_MERGED)))
        session.execute(update(model).where(model.id.in_(ids)).values(employer_id=kept_id))
        memory[name] = ids
    return memory


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """Bring everything back that has moved."""
    for name, model in _MOVED.items():
        back = update(model).where(model.id.in_(memory.get(name, [])), model.employer_id == kept_id)
        current_session().execute(back.values(employer_id=gone_id))


merge_events = MergeStep(key="outreach.events", merge=_merge, undo=_undo)
