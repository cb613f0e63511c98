"""Saying no, and taking it back: to one survey, or to all of them. All run inside ``transaction()``."""

from crm import clock
from crm.actors import Actor, respondent_actor
from crm.db import current_session
from crm.participants.models import ConsentKind
from crm.participants.queries import consent_in_force
from crm.participants.services.consents import record_consent
from surveys.answering import SurveyNotOpen
from surveys.completing import keep_promises
from surveys.dispositions import DueState, StopReason
from surveys.due_rows import end_refused, locked_row
from surveys.models import DueRow
from surveys.staff_tasks import promise_call
from surveys.standing import Standing, is_over, standing_of


def decline(actor: Actor, *, row_id: int) -> DueRow:
    """The person does not want to answer this survey. Known to surveys alone; nobody's case says so.

    May be repeated. Raises SurveyNotOpen when the survey is over or answered.
    """
    row = locked_row(row_id)
    standing = standing_of(row)
    if standing is Standing.DECLINED:
        return row
    if standing is not Standing.OPEN:
        raise SurveyNotOpen("closed")
    end_refused(actor, row, StopReason.DECLINED)
    keep_promises(actor, row)
    return row


def take_back_decline(actor: Actor, *, row_id: int) -> DueRow:
    """The person wants to answer after all. Opens the survey again as long as its time runs; may be repeated."""
    row = locked_row(row_id)
    if standing_of(row) is not Standing.DECLINED or row.reason != StopReason.DECLINED:
        return row
    row.state, row.reason, row.finished_at = DueState.SENT_WAITING, None, None
    row.changed_at = clock.now()
    if row.invited_at is None:
        # Nobody was written to yet: the plan takes its course again.
        row.state = DueState.NOT_YET_DUE
    if row.response is not None:
        row.response.completed_at = None
    return row


def opt_out(row: DueRow, *, source: str) -> None:
    """No more surveys for this person. Their due rows follow through the event of the consent. May be repeated."""
    if consent_in_force(row.participant_id, ConsentKind.SURVEYS) is not False:
        _record(row, given=False, source=source)


def opt_in_again(row: DueRow, *, source: str) -> None:
    """The person changed their mind. May be repeated."""
    if consent_in_force(row.participant_id, ConsentKind.SURVEYS) is False:
        _record(row, given=True, source=source)


def ask_for_call(actor: Actor, *, row_id: int, interpreter: bool) -> None:
    """The person wants to be called, with an interpreter if need be: a task within five working days.

    May be repeated. Raises SurveyNotOpen when there is nothing left to answer.
    """
    row = locked_row(row_id)
    if is_over(row) or standing_of(row) in (Standing.DONE, Standing.OVER):
        raise SurveyNotOpen("closed")
    promise_call(actor, row, interpreter=interpreter)


def _record(row: DueRow, *, given: bool, source: str) -> None:
    record_consent(
        respondent_actor(),
        participant_id=row.participant_id,
        kind=ConsentKind.SURVEYS,
        given=given,
        source=source,
    )
    current_session().flush()
