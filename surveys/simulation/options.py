"""What a rehearsal is told: how many people leave, over how many days, what they do and what fails."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

WAVES = ("exit", "follow_up_90")
FIRST_DAY = date(2026, 1, 12)
"""A Monday in winter, so that 100 days and more pass the change to summer time."""


class Unaskable(StrEnum):
    """Which receivers cannot say whether they have a message, so that a doubt waits for staff."""

    NONE = "none"
    EMAIL = "email"
    SMS = "sms"
    BOTH = "both"

    def includes(self, channel: str) -> bool:
        """Whether the receiver of ``channel`` cannot be asked."""
        return self is Unaskable.BOTH or self.value == channel


@dataclass(frozen=True)
class PlanChange:
    """What a follow-up plan shall say instead of what it says. None leaves it as it is."""

    wave: str = "follow_up_90"
    days_after: int | None = None
    channels: tuple[str, ...] | None = None
    reminders: tuple[int, ...] | None = None
    close_days: int | None = None

    @property
    def changes_something(self) -> bool:
        """Whether anything was said at all."""
        return (self.days_after, self.channels, self.reminders, self.close_days) != (None, None, None, None)


@dataclass(frozen=True)
class Options:
    """One rehearsal. The same options and seed give the same result, as long as nothing is killed."""

    exits: int = 50
    days: int = 150
    seed: int = 1
    crash: float = 0.0
    """The chance that the sender is killed while it has a message in hand."""
    answer_rate: float = 0.6
    unaskable: Unaskable = Unaskable.SMS
    plan: PlanChange = field(default_factory=PlanChange)
    database_url: str | None = None
    first_day: date = FIRST_DAY
