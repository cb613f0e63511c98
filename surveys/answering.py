"""Answering: beginning, saving one answer, finishing. For the person's own page, the tablet and the interviewer alike.

Every function locks the due row first, so that two requests at once (a double click, a second device, an impatient
reload) take turns and the later one finds what the earlier one wrote. All run inside ``transaction()``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from surveys.answers import SKIPPED, AnswerProblem, AnswerValue, answer_rows, validate_answer
from surveys.completing import complete
from surveys.definition import Definition
from surveys.dispositions import DueState
from surveys.due_rows import locked_row, locked_with_response
from surveys.models import Answer, DueRow, FollowUpPlan, Questionnaire, Response
from surveys.plans.queries import newest_published
from surveys.progress import is_finished, visible_answers, visible_questions
from surveys.responses import answers_of, definition_of
from surveys.sending.outcomes import begin_time
from surveys.standing import Standing, standing_of

WEB, TABLET, PHONE, PAPER = "web", "tablet", "phone", "paper"
_WAITING = frozenset({DueState.NOT_YET_DUE, DueState.DUE, DueState.NOT_POSSIBLE})


class SurveyNotOpen(DomainError):
    """The survey cannot be answered now; the page says why from the row's standing."""


class NotFinished(DomainError):
    """There are questions that were not passed yet."""


@dataclass(frozen=True)
class Begun:
    """How an answer is begun: in which language, on what, and by whom it is written down."""

    language: str
    mode: str = WEB
    entered_by_id: int | None = None


def begin(actor: Actor, *, row_id: int, how: Begun) -> Response:
    """Begin the response of a row, or take up the one that was begun. The version is settled here and stays.

    An interviewer who takes up what somebody began on the web makes it an interview. Raises SurveyNotOpen.
    """
    row = open_row(row_id)
    if how.entered_by_id is not None:
        _record(actor, row, "survey_interview_begun")
    if row.response is not None:
        if how.mode == PHONE:
            row.response.mode, row.response.entered_by_id = how.mode, how.entered_by_id
        return row.response
    questionnaire_id = questionnaire_of(row)
    version = newest_published(questionnaire_id)
    if version is None:
        raise SurveyNotOpen("no published version")
    now = clock.now()
    row.response = Response(
        version=version,
        language=how.language,
        mode=how.mode,
        entered_by_id=how.entered_by_id,
        started_at=now,
        last_at=now,
    )
    begin_time(row)
    if row.state in _WAITING:
        row.state, row.reason, row.changed_at = DueState.SENT_WAITING, None, now
    current_session().flush()  # The caller may go on with the response at once.
    return row.response


def save_answer(
    actor: Actor, *, row_id: int, question: str, raw: Sequence[str], skip: bool = False, language: str
) -> AnswerProblem | None:
    """Save the answer to one question, or say what is wrong with it. The last answer to a question holds.

    A question that is not asked (any more) is passed over in silence. Raises SurveyNotOpen.
    """
    row = open_row(row_id)
    response = row.response
    if response is None:
        raise SurveyNotOpen("not begun")
    definition = definition_of(response.version)
    asked = {each.key: each for each in visible_questions(definition, answers_of(response))}
    if question not in asked:
        return None
    value = SKIPPED if skip else validate_answer(asked[question], raw)
    if isinstance(value, AnswerProblem):
        return value
    _write(response, question, value)
    response.last_at, response.language = clock.now(), language
    return None


def finish(actor: Actor, *, row_id: int, share: bool, language: str) -> DueRow:
    """Send the answers in. What stands in the history, the tasks and the event are one transaction with it.

    May be repeated: a second call finds the survey done and changes nothing. Raises NotFinished and SurveyNotOpen.
    """
    row = locked_row(row_id)
    if standing_of(row) is Standing.DONE:
        return row
    response = open_row(row_id).response
    if response is None:
        raise NotFinished("not begun")
    definition = definition_of(response.version)
    if not is_finished(definition, answers_of(response)):
        raise NotFinished("questions are left")
    _drop_hidden(response, definition)
    response.language, response.share_with_coordinator = language, share
    complete(actor, row, response, definition)
    _record(actor, row, "survey_sent_in")
    return row


def open_row(row_id: int) -> DueRow:
    """The row, locked, if it can be answered now. Raises SurveyNotOpen."""
    row = locked_with_response(row_id)
    if standing_of(row) is not Standing.OPEN:
        raise SurveyNotOpen("closed")
    return row


def questionnaire_of(row: DueRow) -> int:
    """The questionnaire of a row's plan; of its wave's own name when the plan is gone."""
    from_plan = current_session().get(FollowUpPlan, row.plan_id) if row.plan_id else None
    if from_plan is not None:
        return from_plan.questionnaire_id
    found = current_session().scalar(select(Questionnaire.id).where(Questionnaire.key == row.wave))
    if found is None:
        raise SurveyNotOpen("no questionnaire")
    return found


def _record(actor: Actor, row: DueRow, action: str) -> None:
    record(actor, action, subject_type="survey_due", subject_id=row.id, unit_id=row.unit_id)


def _write(response: Response, question: str, value: AnswerValue) -> None:
    wanted: Mapping[str, str | None] = dict(answer_rows(value))
    there = {answer.choice: answer for answer in response.answers if answer.question == question}
    for choice, answer in there.items():
        if choice not in wanted:
            response.answers.remove(answer)
    for choice, text in wanted.items():
        if choice in there:
            there[choice].text = text
        else:
            response.answers.append(Answer(question=question, choice=choice, text=text))
    current_session().flush()  # Removed rows must be gone before the next save inserts the same choice.


def _drop_hidden(response: Response, definition: Definition) -> None:
    """Answers to questions that a later answer took away: kept until now in case the person goes back."""
    kept = visible_answers(definition, answers_of(response))
    gone = [answer for answer in response.answers if answer.question not in kept]
    for answer in gone:
        response.answers.remove(answer)
