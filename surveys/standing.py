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
    if row.state is DueState.ANSWERED:
        return Standing.DONE
    if row.reason in _NEVER or is_over(row):
        return Standing.OVER
    if row.reason in _REFUSALS and row.state in (DueState.DECLINED, DueState.PARTLY_ANSWERED):
        return Standing.DECLINED
    return Standing.OVER if row.state in _OVER else Standing.OPEN


def is_over(row: DueRow) -> bool:
    """Whether the time to answer has passed, also before the sweep has noticed."""
    return row.closes_on is not None and row.closes_on < clock.today(unit_of(row).time_zone)


def closed_on(row: DueRow) -> date:
    """The day that the page names when it says that the survey is over."""
    if row.closes_on is not None:
        return row.closes_on
    return (row.finished_at or row.changed_at).date()
