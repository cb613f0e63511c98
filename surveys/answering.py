"""Answering: beginning, saving one answer, finishing. For the person's own page, the tablet and the interviewer alike.

Every function locks the due row first, so that two requests at once (a double click, a second device, an impatient
reload) take turns and the later one finds what the earlier one wrote. All run inside ``transaction()``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crm import clock
from crm.accounts.audit import record
from crm.actors import Actor
from crm.db import current_session
from crm.errors import DomainError
from surveys.answers import SKIPPED, AnswerProblem, Answers, validate_answer
from surveys.completing import complete
from surveys.definition import Definition
from surveys.dispositions import DueState
from surveys.due_rows import locked_with_response
from surveys.models import DueRow, FollowUpPlan, Questionnaire, Response
from surveys.plans.queries import newest_published
from surveys.progress import is_finished, visible_answers, visible_questions
from surveys.published import published_definition
from surveys.responses import answers_of, definition_of
from surveys.saving import open_response, write_answer
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


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of an answer: every answer as it stands now; the problem, if the new one was refused."""

    definition: Definition
    answers: Answers
    problem: AnswerProblem | None = None
    asked: bool = True
    """False for a question that is not asked (any more): nothing was saved, and nothing is wrong."""


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
) -> Saved:
    """Save the answer to one question, or say what is wrong with it. The last answer to a question holds.

    A question that is not asked (any more) is passed over in silence. Raises SurveyNotOpen.
    """
    stored = open_response(row_id)
    if stored is None:
        raise SurveyNotOpen("closed, or not begun")
    definition, answers = published_definition(stored.version), stored.answers
    asked = next((each for each in visible_questions(definition, answers) if each.key == question), None)
    if asked is None:
        return Saved(definition, answers, asked=False)
    value = SKIPPED if skip else validate_answer(asked, raw)
    if isinstance(value, AnswerProblem):
        return Saved(definition, answers, problem=value)
    write_answer(stored, question, value, language=language)
    return Saved(definition, {**answers, question: value})


def finish(actor: Actor, *, row_id: int, share: bool, language: str) -> DueRow:
    """Send the answers in. What stands in the history, the tasks and the event are one transaction with it.

    May be repeated: a second call finds the survey done and changes nothing. Raises NotFinished and SurveyNotOpen.
    """
    row = locked_with_response(row_id)
    standing = standing_of(row)
    if standing is Standing.DONE:
        return row
    if standing is not Standing.OPEN:
        raise SurveyNotOpen("closed")
    response = row.response
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
    return questionnaire_of_wave(row.wave)


def questionnaire_of_wave(wave: str) -> int:
    """The questionnaire that bears the name of a wave. Raises SurveyNotOpen."""
    found = current_session().scalar(select(Questionnaire.id).where(Questionnaire.key == wave))
    if found is None:
        raise SurveyNotOpen("no questionnaire")
    return found


def _record(actor: Actor, row: DueRow, action: str) -> None:
    record(actor, action, subject_type="survey_due", subject_id=row.id, unit_id=row.unit_id)


def _drop_hidden(response: Response, definition: Definition) -> None:
    """Answers to questions that a later answer took away: kept until now in case the person goes back."""
    kept = visible_answers(definition, answers_of(response))
    gone = [answer for answer in response.answers if answer.question not in kept]
    for answer in gone:
        response.answers.remove(answer)
