"""Reads of what mentors promise, each with how it stands today."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.participants.models import Participant
from outreach.matching.models import Match, Mentor
from outreach.matching.promises import CommitmentDone, MentorCommitment
from outreach.matching.queries import in_state, names_by_match
from outreach.matching.states import MentorState, Rhythm, Standing, mentor_state, standing_of

_MOST = 500


@dataclass(frozen=True)
class PromiseLine:
    """A promise with how it stands, and the participant it is about, where the reader sees them."""

    promise: MentorCommitment
    standing: Standing
    participant: Any | None
    dones: Sequence[CommitmentDone]

    @property
    def about_unseen(self) -> bool:
        """Whether it is about a participant whom the reader does not see."""
        return self.promise.match_id is not None and self.participant is None


def promises_of(actor: Actor, mentor_id: int, on: date) -> list[PromiseLine]:
    """The promises of a mentor that the actor sees: those that hold first, by the day on which they are due."""
    statement = visible(MentorCommitment, actor).where(MentorCommitment.mentor_id == mentor_id)
    return _lines(actor, statement, on)


def promise_line(actor: Actor, promise: MentorCommitment, on: date) -> PromiseLine:
    """One promise that the caller has checked."""
    return _lines(actor, visible(MentorCommitment, actor).where(MentorCommitment.id == promise.id), on)[0]


def promises_within(actor: Actor, match_id: int, on: date) -> list[PromiseLine]:
    """The promises within a match that the actor sees."""
    return _lines(actor, visible(MentorCommitment, actor).where(MentorCommitment.match_id == match_id), on)


def due_promises(actor: Actor, on: date, *, mine: bool = True) -> list[PromiseLine]:
    """The promises that are due or overdue, the latest first in line: of mentors for whom the actor is responsible, or
    nobody is; without ``mine`` of all of the actor's units."""
    ready = select(Mentor.id).where(in_state("ready", on))
    statement = visible(MentorCommitment, actor).where(
        MentorCommitment.ended_on.is_(None), MentorCommitment.mentor_id.in_(ready),
        or_(MentorCommitment.match_id.is_(None), MentorCommitment.match_id.not_in(_over())),
    )  # fmt: skip
    if mine:
        own = select(Mentor.id).where(or_(Mentor.staff_id == actor.staff_id, Mentor.staff_id.is_(None)))
        statement = statement.where(MentorCommitment.mentor_id.in_(own))
    due = visible(MentorCommitment, actor).where(MentorCommitment.id.in_(_due_first(statement, on)[:_MOST]))
    lines = _lines(actor, due, on)
    return [each for each in lines if each.standing.next_on is not None and each.standing.next_on <= on]


def _due_first(statement: Select[MentorCommitment], on: date) -> list[int]:
    """The ids of those of the promises that are due, the latest first: counted from how often they were kept and when
    last, so that a unit with many hundred promises loads few of them."""
    kept = and_(CommitmentDone.commitment_id == MentorCommitment.id, CommitmentDone.removed_at.is_(None))
    last = select(func.max(CommitmentDone.on_date)).where(kept).correlate(MentorCommitment).scalar_subquery()
    count = select(func.count()).where(kept).correlate(MentorCommitment).scalar_subquery()
    columns = (MentorCommitment.id, MentorCommitment.every_days, MentorCommitment.times, MentorCommitment.starts_on,
               MentorCommitment.due_on, last.label("last"), count.label("kept"))  # fmt: skip
    found: list[tuple[date, int]] = []
    for row in current_session().execute(statement.with_only_columns(*columns)):
        rhythm = Rhythm(row.starts_on, row.every_days, row.times, row.due_on)
        due = standing_of(rhythm, [row.last] * row.kept, on=on).next_on
        if due is not None and due <= on:
            found.append((due, row.id))
    return [promise_id for _due, promise_id in sorted(found)]


def matches_to_promise(actor: Actor, mentor_id: int) -> list[tuple[int, date, Any | None]]:
    """The running matches of a mentor whom the caller has checked: id, day, and the participant where the actor sees
    them. Of protected participants only for who sees them."""
    statement = select(Match.id, Match.made_on).where(Match.mentor_id == mentor_id, Match.ended_on.is_(None))
    rows = (
        current_session().execute(trusted(statement.order_by(Match.made_on), because="ids and days, no persons")).all()
    )
    names = names_by_match(actor, [row.id for row in rows])
    hidden = _of_protected([row.id for row in rows])
    return [(row.id, row.made_on, names.get(row.id)) for row in rows if row.id in names or row.id not in hidden]


def _of_protected(match_ids: Collection[int]) -> set[int]:
    statement = select(Match.id).join(Participant, Participant.id == Match.participant_id)
    statement = statement.where(Match.id.in_(match_ids), Participant.protected)
    return set(current_session().scalars(trusted(statement, because="ids alone, to leave them out")))


def _lines(actor: Actor, statement: Select[MentorCommitment], on: date) -> list[PromiseLine]:
    statement = statement.options(joinedload(MentorCommitment.mentor).joinedload(Mentor.staff))
    rows = list(current_session().scalars(statement.order_by(MentorCommitment.id).limit(_MOST)))
    dones = _dones([row.id for row in rows])
    match_ids = {row.match_id for row in rows if row.match_id is not None}
    names, ended = names_by_match(actor, match_ids), _ended(match_ids)
    lines = [
        PromiseLine(
            row,
            _standing(row, [done.on_date for done in dones.get(row.id, ())], on, match_ended=row.match_id in ended),
            names.get(row.match_id or 0),
            dones.get(row.id, ()),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda each: (each.standing.next_on is None, each.standing.next_on or on, each.promise.id))


def _standing(row: MentorCommitment, done: Sequence[date], on: date, *, match_ended: bool) -> Standing:
    mentor = row.mentor
    state = mentor_state(
        paused_on=mentor.paused_on, pause_until=mentor.pause_until, stopped_on=mentor.stopped_on, matches=1, on=on
    )
    silent = row.ended_on is not None or match_ended or state is not MentorState.ACTIVE
    rhythm = Rhythm(row.starts_on, row.every_days, row.times, row.due_on)
    return standing_of(rhythm, done, on=on, silent=silent)


def _dones(ids: Collection[int]) -> dict[int, list[CommitmentDone]]:
    """The days on which promises that the caller has checked were kept, the newest first."""
    statement = select(CommitmentDone).where(CommitmentDone.commitment_id.in_(ids), CommitmentDone.removed_at.is_(None))
    statement = statement.order_by(CommitmentDone.on_date.desc())
    found: dict[int, list[CommitmentDone]] = {}
    for done in current_session().scalars(trusted(statement, because="of promises already checked")):
        found.setdefault(done.commitment_id, []).append(done)
    return found


def _ended(match_ids: Collection[int]) -> set[int]:
    statement = _over().where(Match.id.in_(match_ids))
    return set(current_session().scalars(trusted(statement, because="whether matches have ended, no persons")))


def _over() -> Select[Any]:
    """The ids of matches within which nothing is due any more: ended, or with somebody who has gone or died. Nobody is
    reminded of meeting them."""
    gone = or_(Participant.archived_at.is_not(None), Participant.deceased_on.is_not(None))
    statement = select(Match.id).join(Participant, Participant.id == Match.participant_id)
    return statement.where(or_(Match.ended_on.is_not(None), gone))
