"""The figures of matching: capacity, how many matches hold, how many are made in a month. All counted from rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.measures.cooperation_queries import first_contact
from crm.measures.formulas import Middle, Share
from crm.reports.filters import FollowUpFilters
from crm.reports.percentages import percent_half_up
from outreach.matching.models import Match, Mentor
from outreach.matching.promises import CommitmentDone, MentorCommitment
from outreach.matching.queries import MatchFilters, in_state, match_conditions
from outreach.matching.states import MatchState, MentorState, months_in
from outreach.matching.words import END_REASONS, MOVED_ON

_COUNTS = "counts of the units of the actor"
WHOLE_UNDER = 15
"""Of fewer, a decimal would claim more than there is: one person is seven per cent and more."""


def percent_of(share: Share) -> Decimal | None:
    """A share in per cent: with one decimal, and whole where it is of few. None without a base."""
    return percent_half_up(share.count, share.base, digits=0 if share.base < WHOLE_UNDER else 1)


@dataclass(frozen=True)
class Capacity:
    """Mentors by where they stand today, why they pause, and how many were taken on in each municipality."""

    by_state: Mapping[str, int]
    by_pause: Mapping[str, int]
    by_municipality: Sequence[tuple[str, int]]
    unknown_municipality: int

    @property
    def ready(self) -> int:
        """Mentors who do not pause: matched, or waiting for a match."""
        return self.by_state[MentorState.ACTIVE] + self.by_state[MentorState.IDLE]

    @property
    def active(self) -> Share:
        """Of the mentors whom there are, those who do not pause."""
        return Share(self.ready, self.ready + self.by_state[MentorState.PAUSED])

    @property
    def recruited(self) -> int:
        """Everybody who was ever taken on and not erased."""
        return sum(self.by_state.values())

    @property
    def for_each_municipality(self) -> float | None:
        """How many were taken on for each municipality that is known, on average."""
        known = sum(count for _name, count in self.by_municipality)
        return known / len(self.by_municipality) if self.by_municipality else None


@dataclass(frozen=True)
class Matches:
    """The matches that were made in a period, and what became of them."""

    made: int
    holds: int
    by_month: Sequence[tuple[date, int]]
    by_reason: Mapping[str, int]
    months: float

    @property
    def retention(self) -> Share:
        """Of the matches that were made, those that have not ended: 17 of 18 is 94.4 %."""
        return Share(self.holds, self.made)

    @property
    def moved_on(self) -> Share:
        """Of the matches that have ended, those after which the participant moved on."""
        return Share(self.by_reason.get(MOVED_ON, 0), self.made - self.holds)

    @property
    def for_each_month(self) -> float:
        """How many were made in a month, on average: 18 in three months are 6."""
        return self.made / self.months


@dataclass(frozen=True)
class Figures:
    """Everything that the page of figures shows."""

    capacity: Capacity
    matches: Matches
    trained: Share
    first_contact: Middle
    early_contact: Share


def figures(filters: FollowUpFilters, on: date) -> Figures:
    """The figures of the units and the period of ``filters``; capacity is that of today."""
    first, early = first_contact(filters)
    return Figures(
        capacity=_capacity(filters, on), matches=_matches(filters), trained=_trained(filters), first_contact=first,
        early_contact=early,
    )  # fmt: skip


def _capacity(filters: FollowUpFilters, on: date) -> Capacity:
    own = Mentor.unit_id.in_(filters.unit_ids)
    by_state = {
        state.value: int(_scalar(select(func.count()).select_from(Mentor).where(own, in_state(state, on))) or 0)
        for state in MentorState
    }
    pausing = select(Mentor.pause_reason, func.count()).where(own, in_state(MentorState.PAUSED, on))
    places = select(Mentor.municipality, func.count()).where(own).group_by(Mentor.municipality)
    by_place = dict(_rows(places))
    unknown = by_place.pop(None, 0)
    return Capacity(
        by_state=by_state,
        by_pause=dict(_rows(pausing.group_by(Mentor.pause_reason))),
        by_municipality=sorted(by_place.items(), key=lambda pair: (-pair[1], pair[0])),
        unknown_municipality=unknown,
    )


def _matches(filters: FollowUpFilters) -> Matches:
    asked = MatchFilters(since=filters.since, until=filters.until, unit_ids=filters.unit_ids)
    days = [row[0] for row in _rows(select(Match.made_on).where(*match_conditions(asked)))]
    ended = MatchFilters(state=MatchState.ENDED, since=filters.since, until=filters.until, unit_ids=filters.unit_ids)
    reasons = select(Match.end_reason, func.count()).where(*match_conditions(ended)).group_by(Match.end_reason)
    by_reason = dict(_rows(reasons))
    by_month: dict[date, int] = {}
    for day in sorted(days):
        month = day.replace(day=1)
        by_month[month] = by_month.get(month, 0) + 1
    return Matches(
        made=len(days),
        holds=len(days) - sum(by_reason.values()),
        by_month=list(by_month.items()),
        by_reason={code: by_reason[code] for code in END_REASONS if code in by_reason},
        months=months_in(filters.since, filters.until),
    )


def _trained(filters: FollowUpFilters) -> Share:
    kept = (
        select(func.count())
        .where(CommitmentDone.commitment_id == MentorCommitment.id, CommitmentDone.removed_at.is_(None))
        .correlate(MentorCommitment)
        .scalar_subquery()
    )
    promised = (
        select(MentorCommitment.times, kept)
        .join(Mentor, Mentor.id == MentorCommitment.mentor_id)
        .where(
            Mentor.unit_id.in_(filters.unit_ids), MentorCommitment.kind == "training",
            MentorCommitment.times.is_not(None), MentorCommitment.ended_on.is_(None),
        )
    )  # fmt: skip
    rows = _rows(promised)
    return Share(sum(done >= times for times, done in rows), len(rows))


def _rows(statement: Any) -> Sequence[Any]:
    return current_session().execute(trusted(statement, because=_COUNTS)).all()


def _scalar(statement: Any) -> Any:
    return current_session().scalar(trusted(statement, because=_COUNTS))
