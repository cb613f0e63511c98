"""What somebody says about a call list: plain values between the form and the services."""

from dataclasses import dataclass
from datetime import date

from outreach.lists.models import Wanted


@dataclass(frozen=True)
class ListFields:
    """What can be changed of a list as long as it exists. ``caller_ids``: who calls, at least one."""

    name: str
    script_id: int
    wanted: Wanted = Wanted.REACHED
    target: int | None = None
    deadline: date | None = None
    cooldown_days: int = 30
    lease_minutes: int = 20
    most_attempts: int = 3
    caller_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Listed:
    """An employer that a list would hold. ``reason``: why it would be left out, a value of LeftOut."""

    employer_id: int
    person_id: int | None
    reason: str | None
