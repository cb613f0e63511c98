"""What somebody who opens a survey may do now."""

from datetime import date
from enum import StrEnum

from crm import clock
from surveys.dispositions import DueState, StopReason
from surveys.due_rows import unit_of
from surveys.models import DueRow

_REFUSALS = frozenset({StopReason.DECLINED, StopReason.OPTED_OUT})
_NEVER = frozenset({StopReason.DECEASED, StopReason.DUPLICATE, StopReason.NEVER_ENROLLED})
_OVER = frozenset({DueState.PARTLY_ANSWERED, DueState.CLOSED_WITHOUT_ANSWER, DueState.SUPERSEDED})


class Standing(StrEnum):
    """Open: questions can be answered. The others are pages that say kindly why not."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"
    OVER = "over"


def standing_of(row: DueRow) -> Standing:
    """Where the holder of a row's link stands today.

    A row that nothing can be sent for may still be answered by somebody who holds the link: a protected person with
    a code on the coordinator's screen, somebody without an address.
    """
    return standing_at(row.state, row.reason, closes_on=row.closes_on, time_zone=unit_of(row).time_zone)


def standing_at(state: DueState, reason: str | None, *, closes_on: date | None, time_zone: str) -> Standing:
    """The same for what was read of a row. ``time_zone`` is that of its unit."""
    if state is DueState.ANSWERED:
        return Standing.DONE
    if reason in _NEVER or _has_passed(closes_on, time_zone):
        return Standing.OVER
    if reason in _REFUSALS and state in (DueState.DECLINED, DueState.PARTLY_ANSWERED):
        return Standing.DECLINED
    return Standing.OVER if state in _OVER else Standing.OPEN


def is_over(row: DueRow) -> bool:
    """Whether the time to answer has passed, also before the sweep has noticed."""
    return _has_passed(row.closes_on, unit_of(row).time_zone)


def _has_passed(day: date | None, time_zone: str) -> bool:
    return day is not None and day < clock.today(time_zone)
