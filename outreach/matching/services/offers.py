"""Offering profiles to a participant, and what the participant chose."""

from collections.abc import Sequence

from flask_babel import gettext as _

from crm import clock
from crm.accounts.scopes import locked
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from crm.participants.models import Participant
from outreach.matching.models import Match, MatchOffer, MatchProfile, Mentor, OfferCandidate
from outreach.matching.queries import match_of_offer, possible_candidates
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
    if participant.archived_at is not None or participant.deceased_on is not None:
        raise DomainError(_("Nothing can be offered to this participant any more."))
    wanted = list(dict.fromkeys(profiles))
    possible = {each.profile.public_id: each.profile for each in possible_candidates(actor, clock.today())}
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

    Raises DomainError where something else was chosen before, or the candidate cannot be chosen any more; NotVisible.
    """
    offer = locked(MatchOffer, actor, offer_id)
    picked = next((each for each in offer.candidates if each.public_id == candidate), None)
    if picked is None:
        raise DomainError(_("Choose one of the alternatives."), field="candidate")
    there = match_of_offer(actor, offer.id)
    if picked.chosen and there is not None:
        return there
    _still_open(offer)
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


def _can_be_chosen(actor: Actor, picked: OfferCandidate) -> MatchProfile:
    """The profile, if it may still be offered and a place is free: looked at again now, with the mentor locked."""
    if picked.profile.mentor_id is not None:
        locked(Mentor, actor, picked.profile.mentor_id)
    possible = {each.profile.id: each for each in possible_candidates(actor, clock.today())}
    found = possible.get(picked.profile_id)
    if found is None:
        raise DomainError(_("This profile cannot be chosen any more. Choose another one, or make a new offer."))
    if found.free == 0:
        raise DomainError(_("This mentor has no room for one more match now."))
    return found.profile
