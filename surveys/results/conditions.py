"""Which rows a report is about, and who reads it."""

from sqlalchemy import ColumnElement

from crm.actors import Actor, Role
from crm.reports.filters import FollowUpFilters
from surveys.dispositions import DueState
from surveys.ledger import LedgerFilter
from surveys.models import Answer, DueRow

COUNTS_ONLY = "counts only, of the units of the actor"
EXIT_WAVE = "exit"
LATER_WAVE = "follow_up_90"
LATER_DAYS = 90
HAS_ANSWERS = (DueState.ANSWERED, DueState.PARTLY_ANSWERED)
"""What somebody answered counts once the matter is settled, not while they may still change it."""
_SEES_REFUSALS = (Role.MANAGER, Role.EVALUATOR, Role.ADMINISTRATOR)


def ledger_filter(filters: FollowUpFilters) -> LedgerFilter:
    """The report's units, programme and period as the ledger wants them."""
    return LedgerFilter(
        unit_ids=filters.unit_ids,
        programme_id=filters.programme_id,
        since=filters.since,
        until=filters.until,
    )


def due_rows_of(filters: FollowUpFilters) -> list[ColumnElement[bool]]:
    """The conditions under which a due row belongs to the report: by the date of its exit."""
    return [DueRow.exit_on.between(filters.since, filters.until), *_place(filters)]


def says_something() -> ColumnElement[bool]:
    """The condition that a stored answer holds something; a question that was skipped has an empty one."""
    return (Answer.choice != "") | Answer.text.is_not(None)


def sees_refusals(actor: Actor) -> bool:
    """Whether declining is shown apart from not answering. Those who work with the persons never see it."""
    return actor.has_role(*_SEES_REFUSALS)


def _place(filters: FollowUpFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [DueRow.unit_id.in_(filters.unit_ids)]
    if filters.programme_id is not None:
        found.append(DueRow.programme_id == filters.programme_id)
    return found
