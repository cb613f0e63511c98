"""The rule that turns what is known about an exit into the state of its due row. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from surveys.dispositions import DueState, StopReason


@dataclass(frozen=True, slots=True)
class Reachable:
    """A channel through which somebody can be reached now, and the keyed hash of the address behind it."""

    channel: str
    address_hash: str


@dataclass(frozen=True, slots=True)
class ExitFacts:
    """What is known about one exit. ``today`` is the civil date in the unit's time zone.

    ``channels`` are in the person's own order; ``unreachable`` says why there is none. ``languages`` are those to
    try, the person's own first.
    """

    exit_id: int
    enrolment_id: int
    participant_id: int
    unit_id: int
    programme_id: int
    exit_on: date
    today: date
    holds: bool = True
    """Neither taken back nor followed by a later exit of the same enrolment."""
    deceased: bool = False
    opted_out: bool = False
    protected: bool = False
    programme_sends: bool = True
    channels: tuple[Reachable, ...] = ()
    unreachable: StopReason = StopReason.NO_ADDRESS
    languages: tuple[str, ...] = ("en",)


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a follow-up plan says, with the languages in which its texts may be sent through each channel."""

    days_after: int
    channels: tuple[str, ...]
    sendable: Mapping[str, frozenset[str]]
    self_sending_days: int = 21


@dataclass(frozen=True, slots=True)
class Decision:
    """What should become of a due row. ``channels`` are those to use, best first; empty when nothing is sent."""

    state: DueState
    reason: StopReason | None
    due_on: date
    language: str
    channels: tuple[str, ...] = ()


def decide(facts: ExitFacts, terms: PlanTerms | None, *, failed: frozenset[Reachable] = frozenset()) -> Decision:
    """The state that follows from the facts. ``failed`` are addresses that this row's messages did not reach.

    The order of the reasons is the order in which people want to hear them: what ends the matter for good comes
    before what somebody can mend.
    """
    due_on = facts.exit_on + timedelta(days=terms.days_after) if terms else facts.exit_on
    language = facts.languages[0] if facts.languages else "en"
    reason = _superseded(facts, terms)
    if reason is not None:
        return Decision(DueState.SUPERSEDED, reason, due_on, language)
    reason = _forbidden(facts)
    if reason is not None or terms is None:
        return Decision(DueState.NOT_POSSIBLE, reason, due_on, language)
    reachable = [each for each in facts.channels if each.channel in terms.channels and each not in failed]
    if not reachable:
        return Decision(DueState.NOT_POSSIBLE, _unreachable(facts, terms, failed), due_on, language)
    found = _language(facts, terms, [each.channel for each in reachable])
    if found is None:
        return Decision(DueState.NOT_POSSIBLE, StopReason.LANGUAGE_NOT_APPROVED, due_on, language)
    state = DueState.DUE if due_on <= facts.today else DueState.NOT_YET_DUE
    language, channels = found
    return Decision(state, None, due_on, language, channels)


def is_late(due_on: date, *, today: date, self_sending_days: int) -> bool:
    """Whether an invitation is too late to go out by itself: it waits for somebody who has seen a preview."""
    return due_on + timedelta(days=self_sending_days) < today


def _superseded(facts: ExitFacts, terms: PlanTerms | None) -> StopReason | None:
    if not facts.holds:
        return StopReason.LATER_EXIT
    return StopReason.NEW_PLAN if terms is None else None


def _forbidden(facts: ExitFacts) -> StopReason | None:
    if facts.deceased:
        return StopReason.DECEASED
    if facts.opted_out:
        return StopReason.OPTED_OUT
    if not facts.programme_sends:
        return StopReason.CLOSED_PROGRAMME
    return StopReason.PROTECTED if facts.protected else None


def _unreachable(facts: ExitFacts, terms: PlanTerms, failed: frozenset[Reachable]) -> StopReason:
    if any(each in failed for each in facts.channels if each.channel in terms.channels):
        return StopReason.BOUNCED
    return StopReason.NO_ADDRESS if facts.channels else facts.unreachable


def _language(facts: ExitFacts, terms: PlanTerms, channels: list[str]) -> tuple[str, tuple[str, ...]] | None:
    """The first language to try that any usable channel has, and the channels that have it, best first.

    The person's language through the second channel is worth more than another language through the first.
    """
    for language in facts.languages:
        having = tuple(each for each in channels if language in terms.sendable.get(each, frozenset()))
        if having:
            return language, having
    return None
