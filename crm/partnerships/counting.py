"""What was promised against what was delivered, counted from placements, contacts and evidence; never typed in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from crm.partnerships.models import Commitment, CommitmentEvidence, Partnership
from crm.placements.facts import CountedPlacement

# Kinds of placement (picklist placement_type) in which the participant is employed.
HIRES = frozenset(
    {
        "ordinary_work", "dk_hours", "dk_fleksjob", "dk_wage_subsidy", "se_new_start", "se_intro", "se_wage_subsidy",
        "no_wage_subsidy_temp", "no_wage_subsidy_perm", "fi_pay",
    }
)  # fmt: skip
_NOT_BEGUN = frozenset({"planned", "clarified", "approved", "cancelled"})
_NOT_MET = frozenset({"not_called", "no_answer", "wrong_person"})
FROM_PLACEMENTS = frozenset({"places", "hires"})
FROM_CONTACTS = frozenset({"job_shadowing", "event"})
STATUS_COLORS = {
    "planned": "neutral",
    "on_track": "info",
    "at_risk": "warning",
    "delivered": "success",
    "partly": "warning",
    "not_delivered": "danger",
    "cancelled": "neutral",
}
OPEN = frozenset({"planned", "on_track", "at_risk"})


@dataclass(frozen=True)
class PlaceFact(CountedPlacement):
    """What is counted of a placement, and where it is."""

    employer_id: int
    unit_id: int


@dataclass(frozen=True)
class ContactFact:
    """What is counted of a contact."""

    id: int
    employer_id: int
    unit_id: int
    channel: str
    purpose: str | None
    outcome: str
    participant_present: bool
    on_date: date


@dataclass(frozen=True)
class Facts:
    """Everything that may count for some partnerships. ``employers``, ``units``: each with those below."""

    employers: Mapping[int, frozenset[int]]
    units: Mapping[int, frozenset[int]]
    places: Sequence[PlaceFact] = ()
    contacts: Sequence[ContactFact] = ()
    evidence: Sequence[CommitmentEvidence] = ()


@dataclass(frozen=True)
class Delivered:
    """A commitment with what was counted for it on a day: the ids of the rows, and where it stands."""

    commitment: Commitment
    count: int
    status: str
    place_ids: frozenset[int] = frozenset()
    contact_ids: frozenset[int] = frozenset()
    evidence: Sequence[CommitmentEvidence] = field(default_factory=tuple)

    @property
    def promised(self) -> int:
        """The quantity that was promised; nothing any more when it was cancelled."""
        return 0 if self.status == "cancelled" else self.commitment.quantity

    @property
    def share(self) -> float | None:
        """Delivered of promised; None where nothing is promised any more."""
        return self.count / self.promised if self.promised else None

    @property
    def is_open(self) -> bool:
        """Whether something is still expected."""
        return self.status in OPEN

    @property
    def is_late(self) -> bool:
        """Whether its time is over and not everything came."""
        return self.status in {"partly", "not_delivered"}


def delivered(commitment: Commitment, facts: Facts, *, on: date) -> Delivered:
    """What was delivered of one commitment until a day (included)."""
    partnership = commitment.partnership
    employers = facts.employers[partnership.employer_id]
    units = facts.units[partnership.unit_id]
    until = min(on, last_day(commitment))

    def counts(employer_id: int, unit_id: int, day: date) -> bool:
        return employer_id in employers and unit_id in units and commitment.starts_on <= day <= until

    places = _places(commitment, facts.places, counts) if commitment.kind in FROM_PLACEMENTS else []
    contacts = [each for each in facts.contacts if _shows(commitment.kind, each) and counts(*_where(each))]
    evidence = [
        each
        for each in facts.evidence
        if each.commitment_id == commitment.id and commitment.starts_on <= each.on_date <= until
    ]
    if commitment.kind == "hires":
        count = len({each.participant_id for each in places})
    elif commitment.kind == "places":
        count = len(places)
    elif commitment.kind in FROM_CONTACTS:
        count = len(contacts)
    else:
        count = sum(each.quantity for each in evidence)
    return Delivered(
        commitment=commitment,
        count=count,
        status=status_of(commitment, count, on=on),
        place_ids=frozenset(each.id for each in places),
        contact_ids=frozenset(each.id for each in contacts),
        evidence=evidence,
    )


def status_of(commitment: Commitment, count: int, *, on: date) -> str:
    """A code of commitment_status, from the count and the day.

    At risk: somebody said so, or half of the time has passed and less than half of what should be there by then is.
    """
    if commitment.cancelled_on is not None:
        return "cancelled"
    if count >= commitment.quantity:
        return "delivered"
    if on > last_day(commitment):
        return "partly" if count else "not_delivered"
    if on < commitment.starts_on:
        return "planned"
    whole = (commitment.ends_on - commitment.starts_on).days + 1
    passed = (on - commitment.starts_on).days + 1
    behind = 2 * passed >= whole and 2 * count * whole < commitment.quantity * passed
    return "at_risk" if commitment.at_risk or behind else "on_track"


def last_day(commitment: Commitment) -> date:
    """The last day on which something counts: its own, or that of a partnership that ended before."""
    partnership: Partnership | None = commitment.partnership
    ended_on = partnership.ended_on if partnership is not None else None
    return min(commitment.ends_on, ended_on) if ended_on is not None else commitment.ends_on


def overlapping(commitments: Iterable[Commitment]) -> set[int]:
    """Ids of commitments of one partnership that count the same rows: same kind, overlapping in time."""
    found: set[int] = set()
    rows = [each for each in commitments if each.cancelled_on is None and each.kind in FROM_PLACEMENTS | FROM_CONTACTS]
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            apart = one.ends_on < other.starts_on or other.ends_on < one.starts_on
            different = (
                one.placement_kinds
                and other.placement_kinds
                and not (set(one.placement_kinds) & set(other.placement_kinds))
            )
            if one.kind == other.kind and not apart and not different:
                found |= {one.id, other.id}
    return found


def _places(
    commitment: Commitment, places: Iterable[PlaceFact], counts: Callable[[int, int, date], bool]
) -> list[PlaceFact]:
    found = []
    for each in places:
        day = _day_of_hire(commitment, each) if commitment.kind == "hires" else _day_of_place(commitment, each)
        if day is not None and counts(each.employer_id, each.unit_id, day):
            found.append(each)
    return found


def _day_of_place(commitment: Commitment, place: PlaceFact) -> date | None:
    if place.status in _NOT_BEGUN:
        return None
    wanted = place.kind in commitment.placement_kinds if commitment.placement_kinds else place.kind not in HIRES
    return place.starts_on if wanted else None


def _day_of_hire(commitment: Commitment, place: PlaceFact) -> date | None:
    """The day on which somebody was employed: the first one of a job, or the last one of a place that led to one."""
    if place.status in _NOT_BEGUN:
        return None
    wanted = place.kind in commitment.placement_kinds if commitment.placement_kinds else place.kind in HIRES
    if wanted:
        return place.starts_on
    return place.ends_on if place.end_reason == "hired" and not commitment.placement_kinds else None


def _shows(kind: str, contact: ContactFact) -> bool:
    if contact.outcome in _NOT_MET:
        return False
    if kind == "event":
        return contact.channel == "event"
    visit = contact.channel == "visit"
    return kind == "job_shadowing" and visit and (contact.participant_present or contact.purpose == "csr")


def _where(contact: ContactFact) -> tuple[int, int, date]:
    return contact.employer_id, contact.unit_id, contact.on_date
