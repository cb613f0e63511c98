"""What others than the placement's own page read of a placement."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class CountedPlacement:
    """What is counted of a placement: nothing of the person but a number that tells one from another."""

    id: int
    participant_id: int
    kind: str
    status: str
    starts_on: date
    ends_on: date | None
    end_reason: str | None
