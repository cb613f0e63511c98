"""The call list and the interview by phone: the same questionnaire, read aloud by a colleague."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from crm.accounts.current import current_actor, current_staff
from crm.accounts.permissions import require
from crm.accounts.reading import seen_many, seen_one
from crm.accounts.web_ports import module_on
from crm.actors import Role
from crm.db import transaction
from crm.messaging.addresses import show_phone
from crm.participants.models import Participant
from surveys.answering import PHONE, Begun, NotFinished, SurveyNotOpen, begin, finish, save_answer
from surveys.answers import AnswerProblem, Answers
from surveys.asked import answers_so_far, asked_by_id
from surveys.definition import Question
from surveys.interviews.queries import call_list, interviewable
from surveys.interviews.services import note_call, note_refusal
from surveys.modules import CALLS
from surveys.progress import next_question, resume_question, visible_questions
from surveys.respondent.questions import SKIP, Sent, question_view
from surveys.respondent.visits import Visit
from surveys.standing import Standing
from surveys.wording import language_text

blueprint = Blueprint("surveys_interviews", __name__, template_folder="templates", url_prefix="/surveys")
CALLERS = (Role.COORDINATOR, Role.MANAGER)


@blueprint.before_request
def only_where_it_is_on() -> None:
    """A unit that does not call has no such pages."""
    if not module_on(CALLS.key):
        raise NotFound


@dataclass
class Interview(Visit):
    """A visit by phone: the same texts, other addresses. ``person`` is whom to call."""

    person: Participant

    def url(self, endpoint: str, **values: Any) -> str:
        """The address of a page of the interview, in its language."""
        return url_for(f"surveys_interviews.{endpoint}", public_id=self.row.public_id, lang=self.language, **values)


@blueprint.get("/calls")
@require(*CALLERS)
def calls() -> ResponseReturnValue:
    """Who has not answered after the last reminder."""
    actor = current_actor()
    found = call_list(actor)
    page = render_template("surveys/interviews/calls.html", calls=found)
    return seen_many(actor, page, participant_ids=[call.participant_id for call in found], action="survey_calls_listed")


@blueprint.get("/interview/<public_id>")
@require(*CALLERS)
def show(public_id: str) -> ResponseReturnValue:
    """Whom to call, what to say, and what came of the call."""
    interview = _interview(public_id)
    person = interview.person
    page = _page(
        interview,
        "show",
        open=interview.row.standing is Standing.OPEN,
        phone=show_phone(person.phone or "", interview.row.unit_country),
        interviewer=current_staff().name,
    )
    return seen_one(
        current_actor(),
        page,
        participant_id=person.id,
        unit_id=interview.row.unit_id,
        action="survey_interview_opened",
    )


@blueprint.post("/interview/<public_id>/begin")
@require(*CALLERS)
def start(public_id: str) -> ResponseReturnValue:
    """The person has time: begin, or take up where they stopped."""
    interview = _interview(public_id)
    how = Begun(interview.language, PHONE, current_actor().staff_id)
    try:
        with transaction():
            begin(current_actor(), row_id=interview.row.id, how=how)
    except SurveyNotOpen:
        return _closed()
    return redirect(_place(_interview(public_id)), 303)


@blueprint.post("/interview/<public_id>/later")
@require(*CALLERS)
def later(public_id: str) -> ResponseReturnValue:
    """Nobody answered, or it did not suit."""
    row = interviewable(current_actor(), public_id)
    try:
        with transaction():
            note_call(current_actor(), row_id=row.id)
    except SurveyNotOpen:
        return _closed()
    flash(_("Noted. The person stays on the list."), "success")
    return redirect(url_for("surveys_interviews.calls"), 303)


@blueprint.post("/interview/<public_id>/no")
@require(*CALLERS)
def says_no(public_id: str) -> ResponseReturnValue:
    """The person does not want to answer."""
    row = interviewable(current_actor(), public_id)
    try:
        with transaction():
            note_refusal(current_actor(), row_id=row.id)
    except SurveyNotOpen:
        return _closed()
    flash(_("Noted. Nobody calls or writes about this survey again."), "success")
    return redirect(url_for("surveys_interviews.calls"), 303)


@blueprint.get("/interview/<public_id>/q/<key>")
@require(*CALLERS)
def question(public_id: str, key: str) -> ResponseReturnValue:
    """One question to read aloud."""
    interview = _interview(public_id)
    found = _asked(interview, key)
    return _question_page(interview, found) if found else redirect(interview.url("show"), 303)


@blueprint.post("/interview/<public_id>/q/<key>")
@require(*CALLERS)
def answer(public_id: str, key: str) -> ResponseReturnValue:
    """Save what the person says and go on."""
    interview = _interview(public_id)
    found = _asked(interview, key)
    if found is None:
        return redirect(interview.url("show"), 303)
    problem = _save(interview, found)
    if problem is not None:
        return _question_page(interview, found, Sent(request.form.getlist("answer"), problem)), 422
    following = next_question(interview.definition, _answers(interview), after=found.key)
    return redirect(interview.url("question", key=following.key) if following else interview.url("last"), 303)


@blueprint.get("/interview/<public_id>/finish")
@require(*CALLERS)
def last(public_id: str) -> ResponseReturnValue:
    """Ask who may read the answers, and send them in."""
    interview = _interview(public_id)
    if interview.row.standing is not Standing.OPEN or interview.row.version is None:
        return _closed()
    return _page(interview, "finish")


@blueprint.post("/interview/<public_id>/finish")
@require(*CALLERS)
def send(public_id: str) -> ResponseReturnValue:
    """Send the answers in, as given by phone and written down by this member of staff."""
    interview = _interview(public_id)
    share = request.form.get("share") == "yes"
    try:
        with transaction():
            finish(current_actor(), row_id=interview.row.id, share=share, language=interview.language)
    except NotFinished:
        return redirect(_place(interview), 303)
    except SurveyNotOpen:
        return _closed()
    flash(_("The answers are saved. Thank you for calling."), "success")
    return redirect(url_for("surveys_interviews.calls"), 303)


def _interview(public_id: str) -> Interview:
    row = interviewable(current_actor(), public_id)
    return Interview(asked_by_id(row.id), public_id, row.participant)


def _asked(interview: Interview, key: str) -> Question | None:
    if interview.row.standing is not Standing.OPEN or interview.row.version is None:
        return None
    asked = visible_questions(interview.definition, _answers(interview))
    return next((each for each in asked if each.key == key), None)


def _save(interview: Interview, asked: Question) -> AnswerProblem | None:
    values = request.form.getlist("answer")
    skip = values == [SKIP]
    if SKIP in values and not skip:
        return AnswerProblem.EXCLUSIVE_COMBINED
    try:
        with transaction():
            return save_answer(
                current_actor(),
                row_id=interview.row.id,
                question=asked.key,
                raw=values,
                skip=skip,
                language=interview.language,
            ).problem
    except SurveyNotOpen:
        return None  # The next page says that the survey is closed.


def _place(interview: Interview) -> str:
    found = resume_question(interview.definition, _answers(interview))
    return interview.url("question", key=found.key) if found else interview.url("last")


def _answers(interview: Interview) -> Answers:
    return answers_so_far(interview.row)


def _question_page(interview: Interview, asked: Question, sent: Sent | None = None) -> str:
    # What the person chose alone is not shown to the caller: only the way forward.
    view = question_view(
        interview.definition,
        asked,
        texts=interview.texts,
        answers=_answers(interview),
        skip_label=interview.say("skip"),
        sent=sent or Sent((), None),
    )
    return _page(interview, "question", question=view)


def _closed() -> ResponseReturnValue:
    flash(_("This survey is answered or over."), "info")
    return redirect(url_for("surveys_interviews.calls"), 303)


def _page(interview: Interview, name: str, **context: object) -> str:
    names: dict[str, object] = {
        "interview": interview,
        "t": interview.say,
        "reading_language": interview.language,
        "language_text": language_text,
    }
    return render_template(f"surveys/interviews/{name}.html", **names, **context)
