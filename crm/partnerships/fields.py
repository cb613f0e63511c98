"""What services of this feature are given, as plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PartnershipFields:
    """A partnership: name and first day are all that is required."""

    name: str
    starts_on: date
    ends_on: date | None = None
    owner_id: int | None = None
    person_id: int | None = None
    may_publish: bool = False
    note: str | None = None


@dataclass(frozen=True)
class CommitmentFields:
    """A promise. ``kind`` is a code of commitment_type, ``placement_kinds`` codes of placement_type."""

    kind: str
    text: str
    quantity: int
    starts_on: date
    ends_on: date
    unit_of_measure: str | None = None
    target_group: str | None = None
    placement_kinds: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    baseline: str | None = None
    measure: str | None = None
    at_risk: bool = False


@dataclass(frozen=True)
class EvidenceFields:
    """What shows that a commitment is kept. ``quantity`` counts where nothing else does."""

    on_date: date
    text: str
    quantity: int = 1
    link: str | None = None
    contact_id: int | None = None


@dataclass(frozen=True)
class TestimonialFields:
    """What somebody at an employer said. It is published only with their consent."""

    __test__ = False

    said_by: str
    said_on: date
    text: str
    person_id: int | None = None
    may_publish: bool = False
    consent_on: date | None = None
