"""How placements follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import select, update

from crm.actors import Actor
from crm.db import Base, current_session
from crm.extension_points import MergeStep
from crm.placements.around_models import AdaptedPosts, SharingConsent, SharingEntry
from crm.placements.models import Placement
from crm.placements.services import link_chain

_MOVED: tuple[type[Any], ...] = (Placement, SharingConsent, SharingEntry, AdaptedPosts)


def merge_step() -> MergeStep:
    """Placements, figures and what was shared go to the employer that is kept."""
    return MergeStep("placements", _merge, _undo)


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    memory: dict[str, Any] = {}
    for model in _MOVED:
        ids = _ids_at(model, gone_id)
        if model is AdaptedPosts:
            # The kept employer's own figure of a day stands; the other stays where it was.
            taken = set(_days_at(kept_id))
            ids = [each for each, day in _posts_at(gone_id) if day not in taken]
        _move(model, ids, from_id=gone_id, to_id=kept_id)
        memory[model.__tablename__] = ids
    _link_again(kept_id, gone_id)
    return memory


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    for model in _MOVED:
        _move(model, memory.get(model.__tablename__, []), from_id=kept_id, to_id=gone_id)
    _link_again(kept_id, gone_id)


def _link_again(kept_id: int, gone_id: int) -> None:
    """Whoever was at both has one chain now, or two again."""
    table = _table(Placement)
    both = select(table.c.participant_id).where(table.c.employer_id.in_((kept_id, gone_id))).distinct()
    for person_id in current_session().execute(both).scalars().all():
        link_chain(person_id, kept_id)
        link_chain(person_id, gone_id)
    current_session().flush()


def _ids_at(model: type[Any], employer_id: int) -> list[int]:
    table = _table(model)
    return list(current_session().execute(select(table.c.id).where(table.c.employer_id == employer_id)).scalars())


def _posts_at(employer_id: int) -> list[tuple[int, Any]]:
    table = _table(AdaptedPosts)
    rows = current_session().execute(select(table.c.id, table.c.as_of).where(table.c.employer_id == employer_id))
    return [(row.id, row.as_of) for row in rows]


def _days_at(employer_id: int) -> list[Any]:
    return [day for _id, day in _posts_at(employer_id)]


def _move(model: type[Any], ids: list[int], *, from_id: int, to_id: int) -> None:
    table = _table(model)
    theirs = update(table).where(table.c.id.in_(ids), table.c.employer_id == from_id)
    current_session().execute(theirs.values(employer_id=to_id))
    current_session().expire_all()


def _table(model: type[Base]) -> Any:
    return model.__table__
