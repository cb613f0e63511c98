"""The survey's own pages: the introduction, one question a page, the end. No account, no cookie, no script.

Whoever holds the link answers. A GET or HEAD changes nothing, so that scanners and prefetching do no harm; each form
carries a token made for this survey and this step.
"""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from crm import clock
from crm.actors import respondent_actor
from crm.db import transaction
from surveys.answering import TABLET, WEB, Begun, NotFinished, Saved, SurveyNotOpen, begin, finish, save_answer
from surveys.answers import AnswerProblem, Answers
from surveys.asked import answers_so_far
from surveys.definition import Question
from surveys.progress import next_question, previous_question, resume_question, visible_questions
from surveys.refusing import ask_for_call, decline, take_back_decline
from surveys.respondent.pages import respondent_page
from surveys.respondent.questions import SKIP, Sent, question_view
from surveys.respondent.visits import Visit, WrongLink, visit_by_survey_link
from surveys.respondent.wrong_links import wrong_link_page
from surveys.sending.texts import long_date
from surveys.standing import Standing
from surveys.tokens import tablet_ticket_fits

blueprint = Blueprint("surveys_respondent", __name__, template_folder="templates")
blueprint.register_error_handler(WrongLink, wrong_link_page)
TICKET = "m"


@blueprint.get("/s/<token>")
def show(token: str) -> ResponseReturnValue:
    """Where the person stands: the introduction, the place where they stopped, or why there is nothing to do."""
    visit = visit_by_survey_link(token)
    if visit.row.standing is not Standing.OPEN:
        return _closed_page(visit)
    answers = _answers(visit)
    return _page(
        visit,
        "intro",
        begun=bool(answers),
        resume_href=_place(visit, answers) if visit.row.version else None,
        ticket=request.args.get(TICKET, ""),
        deadline=long_date(visit.row.deadline, visit.language),
    )


@blueprint.post("/s/<token>/begin")
def start(token: str) -> ResponseReturnValue:
    """Begin to answer."""
    visit = visit_by_survey_link(token)
    if not visit.form_fits("begin"):
        return _not_ours(visit)
    ticket = request.form.get(TICKET, "")
    on_tablet = tablet_ticket_fits(ticket, visit.row.public_id, visit.row.token_version, clock.now())
    how = Begun(visit.language, TABLET if on_tablet else WEB)
    try:
        with transaction():
            begin(respondent_actor(), row_id=visit.row.id, how=how)
    except SurveyNotOpen:
        return redirect(visit.url("show"), 303)
    begun = visit_by_survey_link(token)
    return redirect(_place(begun, _answers(begun)), 303)


@blueprint.get("/s/<token>/begin")
@blueprint.get("/s/<token>/call-me")
@blueprint.get("/s/<token>/answer-after-all")
def lead_back(token: str) -> ResponseReturnValue:
    """The address of a form, opened without it (a reload, the language switch): back to where the person stands."""
    return redirect(visit_by_survey_link(token).url("show"), 303)


@blueprint.get("/s/<token>/q/<key>")
def question(token: str, key: str) -> ResponseReturnValue:
    """One question. One that is not asked leads to where the person stands."""
    visit = visit_by_survey_link(token)
    answers = _answers(visit)
    found = _asked(visit, key, answers)
    if found is None:
        return redirect(visit.url("show"), 303)
    return _question_page(visit, found, answers)


@blueprint.post("/s/<token>/q/<key>")
def answer(token: str, key: str) -> ResponseReturnValue:
    """Save the answer and go on."""
    visit = visit_by_survey_link(token)
    if not visit.form_fits(f"q:{key}"):
        # What is not asked leads to where the person stands, whatever was sent.
        return _not_ours(visit) if _asked(visit, key, _answers(visit)) else redirect(visit.url("show"), 303)
    problem, onwards = _save(visit, key)
    if problem is None:
        return redirect(onwards, 303)
    answers = _answers(visit)
    found = _asked(visit, key, answers)
    if found is None:
        return redirect(visit.url("show"), 303)
    return _question_page(visit, found, answers, Sent(request.form.getlist("answer"), problem)), 422


@blueprint.get("/s/<token>/finish")
def last(token: str) -> ResponseReturnValue:
    """The last page: who may read the answers, and the button that sends them."""
    visit = visit_by_survey_link(token)
    if visit.row.standing is not Standing.OPEN or visit.row.version is None:
        return redirect(visit.url("show"), 303)
    answers = _answers(visit)
    if resume_question(visit.definition, answers) is not None:
        return redirect(_place(visit, answers), 303)
    asked = visible_questions(visit.definition, answers)
    return _page(visit, "finish", back_href=visit.url("question", key=asked[-1].key))


@blueprint.post("/s/<token>/finish")
def send(token: str) -> ResponseReturnValue:
    """Send the answers in."""
    visit = visit_by_survey_link(token)
    if not visit.form_fits("finish"):
        return _not_ours(visit)
    share, language = request.form.get("share") == "yes", visit.language
    try:
        with transaction():
            finish(respondent_actor(), row_id=visit.row.id, share=share, language=language)
    except (NotFinished, SurveyNotOpen):
        return redirect(visit.url("show"), 303)
    return redirect(visit.url("thanks"), 303)


@blueprint.get("/s/<token>/thanks")
def thanks(token: str) -> ResponseReturnValue:
    """Thanks, right after the answers were sent in."""
    visit = visit_by_survey_link(token)
    if visit.row.standing is not Standing.DONE:
        return redirect(visit.url("show"), 303)
    on_tablet = visit.row.response_mode == TABLET
    closing = "answer_now_done" if on_tablet else "thanks_close"
    return _message(visit, "thanks_title", visit.texts.get("thanks", ""), closing)


@blueprint.get("/s/<token>/stopped")
def stopped(token: str) -> ResponseReturnValue:
    """The answers so far are saved; the same link leads back."""
    visit = visit_by_survey_link(token)
    if visit.row.standing is not Standing.OPEN:
        return redirect(visit.url("show"), 303)
    text = visit.say("stopped_text", deadline=long_date(visit.row.deadline, visit.language))
    return _message(visit, "stopped_title", text, "thanks_close")


@blueprint.get("/s/<token>/decline")
def ask_decline(token: str) -> ResponseReturnValue:
    """Ask whether the person does not want to answer this survey."""
    visit = visit_by_survey_link(token)
    if visit.row.standing is not Standing.OPEN:
        return redirect(visit.url("show"), 303)
    return _page(visit, "decline")


@blueprint.post("/s/<token>/decline")
def say_no(token: str) -> ResponseReturnValue:
    """The person does not want to answer this survey."""
    visit = visit_by_survey_link(token)
    if not visit.form_fits("decline"):
        return _not_ours(visit)
    try:
        with transaction():
            decline(respondent_actor(), row_id=visit.row.id)
    except SurveyNotOpen:
        pass  # The page that follows says where the survey stands.
    return redirect(visit.url("show"), 303)


@blueprint.post("/s/<token>/answer-after-all")
def after_all(token: str) -> ResponseReturnValue:
    """The person wants to answer after all."""
    visit = visit_by_survey_link(token)
    if not visit.form_fits("after-all"):
        return _not_ours(visit)
    with transaction():
        take_back_decline(respondent_actor(), row_id=visit.row.id)
    return redirect(visit.url("show"), 303)


@blueprint.post("/s/<token>/call-me")
def call_me(token: str) -> ResponseReturnValue:
    """The person wants to be called."""
    visit = visit_by_survey_link(token)
    if not visit.form_fits("call-me"):
        return _not_ours(visit)
    try:
        with transaction():
            ask_for_call(respondent_actor(), row_id=visit.row.id, interpreter=request.form.get("interpreter") == "yes")
    except SurveyNotOpen:
        return redirect(visit.url("show"), 303)
    return redirect(visit.url("call_noted"), 303)


@blueprint.get("/s/<token>/call-noted")
def call_noted(token: str) -> ResponseReturnValue:
    """Somebody will call."""
    visit = visit_by_survey_link(token)
    return _message(visit, "thanks_title", visit.say("call_me_done"), "thanks_close")


def _asked(visit: Visit, key: str, answers: Answers) -> Question | None:
    """The question, if the survey is open, begun, and asks it."""
    if visit.row.standing is not Standing.OPEN or visit.row.version is None:
        return None
    asked = visible_questions(visit.definition, answers)
    return next((each for each in asked if each.key == key), None)


def _save(visit: Visit, key: str) -> tuple[AnswerProblem | None, str]:
    """What is wrong with the answer, or the address of the page after it."""
    language = visit.language
    values = request.form.getlist("answer")
    skip = values == [SKIP]
    if SKIP in values and not skip:
        return AnswerProblem.EXCLUSIVE_COMBINED, ""
    try:
        with transaction():
            saved = save_answer(
                respondent_actor(),
                row_id=visit.row.id,
                question=key,
                raw=values,
                skip=skip,
                language=language,
            )
    except SurveyNotOpen:
        return None, visit.url("show")
    return saved.problem, _after(visit, key, saved) if saved.asked else visit.url("show")


def _after(visit: Visit, key: str, saved: Saved) -> str:
    """The page after a question. Somebody who went back walks forward through what they had answered."""
    following = next_question(saved.definition, saved.answers, after=key)
    return visit.url("question", key=following.key) if following else visit.url("last")


def _place(visit: Visit, answers: Answers) -> str:
    """The page where the person stands."""
    found = resume_question(visit.definition, answers)
    return visit.url("question", key=found.key) if found else visit.url("last")


def _answers(visit: Visit) -> Answers:
    return answers_so_far(visit.row)


def _question_page(visit: Visit, asked: Question, answers: Answers, sent: Sent | None = None) -> str:
    before = previous_question(visit.definition, answers, before=asked.key)
    view = question_view(
        visit.definition,
        asked,
        texts=visit.texts,
        answers=answers,
        skip_label=visit.say("skip"),
        sent=sent,
    )
    back = visit.url("question", key=before.key) if before else visit.url("show")
    return _page(visit, "question", question=view, back_href=back)


def _closed_page(visit: Visit) -> str:
    standing = visit.row.standing
    if standing is Standing.DONE:
        return _message(visit, "done_title", visit.say("done_text"), "thanks_close")
    if standing is Standing.DECLINED:
        return _page(visit, "declined")
    return _message(visit, "expired_title", visit.say("expired_text", deadline=visit.deadline()))


def _not_ours(visit: Visit) -> ResponseReturnValue:
    """The answer to a form that was not made for this step: nothing was saved, the link leads on."""
    return _message(visit, "error_title", visit.say("error_text"), back=visit.url("show")), 400


def _message(visit: Visit, title: str, text: str, closing: str | None = None, back: str | None = None) -> str:
    return _page(
        visit, "message", title=visit.say(title), text=text, closing=visit.say(closing) if closing else "", back=back
    )


def _page(visit: Visit, name: str, **context: object) -> str:
    return respondent_page(name, **visit.page(), **context)
