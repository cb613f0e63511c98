"""Offering profiles to a participant, and what the participant chose."""

from collections.abc import Sequence

from flask_babel import gettext as _

from crm import clock
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.employers.models import Employer
from crm.errors import DomainError
from crm.participants.models import Participant
from outreach.matching.choosing import why_not
from outreach.matching.models import Match, MatchOffer, MatchProfile, Mentor, OfferCandidate
from outreach.matching.queries import match_of_offer, participant_of_offer, possible_candidates
from outreach.matching.services.matches import make_match, tell_match
from outreach.matching.services.writing import made_before, write_match_down
from outreach.matching.states import ChosenBy, OfferState

FEWEST, MOST = 2, 3
MOST_AT_ALL = 8


def make_offer(
    actor: Actor,
    *,
    participant_id: int,
    profiles: Sequence[str],
    other_number: bool = False,
    submission_key: str | None = None,
) -> MatchOffer:
    """Offer profiles (by public id, in this order) to a participant. The same ``submission_key`` makes one offer.

    Two or three are a choice: other numbers raise DomainError (field ``other_number``) unless said on purpose. Raises
    DomainError for a profile that may not be offered now, and NotVisible.
    """
    participant = locked(Participant, actor, participant_id)
    there = made_before(MatchOffer, submission_key)
    if there is not None:
        return there
    _still_here(participant)
    wanted = list(dict.fromkeys(profiles))
    found = possible_candidates(actor, clock.today(), participant_id=participant.id)
    possible = {each.profile.public_id: each.profile for each in found}
    if not wanted or len(wanted) > MOST_AT_ALL or any(each not in possible for each in wanted):
        raise DomainError(_("Choose profiles that can be offered now."), field="profiles")
    if not FEWEST <= len(wanted) <= MOST and not other_number:
        message = _(
            "Two or three profiles are a choice. Choose another number, or tick this to offer them all the same."
        )
        raise DomainError(message, field="other_number")
    offer = MatchOffer(
        participant_id=participant.id, unit_id=participant.unit_id, staff_id=actor.staff_id, state=OfferState.OPEN,
        submission_key=submission_key, created_at=clock.now(),
        candidates=[
            OfferCandidate(profile_id=possible[public_id].id, position=place)
            for place, public_id in enumerate(wanted, start=1)
        ],
    )  # fmt: skip
    current_session().add(offer)
    current_session().flush()  # The page of the offer is opened next.
    write_match_down(actor, offer, "match_offered")
    return offer


def choose(
    actor: Actor, *, offer_id: int, candidate: str, by: ChosenBy = ChosenBy.PARTICIPANT, name: str = ""
) -> Match:
    """Write down which candidate (by public id) was chosen and by whom: a match is made. May be repeated.

    Everything is looked at again: what was possible when the profiles were offered may be so no more. Raises
    DomainError where something else was chosen before, or the participant, the mentor or the employer cannot be matched
    any more; NotVisible.
    """
    # The participant first, as where an offer is made and where a participant is erased.
    participant = locked(Participant, actor, participant_of_offer(actor, offer_id))
    offer = locked(MatchOffer, actor, offer_id)
    picked = next((each for each in offer.candidates if each.public_id == candidate), None)
    if picked is None:
        raise DomainError(_("Choose one of the alternatives."), field="candidate")
    there = match_of_offer(actor, offer.id)
    if picked.chosen and there is not None:
        return there
    _still_open(offer)
    _still_here(participant)
    profile = _can_be_chosen(actor, picked)
    offer.state, offer.chosen_by, picked.chosen = OfferState.CHOSEN, by, True
    offer.chosen_name = None if by is ChosenBy.PARTICIPANT else name.strip()[:120] or None
    offer.decided_on = clock.today()
    offer.version_id += 1
    match = make_match(actor, offer=offer, profile=profile)
    write_match_down(actor, offer, "match_chosen")
    return match


def decline(actor: Actor, *, offer_id: int) -> MatchOffer:
    """The participant chose none of them. No reason is asked, and nobody else sees it. May be repeated."""
    offer = locked(MatchOffer, actor, offer_id)
    if offer.state is not OfferState.DECLINED:
        _still_open(offer)
        offer.state, offer.decided_on = OfferState.DECLINED, clock.today()
        # Whoever writes it down is the one who goes on seeing it.
        offer.staff_id = actor.staff_id
        offer.version_id += 1
        write_match_down(actor, offer, "match_offer_closed")
    return offer


def withdraw_offer(actor: Actor, *, offer_id: int) -> MatchOffer:
    """Take an offer back before anything was chosen. May be repeated."""
    offer = locked(MatchOffer, actor, offer_id)
    if offer.state is not OfferState.WITHDRAWN:
        _still_open(offer)
        offer.state, offer.decided_on = OfferState.WITHDRAWN, clock.today()
        offer.version_id += 1
        write_match_down(actor, offer, "match_offer_withdrawn")
    return offer


def reopen_offer(actor: Actor, *, offer_id: int) -> MatchOffer:
    """Take back what was chosen, or that nothing was: it can be chosen again. The match that was made of it goes.

    May be repeated. Raises DomainError when they have met already: then the match is ended instead.
    """
    offer = locked(MatchOffer, actor, offer_id)
    if offer.state is OfferState.OPEN:
        return offer
    match = match_of_offer(actor, offer.id)
    if match is not None:
        if match.begun_on is not None or match.ended_on is not None:
            raise DomainError(_("They have met already. End the match instead."))
        tell_match(match, None)
        current_session().delete(match)
    for each in offer.candidates:
        each.chosen = False
    offer.state, offer.chosen_by, offer.chosen_name, offer.decided_on = OfferState.OPEN, None, None, None
    offer.version_id += 1
    write_match_down(actor, offer, "match_offer_reopened")
    return offer


def _still_open(offer: MatchOffer) -> None:
    if offer.state is not OfferState.OPEN:
        raise DomainError(_("This has been decided already. Take that back first."))


def _still_here(participant: Participant) -> None:
    if participant.archived_at is not None or participant.deceased_on is not None:
        raise DomainError(_("Nothing can be offered to this participant any more."))


def _can_be_chosen(actor: Actor, picked: OfferCandidate) -> MatchProfile:
    """The profile, if it may still be offered and a place is free: looked at again, with whom it is about locked."""
    # In the order in which profiles are written: whom it is about, then the profile.
    if picked.profile.mentor_id is not None:
        locked(Mentor, actor, picked.profile.mentor_id)
    if picked.profile.employer_id is not None:
        locked(Employer, actor, picked.profile.employer_id)
    profile = locked(MatchProfile, actor, picked.profile_id)
    found = possible_candidates(actor, clock.today(), participant_id=picked.offer.participant_id)
    possible = next((each for each in found if each.profile.id == profile.id), None)
    if possible is None or possible.free == 0:
        raise DomainError(why_not(profile, clock.today()), field="candidate")
    return profile
