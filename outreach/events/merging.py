"""How invitations follow when two employers, or two contact persons, are found to be one."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import MergeStep
from outreach.events.models import Answer, EventInvitation, EventOptOut

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


def _merge_persons(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """Foreign keys move the rest. At an event to which both were invited the row that says more is the first one's from
    now on; the other stays with the second, and is withdrawn where nobody has answered it."""
    memory: dict[str, Any] = {"swapped": [], "withdrawn": []}
    for own, other in _at_the_same_event(kept_id, gone_id):
        if _says(other) > _says(own):
            _swap(own, other)
            memory["swapped"].append([own.id, other.id])
            own, other = other, own
        if other.answer is Answer.WAITING and other.came is None and other.withdrawn_at is None:
            other.withdrawn_at = clock.now()
            memory["withdrawn"].append(other.id)
    current_session().flush()
    return memory


def _undo_persons(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """Each has their own row again, and those that were withdrawn hold."""
    session = current_session()
    for own_id, other_id in memory["swapped"]:
        own, other = session.get(EventInvitation, own_id), session.get(EventInvitation, other_id)
        if own is not None and other is not None and (own.person_id, other.person_id) == (gone_id, kept_id):
            _swap(other, own)
    back = update(EventInvitation).where(EventInvitation.id.in_(memory["withdrawn"]))
    session.execute(back.values(withdrawn_at=None))


def _at_the_same_event(kept_id: int, gone_id: int) -> list[tuple[EventInvitation, EventInvitation]]:
    other = aliased(EventInvitation)
    statement = (
        select(EventInvitation, other)
        .join(other, other.event_id == EventInvitation.event_id)
        .where(EventInvitation.person_id == kept_id, other.person_id == gone_id)
        .order_by(EventInvitation.id)
    )
    because = "rows of the two persons that are merged, which the caller has checked"
    return [(row[0], row[1]) for row in current_session().execute(trusted(statement, because=because))]


def _says(row: EventInvitation) -> tuple[bool, bool, bool, bool]:
    """How much a row tells: that somebody came, that this is known, an answer, an invitation that holds."""
    return bool(row.came), row.came is not None, row.answer is not Answer.WAITING, row.withdrawn_at is None


def _swap(one: EventInvitation, other: EventInvitation) -> None:
    """Two rows of an event never name the same person, not even for a moment."""
    session, first, second = current_session(), one.person_id, other.person_id
    one.person_id = None
    session.flush()
    other.person_id = first
    session.flush()
    one.person_id = second
    session.flush()


merge_events = MergeStep(key="outreach.events", merge=_merge, undo=_undo)
merge_event_persons = MergeStep("outreach.event_persons", _merge_persons, _undo_persons, of="contact_person")
