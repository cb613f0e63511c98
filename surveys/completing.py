"""What happens when a survey is sent in: the row is settled, the history gets its lines, staff get their tasks."""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import or_, select

from crm import clock
from crm.accounts.scopes import trusted
from crm.actors import Actor
from crm.db import current_session
from crm.events import emit
from crm.history.services import Subject, write_line
from crm.languages import in_all_languages
from crm.participants.models import ConsentKind
from crm.participants.queries import consent_in_force
from crm.placements.models import BEFORE_START, Placement
from crm.settings import LANGUAGES
from surveys.answers import Answers, AnswerValue, is_substantive
from surveys.definition import Definition, Question, Visibility
from surveys.definition_texts import option_path, question_path
from surveys.dispositions import DueState, StopReason
from surveys.due_rows import cancel_row_messages, end_refused, unit_of
from surveys.events import SurveyAnswered
from surveys.history_kinds import ANSWERED_LINE, ANSWERED_NEUTRAL_LINE
from surveys.models import DueRow, Response
from surveys.progress import ResponseState, response_state
from surveys.responses import answers_of, definition_of
from surveys.shipped import FALLBACK_LANGUAGE
from surveys.staff_tasks import promise_contact

_CONTACT_WAY = "contact_way"


def complete(actor: Actor, row: DueRow, response: Response, definition: Definition) -> None:
    """Settle a row whose questions were all passed. Somebody who passed every one in silence has said no."""
    now = clock.now()
    response.completed_at = response.last_at = now
    answers = answers_of(response)
    if response_state(definition, answers) is not ResponseState.COMPLETE:
        end_refused(actor, row, StopReason.DECLINED)
        return
    row.state, row.reason = DueState.ANSWERED, StopReason.COMPLETED
    row.finished_at = row.changed_at = now
    if response.mode == "tablet":
        row.offered = "answered"
    cancel_row_messages(actor, row, StopReason.COMPLETED.value)
    _write_line(actor, row, response, definition)
    _write_neutral_lines(actor, row)
    keep_promises(actor, row)
    emit(SurveyAnswered(due_id=row.id, participant_id=row.participant_id, enrolment_id=row.enrolment_id, wave=row.wave))


def keep_promises(actor: Actor, row: DueRow) -> None:
    """Give staff the tasks that the answers ask for. Also for a response that was never sent in: the wish counts."""
    response = row.response
    if response is None:
        return
    definition = definition_of(response.version)
    answers = answers_of(response)
    for question in definition.questions:
        given = answers.get(question.key)
        if given is not None and set(given.codes) & set(question.creates_task_on):
            promise_contact(actor, row, how=_contact_way(definition, answers, response))


def readable_answers(definition: Definition, answers: Answers, *, share: bool) -> list[tuple[Question, AnswerValue]]:
    """The answers that those who see the person may read: those meant for them, and all when the person said so."""
    return [
        (question, answers[question.key])
        for question in definition.questions
        if (share or question.visibility is Visibility.HISTORY) and is_substantive(question, answers.get(question.key))
    ]


def texts_in(response: Response, language: str) -> Mapping[str, str]:
    """The wording of a response's version in a language, with English under what is missing."""
    by_language = {each.language: each.texts for each in response.version.translations}
    return {**by_language.get(FALLBACK_LANGUAGE, {}), **by_language.get(language, {})}


def _write_line(actor: Actor, row: DueRow, response: Response, definition: Definition) -> None:
    readable = readable_answers(definition, answers_of(response), share=response.share_with_coordinator)
    by_phone = response.mode == "phone"
    titles = {language: texts_in(response, language).get("title", "") for language in LANGUAGES}
    said = in_all_languages(lambda: _("Survey answered by phone") if by_phone else _("Survey answered"))
    write_line(
        actor,
        kind=ANSWERED_LINE,
        source_ref=row.public_id,
        at=response.completed_at or clock.now(),
        summary={language: f"{said[language]}: {titles[language]}" for language in LANGUAGES},
        detail={language: _in_words(readable, texts_in(response, language)) for language in LANGUAGES},
        unit_id=row.unit_id,
        subjects=[Subject(participant_id=row.participant_id)],
    )


def _in_words(readable: list[tuple[Question, AnswerValue]], texts: Mapping[str, str]) -> str:
    return "\n".join(
        f"{texts.get(question_path(question), question.key)} {_answer_in_words(question, answer, texts)}"
        for question, answer in readable
    )


def _answer_in_words(question: Question, answer: AnswerValue, texts: Mapping[str, str]) -> str:
    if answer.text:
        return f"“{answer.text}”"
    return ", ".join(texts.get(option_path(question, code), code) for code in answer.codes)


def _write_neutral_lines(actor: Actor, row: DueRow) -> None:
    """Tell the history of employers that a survey was answered, where the person allows it; never whose or what."""
    if consent_in_force(row.participant_id, ConsentKind.TELL_EMPLOYER) is False:
        return
    for placement in _placements_at_exit(row):
        write_line(
            actor,
            kind=ANSWERED_NEUTRAL_LINE,
            source_ref=f"{row.public_id}:{placement.public_id}",
            at=clock.now(),
            summary=in_all_languages(lambda: _("A survey was answered")),
            unit_id=row.unit_id,
            subjects=_employer_subjects(placement),
        )


def _employer_subjects(placement: Placement) -> list[Subject]:
    subjects = [Subject(employer_id=placement.employer_id)]
    if placement.workplace_id is not None:
        subjects.append(Subject(workplace_id=placement.workplace_id))
    return subjects


def _placements_at_exit(row: DueRow) -> list[Placement]:
    statement = select(Placement).where(
        Placement.participant_id == row.participant_id,
        Placement.may_tell_employer,
        Placement.status.not_in(BEFORE_START),
        ~Placement.cancelled,
        Placement.starts_on <= row.exit_on,
        or_(Placement.ends_on.is_(None), Placement.ends_on >= row.exit_on),
    )
    because = "the person allowed that this employer hears that a survey was answered"
    return list(current_session().scalars(trusted(statement, because=because)))


def _contact_way(definition: Definition, answers: Answers, response: Response) -> str | None:
    """How the person wants to be reached, in the words of the unit's colleagues."""
    given = answers.get(_CONTACT_WAY)
    if given is None or not given.codes or _CONTACT_WAY not in {each.key for each in definition.questions}:
        return None
    question = definition.question(_CONTACT_WAY)
    texts = texts_in(response, unit_of(response.due).language)
    return ", ".join(texts.get(option_path(question, code), code) for code in given.codes)
