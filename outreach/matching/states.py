"""Where mentors, offers, matches and promises stand, on plain values."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class MentorState(StrEnum):
    """Where a mentor stands on a day. Idle: ready, and matched with nobody."""

    ACTIVE = "active"
    IDLE = "idle"
    PAUSED = "paused"
    STOPPED = "stopped"


class OfferState(StrEnum):
    """Where an offer stands. Declined: the participant chose none of them."""

    OPEN = "open"
    CHOSEN = "chosen"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ChosenBy(StrEnum):
    """Who chose."""

    PARTICIPANT = "participant"
    WITH_HELP = "with_help"
    """The participant, together with somebody."""
    SOMEBODY_ELSE = "somebody_else"


class MatchState(StrEnum):
    """Where a match stands."""

    MADE = "made"
    RUNNING = "running"
    ENDED = "ended"


def mentor_state(
    *, paused_on: date | None, pause_until: date | None, stopped_on: date | None, matches: int, on: date
) -> MentorState:
    """Where a mentor stands on a day with so many matches. A pause ends by itself after its last day."""
    if stopped_on is not None and stopped_on <= on:
        return MentorState.STOPPED
    if paused_on is not None and paused_on <= on and (pause_until is None or on <= pause_until):
        return MentorState.PAUSED
    return MentorState.ACTIVE if matches else MentorState.IDLE


def match_state(*, begun_on: date | None, ended_on: date | None) -> MatchState:
    """Where a match stands."""
    if ended_on is not None:
        return MatchState.ENDED
    return MatchState.MADE if begun_on is None else MatchState.RUNNING


@dataclass(frozen=True)
class Rhythm:
    """What was promised: again every so many days from a day on, or so many times, perhaps by a day."""

    starts_on: date
    every_days: int | None = None
    times: int | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class Standing:
    """How a promise stands on a day: how often it was kept, when last, when it is due next (None: not any more)."""

    done: int
    last_on: date | None
    next_on: date | None
    days_late: int = 0
    complete: bool = False

    @property
    def is_overdue(self) -> bool:
        """Whether the day on which it was due has passed."""
        return self.days_late > 0


def standing_of(rhythm: Rhythm, done: Sequence[date], *, on: date, silent: bool = False) -> Standing:
    """How a promise stands. ``silent``: its mentor pauses, or it has ended; then nothing is due.

    Every 14 days: 14 days after the last time it is due, and 15 days after it is overdue.
    """
    last = max(done, default=None)
    complete = rhythm.times is not None and len(done) >= rhythm.times
    if silent or complete:
        return Standing(len(done), last, None, complete=complete)
    if rhythm.every_days is None:
        due = rhythm.due_on
    else:
        due = max(last or rhythm.starts_on, rhythm.starts_on) + timedelta(days=rhythm.every_days)
    return Standing(len(done), last, due, max(0, (on - due).days) if due else 0)


def months_in(since: date, until: date) -> float:
    """How many months a period lasts, both days included: April to June is 3. At least one, so that few days are not
    taken for a month of the same kind."""
    after = until + timedelta(days=1)
    whole = (after.year - since.year) * 12 + after.month - since.month - (after.day < since.day)
    years, month = divmod(since.month - 1 + whole, 12)
    begun = date(since.year + years, month + 1, min(since.day, monthrange(since.year + years, month + 1)[1]))
    rest = (after - begun).days / monthrange(begun.year, begun.month)[1]
    return max(1.0, whole + max(0.0, rest))
