"""A mentor with everything that hangs on one, for the route tests; the module is switched on."""

import secrets
from datetime import date

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.attachments.models import Attachment
from crm.attachments.store import store
from crm.participants.models import Participant
from outreach.matching.models import Match, MatchInterview, MatchOffer, MatchProfile, Mentor, OfferCandidate
from outreach.matching.photo import JPEG
from outreach.matching.promises import CommitmentDone, MentorCommitment, MentorNote
from outreach.matching.states import ChosenBy
from tests.world import World

_DAY = date(2026, 4, 1)
_PHOTO = b"\xff\xd8\xff\xd9"
"""The first and the last bytes of a JPEG."""


def matching_objects(world: World, unit: Unit, staff: Staff, participant: Participant, *, note: str) -> dict[str, str]:
    """One row of each kind that a parameter of these features names, all of one unit."""
    unit.modules = [*unit.modules, "matching"]
    world.save(unit)
    now = clock.now()
    mentor = world.save(
        Mentor(
            name=note, sort_name=note, unit_id=unit.id, staff_id=staff.id, recruited_on=_DAY, capacity=2,
            created_at=now,
        )
    )  # fmt: skip
    profile = world.save(
        MatchProfile(
            unit_id=unit.id, mentor_id=mentor.id, texts={"name": note}, agreed=["name"], agreed_on=_DAY, created_at=now
        )
    )
    _add_photo(world, profile)
    offer = MatchOffer(participant_id=participant.id, unit_id=unit.id, staff_id=staff.id, created_at=now)
    offer.candidates.append(OfferCandidate(profile_id=profile.id, position=1))
    match = world.save(
        Match(
            participant_id=participant.id, mentor_id=mentor.id, unit_id=unit.id, staff_id=staff.id,
            chosen_by=ChosenBy.PARTICIPANT, made_on=_DAY, created_at=now,
        )
    )  # fmt: skip
    promise = world.save(
        MentorCommitment(
            mentor_id=mentor.id, match_id=match.id, kind="meeting", text=note, every_days=14, starts_on=_DAY,
            created_at=now,
        )
    )  # fmt: skip
    rows = {
        "match-offers": offer,
        "match-interviews": MatchInterview(mentor_id=mentor.id, on_date=_DAY, answers={"why": note}, created_at=now),
        "mentor-dones": CommitmentDone(commitment_id=promise.id, on_date=_DAY, staff_id=staff.id, created_at=now),
        "mentor-notes": MentorNote(mentor_id=mentor.id, staff_id=staff.id, text=note, created_at=now),
    }
    found = {kind: world.save(row).public_id for kind, row in rows.items()}
    return found | {
        "mentors": mentor.public_id,
        "match-profiles": profile.public_id,
        "matches": match.public_id,
        "mentor-commitments": promise.public_id,
    }


def _add_photo(world: World, profile: MatchProfile) -> None:
    photo = Attachment(
        owner_kind=MatchProfile.__tablename__, owner_ref=profile.public_id, unit_id=profile.unit_id,
        filename="photo.jpg", size=len(_PHOTO), media_type=JPEG, sha256="0" * 64, file_key=secrets.token_hex(16),
        created_at=clock.now(),
    )  # fmt: skip
    store().put(photo.file_key, _PHOTO)
    profile.photo_id = world.save(photo).id
    world.save(profile)


MATCHING_KINDS = frozenset(
    {
        "mentors", "match-profiles", "match-offers", "match-interviews", "matches", "mentor-commitments",
        "mentor-dones", "mentor-notes",
    }
)  # fmt: skip
"""What of this belongs to one unit."""
