"""Reads of mentors, profiles, offers and matches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.scopes import trusted, visible
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer, RegisterStatus
from crm.errors import NotVisible
from crm.folding import fold
from outreach.matching.models import Match, MatchInterview, MatchOffer, MatchProfile, Mentor, OfferCandidate
from outreach.matching.profile_fields import is_agreed
from outreach.matching.promises import MentorNote
from outreach.matching.states import MatchState, MentorState, OfferState, mentor_state

_COUNT = "a count without persons"


@dataclass(frozen=True)
class MentorLine:
    """A mentor with where they stand, and how many matches run; of participants nobody is named."""

    mentor: Mentor
    state: MentorState
    matches: int

    @property
    def has_room(self) -> bool:
        """Whether one more match fits."""
        return self.matches < self.mentor.capacity

    @property
    def lacks_profile(self) -> bool:
        """Whether a mentor waits who cannot be offered yet: without a profile to which they have agreed."""
        profile = self.mentor.profile
        return self.state is MentorState.IDLE and (profile is None or not is_agreed(profile))


@dataclass(frozen=True)
class MentorFilters:
    """What a list of mentors is narrowed to. ``state``: one of MentorState, "ready" (matched or waiting), or empty."""

    q: str = ""
    state: str = ""
    municipality: str = ""
    unit_id: int | None = None


@dataclass(frozen=True)
class MatchFilters:
    """What a list of matches is narrowed to. The period is that in which they were made."""

    state: str = ""
    reason: str = ""
    since: date | None = None
    until: date | None = None
    unit_ids: Collection[int] | None = None


def running_by_mentor(mentor_ids: Collection[int]) -> dict[int, int]:
    """How many matches of these mentors run, whoever may see them. The caller has checked the mentors."""
    statement = (
        select(Match.mentor_id, func.count())
        .where(Match.mentor_id.in_(mentor_ids), Match.ended_on.is_(None))
        .group_by(Match.mentor_id)
    )
    rows = current_session().execute(trusted(statement, because=_COUNT))
    return {mentor_id: count for mentor_id, count in rows if mentor_id is not None}


def mentor_line(mentor: Mentor, matches: int, on: date) -> MentorLine:
    """A mentor whom the caller has checked, with where they stand."""
    state = mentor_state(
        paused_on=mentor.paused_on, pause_until=mentor.pause_until, stopped_on=mentor.stopped_on, matches=matches, on=on
    )
    return MentorLine(mentor, state, matches)


def mentor_lines(mentors: Sequence[Mentor], on: date) -> list[MentorLine]:
    """The same for many; one statement."""
    running = running_by_mentor([mentor.id for mentor in mentors])
    return [mentor_line(mentor, running.get(mentor.id, 0), on) for mentor in mentors]


def mentors(actor: Actor, filters: MentorFilters, on: date) -> Select[Mentor]:
    """The mentors whom the actor sees under the filters, not in any order yet."""
    loaded = (joinedload(Mentor.staff), joinedload(Mentor.unit), joinedload(Mentor.profile))
    statement = visible(Mentor, actor).options(*loaded)
    if filters.q:
        words = fold(filters.q).split()
        statement = statement.where(*(Mentor.sort_name.contains(word, autoescape=True) for word in words))
    if filters.municipality:
        statement = statement.where(Mentor.municipality == filters.municipality)
    if filters.unit_id is not None:
        statement = statement.where(Mentor.unit_id == filters.unit_id)
    if filters.state:
        statement = statement.where(in_state(filters.state, on))
    return statement


def in_state(state: str, on: date) -> ColumnElement[bool]:
    """The condition of a state, as outreach.matching.states.mentor_state has it; "ready" is matched or waiting."""
    stopped = and_(Mentor.stopped_on.is_not(None), Mentor.stopped_on <= on)
    lasts = or_(Mentor.pause_until.is_(None), Mentor.pause_until >= on)
    paused = and_(~_decided(stopped), Mentor.paused_on.is_not(None), Mentor.paused_on <= on, lasts)
    ready = and_(~_decided(stopped), or_(Mentor.paused_on.is_(None), Mentor.paused_on > on, ~lasts))
    matched = exists().where(Match.mentor_id == Mentor.id, Match.ended_on.is_(None)).correlate_except(Match)
    conditions: Mapping[str, ColumnElement[bool]] = {
        MentorState.STOPPED: stopped,
        MentorState.PAUSED: paused,
        MentorState.ACTIVE: and_(ready, matched),
        MentorState.IDLE: and_(ready, ~matched),
        "ready": ready,
    }
    return conditions.get(state, Mentor.id.is_not(None))


def _decided(stopped: ColumnElement[bool]) -> ColumnElement[bool]:
    """``stopped`` as true or false: a comparison with nothing would be neither."""
    return func.coalesce(stopped, False)


def municipalities_of(actor: Actor) -> list[str]:
    """The municipalities of the mentors whom the actor sees, by name."""
    column = Mentor.municipality
    statement = visible(Mentor, actor).with_only_columns(column).where(column.is_not(None)).distinct().order_by(column)
    return [each for each in current_session().scalars(statement) if each]


def interviews_of(actor: Actor, mentor_id: int) -> list[MatchInterview]:
    """The talks with a mentor, the newest first."""
    statement = visible(MatchInterview, actor).where(MatchInterview.mentor_id == mentor_id)
    statement = statement.order_by(MatchInterview.on_date.desc(), MatchInterview.id.desc())
    return list(current_session().scalars(statement))


def profile_of_mentor(actor: Actor, mentor_id: int) -> MatchProfile | None:
    """The profile of a mentor."""
    return current_session().scalar(visible(MatchProfile, actor).where(MatchProfile.mentor_id == mentor_id))


def profile_of_employer(actor: Actor, employer_id: int) -> MatchProfile | None:
    """The profile that the actor's home unit has of an employer."""
    statement = visible(MatchProfile, actor).where(
        MatchProfile.employer_id == employer_id, MatchProfile.unit_id == actor.unit_id
    )
    return current_session().scalar(statement)


def talks_to_respect(actor: Actor, mentor_ids: Collection[int]) -> dict[int, MatchInterview]:
    """Of each mentor the newest talk in which something was said that a match has to respect; one statement."""
    statement = visible(MatchInterview, actor).where(MatchInterview.mentor_id.in_(mentor_ids))
    rows = current_session().scalars(statement.order_by(MatchInterview.on_date, MatchInterview.id))
    return {row.mentor_id: row for row in rows if row.attention or row.answers.get("limits")}


def notes_on(actor: Actor, mentor_id: int) -> list[MentorNote]:
    """The notes on a mentor that the actor may read, the newest first."""
    statement = visible(MentorNote, actor).where(MentorNote.mentor_id == mentor_id, MentorNote.removed_at.is_(None))
    return list(current_session().scalars(statement.order_by(MentorNote.created_at.desc(), MentorNote.id.desc())))


def matches_of_mentor(actor: Actor, mentor_id: int) -> list[Match]:
    """The matches of a mentor with participants whom the actor sees, the newest first."""
    statement = visible(Match, actor).where(Match.mentor_id == mentor_id).options(joinedload(Match.participant))
    return list(current_session().scalars(statement.order_by(Match.made_on.desc(), Match.id.desc())))


def matches_of_participant(actor: Actor, participant_id: int) -> list[Match]:
    """The matches of a participant that have not ended, the newest first."""
    statement = visible(Match, actor).where(Match.participant_id == participant_id, Match.ended_on.is_(None))
    statement = statement.options(joinedload(Match.mentor), joinedload(Match.employer))
    return list(current_session().scalars(statement.order_by(Match.made_on.desc(), Match.id.desc())))


def open_offers(actor: Actor, participant_id: int | None = None) -> list[MatchOffer]:
    """Offers that wait for a choice: of one participant, or of all whom the actor sees; the oldest first."""
    statement = visible(MatchOffer, actor).where(MatchOffer.state == OfferState.OPEN)
    if participant_id is not None:
        statement = statement.where(MatchOffer.participant_id == participant_id)
    statement = statement.options(joinedload(MatchOffer.participant), selectinload(MatchOffer.candidates))
    return list(current_session().scalars(statement.order_by(MatchOffer.id).limit(100)).unique())


def matches(actor: Actor, filters: MatchFilters) -> Select[Match]:
    """The matches of participants whom the actor sees under the filters; not in any order yet."""
    statement = visible(Match, actor).options(
        joinedload(Match.participant), joinedload(Match.mentor), joinedload(Match.employer)
    )
    return statement.where(*match_conditions(filters))


def match_conditions(filters: MatchFilters) -> list[ColumnElement[bool]]:
    """What the filters mean: the figures and the rows behind them are counted by the same conditions."""
    found: list[ColumnElement[bool]] = []
    if filters.unit_ids is not None:
        found.append(Match.unit_id.in_(filters.unit_ids))
    if filters.since is not None:
        found.append(Match.made_on >= filters.since)
    if filters.until is not None:
        found.append(Match.made_on <= filters.until)
    if filters.reason:
        found.append(Match.end_reason == filters.reason)
    states = {
        MatchState.ENDED: Match.ended_on.is_not(None),
        MatchState.MADE: and_(Match.ended_on.is_(None), Match.begun_on.is_(None)),
        MatchState.RUNNING: and_(Match.ended_on.is_(None), Match.begun_on.is_not(None)),
        "holds": Match.ended_on.is_(None),
    }
    if filters.state in states:
        found.append(states[filters.state])
    return found


@dataclass(frozen=True)
class Possible:
    """A profile that can be offered now. ``free``: how many more matches fit; None: no limit."""

    profile: MatchProfile
    free: int | None


def possible_candidates(actor: Actor, on: date, *, participant_id: int | None = None) -> list[Possible]:
    """The profiles that may be offered: agreed to, of mentors who are ready, those with room first, and of employers
    who may be approached; with ``participant_id`` without those whom the participant is matched with."""
    statement = visible(MatchProfile, actor).where(
        MatchProfile.withdrawn_at.is_(None), MatchProfile.agreed_on.is_not(None)
    )
    statement = statement.outerjoin(Mentor, Mentor.id == MatchProfile.mentor_id)
    statement = statement.outerjoin(Employer, Employer.id == MatchProfile.employer_id)
    # Where there is no mentor, nobody pauses: an employer would be taken for one who is ready.
    ready = and_(Mentor.id.is_not(None), in_state("ready", on))
    statement = statement.where(or_(ready, _may_be_offered()))
    if participant_id is not None:
        statement = statement.where(~_matched_with(participant_id))
    statement = statement.options(joinedload(MatchProfile.mentor), joinedload(MatchProfile.employer))
    order = (MatchProfile.employer_id.is_not(None), Mentor.sort_name, Employer.sort_name, MatchProfile.id)
    profiles = [each for each in current_session().scalars(statement.order_by(*order)) if is_agreed(each)]
    running = running_by_mentor([each.mentor_id for each in profiles if each.mentor_id is not None])
    found = [Possible(each, _free(each, running)) for each in profiles]
    return sorted(found, key=lambda each: each.free == 0)


def _may_be_offered() -> ColumnElement[bool]:
    return and_(
        Employer.id.is_not(None),
        Employer.do_not_contact.is_(False),
        Employer.archived_at.is_(None),
        Employer.register_status == RegisterStatus.ACTIVE,
    )


def _matched_with(participant_id: int) -> ColumnElement[bool]:
    theirs = or_(Match.mentor_id == MatchProfile.mentor_id, Match.employer_id == MatchProfile.employer_id)
    running = exists().where(Match.participant_id == participant_id, Match.ended_on.is_(None), theirs)
    return running.correlate_except(Match)


def _free(profile: MatchProfile, running: Mapping[int, int]) -> int | None:
    if profile.mentor is None:
        return None
    return max(0, profile.mentor.capacity - running.get(profile.mentor.id, 0))


def offer_page(actor: Actor, public_id: str) -> MatchOffer | None:
    """An offer with its candidates and their profiles."""
    profiles = selectinload(MatchOffer.candidates).joinedload(OfferCandidate.profile)
    statement = visible(MatchOffer, actor).where(MatchOffer.public_id == public_id)
    statement = statement.options(
        joinedload(MatchOffer.participant), profiles.joinedload(MatchProfile.mentor),
        profiles.joinedload(MatchProfile.employer),
    )  # fmt: skip
    return current_session().scalar(statement)


def participant_of_offer(actor: Actor, offer_id: int) -> int:
    """To whom an offer was made. Raises NotVisible."""
    statement = visible(MatchOffer, actor).with_only_columns(MatchOffer.participant_id)
    found = current_session().scalar(statement.where(MatchOffer.id == offer_id))
    if found is None:
        raise NotVisible("Not found, or not visible to you.")
    return int(found)


def match_of_offer(actor: Actor, offer_id: int) -> Match | None:
    """The match that came of an offer."""
    return current_session().scalar(visible(Match, actor).where(Match.offer_id == offer_id))


def names_by_match(actor: Actor, match_ids: Collection[int]) -> dict[int, Any]:
    """The participants of matches, of those whom the actor sees."""
    statement = visible(Match, actor).where(Match.id.in_(match_ids)).options(joinedload(Match.participant))
    return {match.id: match.participant for match in current_session().scalars(statement)}
