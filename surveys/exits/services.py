"""Answering on the spot: what was offered at the exit, and what came of it."""

from flask_babel import gettext as _

from crm import clock
from crm.accounts.audit import record
from crm.actors import Actor
from crm.errors import DomainError
from surveys.dispositions import StopReason
from surveys.due_rows import end_refused, locked_row
from surveys.models import DueRow
from surveys.standing import Standing, standing_of

OUTCOMES = (
    "later",
    "declined",
    "not_possible:time",
    "not_possible:language",
    "not_possible:illness",
    "not_possible:other",
)
"""Wants to answer later by the link; does not want to answer; could not be asked now because ..."""


def record_offer(actor: Actor, *, row_id: int, outcome: str) -> DueRow:
    """Keep what came of the offer to answer on the spot. Surveys keep it; the case only says "offered".

    "declined" ends the survey; the others let the message take its course. The newest outcome holds; may be
    repeated. Raises DomainError for an outcome that is none, or when the survey is answered or over.
    """
    if outcome not in OUTCOMES:
        raise DomainError(_("Choose what came of it."), field="outcome")
    row = locked_row(row_id)
    if standing_of(row) not in (Standing.OPEN, Standing.DECLINED):
        raise DomainError(_("This survey is answered or over."))
    row.offered = outcome
    row.changed_at = clock.now()
    if outcome == "declined" and standing_of(row) is Standing.OPEN:
        end_refused(actor, row, StopReason.DECLINED)
    record(actor, "survey_offered", subject_type="survey_due", subject_id=row.id, unit_id=row.unit_id)
    return row
