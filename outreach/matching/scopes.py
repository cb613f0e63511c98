"""Who sees which rows of matching. Evaluators see figures only.

Mentors and profiles are seen by those who work in their unit. Offers and matches are about participants: they are seen
by those who see the participant; an offer of which nothing was chosen by nobody but who made it, so that no participant
bears the mark of a refusal. What is promised within a match, and notes, are the business of who is responsible for the
mentor: the participant's case workers do not read when they met.
"""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

from crm.actors import Actor, Role
from crm.extension_points import Scope
from crm.participants.models import Participant
from crm.participants.scopes import follows_participant
from outreach.matching.models import Match, MatchInterview, MatchOffer, MatchProfile, Mentor, OfferCandidate
from outreach.matching.promises import CommitmentDone, MentorCommitment, MentorNote
from outreach.matching.states import OfferState

READERS = (Role.COORDINATOR, Role.MANAGER)
FIGURES = (*READERS, Role.EVALUATOR)


def mentor_scope(actor: Actor) -> ColumnElement[bool]:
    """Mentors of one's units."""
    return Mentor.unit_id.in_(actor.unit_ids) if actor.has_role(*READERS) else false()


def interview_scope(actor: Actor) -> ColumnElement[bool]:
    """Talks with the mentors whom one sees."""
    return MatchInterview.mentor_id.in_(select(Mentor.id).where(mentor_scope(actor)))


def profile_scope(actor: Actor) -> ColumnElement[bool]:
    """Profiles of one's units."""
    return MatchProfile.unit_id.in_(actor.unit_ids) if actor.has_role(*READERS) else false()


def offer_scope(actor: Actor) -> ColumnElement[bool]:
    """Offers to participants whom one sees; those of which nothing was chosen only by who made them."""
    unmarked = or_(MatchOffer.state != OfferState.DECLINED, MatchOffer.staff_id == actor.staff_id)
    return and_(follows_participant(MatchOffer.participant_id, actor), unmarked)


def candidate_scope(actor: Actor) -> ColumnElement[bool]:
    """Candidates of the offers that one sees."""
    return OfferCandidate.offer_id.in_(select(MatchOffer.id).where(offer_scope(actor)))


def match_scope(actor: Actor) -> ColumnElement[bool]:
    """Matches of participants whom one sees."""
    return follows_participant(Match.participant_id, actor)


def commitment_scope(actor: Actor) -> ColumnElement[bool]:
    """What the mentors of one's units promise; within a match, who is responsible for the mentor."""
    responsible = select(Mentor.id).where(mentor_scope(actor), _is_responsible(actor))
    within = and_(MentorCommitment.mentor_id.in_(responsible), _not_hidden(MentorCommitment.match_id, actor))
    of_units = MentorCommitment.mentor_id.in_(select(Mentor.id).where(mentor_scope(actor)))
    return and_(of_units, or_(MentorCommitment.match_id.is_(None), within))


def done_scope(actor: Actor) -> ColumnElement[bool]:
    """When the promises that one sees were kept."""
    return CommitmentDone.commitment_id.in_(select(MentorCommitment.id).where(commitment_scope(actor)))


def note_scope(actor: Actor) -> ColumnElement[bool]:
    """One's own notes, and those written while one was responsible for the mentor oneself. No role reads more."""
    sees = select(Mentor.id).where(mentor_scope(actor))
    own = or_(MentorNote.staff_id == actor.staff_id, MentorNote.for_id == actor.staff_id)
    return and_(own, MentorNote.mentor_id.in_(sees), _not_hidden(MentorNote.match_id, actor))


def _is_responsible(actor: Actor) -> ColumnElement[bool]:
    return or_(Mentor.staff_id == actor.staff_id, Mentor.staff_id.is_(None))


def _not_hidden(match_id: object, actor: Actor) -> ColumnElement[bool]:
    """Nothing of a match with a protected participant, but for who sees the participant."""
    protected = (
        exists()
        .where(Match.id == match_id, Participant.id == Match.participant_id, Participant.protected)
        .where(~match_scope(actor))
        .correlate_except(Match, Participant)
    )
    return ~protected


def matching_scopes() -> tuple[Scope, ...]:
    """The scopes of every guarded model of this room."""
    return (
        Scope(Mentor, mentor_scope),
        Scope(MatchInterview, interview_scope),
        Scope(MatchProfile, profile_scope),
        Scope(MatchOffer, offer_scope),
        Scope(OfferCandidate, candidate_scope),
        Scope(Match, match_scope),
        Scope(MentorCommitment, commitment_scope),
        Scope(CommitmentDone, done_scope),
        Scope(MentorNote, note_scope),
    )
