"""What comes of a call that is no interview."""

from crm import clock
from crm.accounts.audit import record
from crm.actors import Actor
from surveys.answering import open_row
from surveys.models import DueRow
from surveys.refusing import decline


def note_call(actor: Actor, *, row_id: int) -> DueRow:
    """Nobody answered, or it did not suit: the person stays on the list. Raises SurveyNotOpen."""
    row = open_row(row_id)
    _record(actor, row)
    return row


def note_refusal(actor: Actor, *, row_id: int) -> DueRow:
    """The person does not want to answer. The audit log says that they were called, and surveys alone what they said.

    Raises SurveyNotOpen.
    """
    row = decline(actor, row_id=row_id)
    _record(actor, row)
    return row


def _record(actor: Actor, row: DueRow) -> None:
    row.calls += 1
    row.called_at = clock.now()
    record(actor, "survey_called", subject_type="survey_due", subject_id=row.id, unit_id=row.unit_id)
