"""What matching keeps about a participant, in words, for their own export. All of it goes with the participant."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select

from crm.accounts.scopes import trusted
from crm.db import current_session
from crm.extension_points import PersonData
from outreach.matching.models import Match, MatchOffer
from outreach.matching.promises import CommitmentDone, MentorCommitment, MentorNote

_OWN = "the person's own export, checked by the caller"


def export_matching(participant_id: int) -> list[PersonData]:
    """Every offer, match and promise within a match, and every note that names the person's match."""
    matches = _all(select(Match).where(Match.participant_id == participant_id).order_by(Match.id))
    ids = [match.id for match in matches]
    offers = _all(select(MatchOffer).where(MatchOffer.participant_id == participant_id).order_by(MatchOffer.id))
    promises = _all(select(MentorCommitment).where(MentorCommitment.match_id.in_(ids)).order_by(MentorCommitment.id))
    notes = _all(select(MentorNote).where(MentorNote.match_id.in_(ids)).order_by(MentorNote.id))
    return [
        PersonData("Offers of mentors and employers", [_offer(offer) for offer in offers]),
        PersonData("Matches", [_match(match) for match in matches]),
        PersonData("Promises within matches", [_promise(promise) for promise in promises]),
        PersonData("Notes about matches", [{"at": note.created_at, "note": note.text} for note in notes]),
    ]


def _offer(offer: MatchOffer) -> Mapping[str, object]:
    return {
        "made": offer.created_at,
        "profiles": ", ".join(each.profile.texts.get("name", "") for each in offer.candidates),
        "state": offer.state.value,
        "chosen": ", ".join(each.profile.texts.get("name", "") for each in offer.candidates if each.chosen),
        "chosen_by": offer.chosen_by.value if offer.chosen_by else None,
        "chosen_with": offer.chosen_name,
        "decided": offer.decided_on,
    }


def _match(match: Match) -> Mapping[str, object]:
    about = match.mentor or match.employer
    return {
        "with": about.name if about else None,
        "made": match.made_on,
        "first_met": match.begun_on,
        "ended": match.ended_on,
        "reason": match.end_reason,
    }


def _promise(promise: MentorCommitment) -> Mapping[str, object]:
    days = select(CommitmentDone.on_date).where(
        CommitmentDone.commitment_id == promise.id, CommitmentDone.removed_at.is_(None)
    )
    kept = current_session().scalars(trusted(days.order_by(CommitmentDone.on_date), because=_OWN)).all()
    return {
        "kind": promise.kind,
        "text": promise.text,
        "every_days": promise.every_days,
        "times": promise.times,
        "from": promise.starts_on,
        "kept_on": ", ".join(day.isoformat() for day in kept),
    }


def _all(statement: Select[Any]) -> Sequence[Any]:
    return current_session().scalars(trusted(statement, because=_OWN)).all()
