"""How profiles and matches follow when two employers are found to be one."""

from typing import Any

from sqlalchemy import select, update

from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.extension_points import MergeStep
from outreach.matching.models import Match, MatchProfile

_MERGED = "rows of the two employers that are merged, which the caller has checked"


def _merge(actor: Actor, kept_id: int, gone_id: int) -> dict[str, Any]:
    """Matches are the other's; profiles too, but where a unit has one of each: then that of the one that is kept."""
    session = current_session()
    theirs = select(MatchProfile.unit_id).where(MatchProfile.employer_id == kept_id)
    profiles = select(MatchProfile.id).where(MatchProfile.employer_id == gone_id, MatchProfile.unit_id.not_in(theirs))
    memory = {
        "profiles": list(session.scalars(trusted(profiles, because=_MERGED))),
        "matches": list(
            session.scalars(trusted(select(Match.id).where(Match.employer_id == gone_id), because=_MERGED))
        ),
    }
    _move(memory, kept_id)
    return memory


def _undo(actor: Actor, kept_id: int, gone_id: int, memory: dict[str, Any]) -> None:
    """Bring everything back that has moved."""
    _move(memory, gone_id)


def _move(memory: dict[str, Any], employer_id: int) -> None:
    session = current_session()
    profiles = update(MatchProfile).where(MatchProfile.id.in_(memory.get("profiles", [])))
    session.execute(profiles.values(employer_id=employer_id))
    session.execute(update(Match).where(Match.id.in_(memory.get("matches", []))).values(employer_id=employer_id))


merge_matching = MergeStep(key="outreach.matching", merge=_merge, undo=_undo)
