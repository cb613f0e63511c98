"""The pages of somebody who is asked: from the link to the thanks, and every way to leave."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm.db import current_session, transaction
from crm.history.models import HistoryLine, HistoryLink
from crm.participants.models import EnrolmentExit
from crm.tasks.models import Task
from surveys.dispositions import DueState, StopReason
from surveys.models import Answer, DueRow, Response, Translation
from tests.surveys.scene import Scene
from tests.world import World

AGREES = ["good_treatment", "closer_to_work", "positive_experience", "more_motivated", "got_tools"]


class Respondent:
    """Somebody with a link and a browser without cookies."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client(use_cookies=False)
        self.base = f"/s/{token}"
        self.page: TestResponse | None = None

    @property
    def text(self) -> str:
        assert self.page is not None
        return unescape(self.page.text)

    @property
    def path(self) -> str:
        assert self.page is not None
        return self.page.request.path

    def get(self, path: str = "") -> str:
        self.page = self.client.get(f"{self.base}{path}", follow_redirects=True)
        return self.text

    def post(self, path: str, **data: object) -> str:
        """Send a form with the token that stands in the page at hand."""
        form_start = r'action="([^"]*)"[^>]*>\s*<input type="hidden" name="form_token" value="([^"]+)"'
        found = re.findall(form_start, self.text)
        tokens = {unescape(action).partition("?")[0].removeprefix(self.base): token for action, token in found}
        form = {"form_token": tokens.get(path, ""), **data}
        self.page = self.client.post(f"{self.base}{path}", data=form, follow_redirects=True)
        return self.text

    def begin(self) -> str:
        self.get()
        return self.post("/begin")

    def answer(self, *values: str) -> str:
        path = self.path.removeprefix(self.base)
        return self.post(path, answer=list(values))

    def answer_all(self, **given: str) -> None:
        """Go through the exit survey."""
        self.begin()
        for _number in range(30):
            if self.path.endswith("/finish"):
                return
            key = self.path.rpartition("/")[2]
            default = "5" if key in AGREES else "" if key.endswith("_text") else "_skip"
            if key == "status_now":
                default = "job_seeking"
            self.answer(given.get(key, default))
        raise AssertionError("the survey does not end")


@pytest.fixture
def asked(app: Flask, scene: Scene) -> Callable[..., tuple[EnrolmentExit, Respondent]]:
    """Somebody who has left and got the message."""

    def go(**values: object) -> tuple[EnrolmentExit, Respondent]:
        exit_ = scene.leave(scene.person(**values))
        scene.work()
        return exit_, Respondent(app, scene.token(exit_))

    return go


Asked = Callable[..., tuple[EnrolmentExit, Respondent]]


def test_the_introduction_says_who_asks_how_long_and_that_it_is_free(asked: Asked) -> None:
    _exit, person = asked()
    text = person.get()
    assert "Hur var det att delta?" in text
    assert "ungefär 3 minuter" in text
    assert "9 december 2026" in text
    assert "Du förlorar aldrig stöd eller pengar" in text
    assert "Karin Lind, 070-111 22 33" in text


def test_a_whole_survey_ends_in_thanks_and_a_line_in_the_history(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.answer_all(status_now="work", via_us="yes", good_text="Fikat", contact_wish="no")
    assert "Skicka mina svar" in person.text
    person.post("/finish")
    assert "Tack. Dina svar hjälper oss" in person.text
    row = scene.row(exit_)
    assert (row.state, row.reason) == (DueState.ANSWERED, StopReason.COMPLETED)
    line = lines(scene, "surveys.answered")[0]
    assert line.summary["sv"].endswith(": Hur var det att delta?")
    assert line.detail is not None
    assert "Jag arbetar" in line.detail["sv"]
    assert "I work" in line.detail["en"]
    assert "Fikat" not in line.detail["sv"]
    assert "bemött" not in line.detail["sv"]


def test_only_who_ticks_it_lets_the_coordinator_read_everything(scene: Scene, asked: Asked) -> None:
    _exit, person = asked()
    person.answer_all(good_text="Fikat")
    person.post("/finish", share="yes")
    detail = lines(scene, "surveys.answered")[0].detail
    assert detail is not None
    assert "“Fikat”" in detail["sv"]
    assert "Ja, helt och hållet" in detail["sv"]


def lines(scene: Scene, kind: str) -> list[HistoryLine]:
    current_session().expire_all()
    return list(current_session().scalars(select(HistoryLine).where(HistoryLine.kind == kind)))


def test_a_wish_for_contact_is_a_task_within_five_working_days(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.answer_all(contact_wish="yes")
    person.post("/finish")
    task = current_session().query(Task).filter_by(kind="surveys.contact_wish").one()
    assert (task.owner_id, task.participant_id) == (scene.coordinator.id, scene.row(exit_).participant_id)
    assert task.due_on == date(2026, 11, 25)


def test_the_next_question_follows_from_the_answer(asked: Asked) -> None:
    _exit, person = asked()
    person.begin()
    for _goal in AGREES:
        person.answer("4")
    assert person.path.endswith("/q/status_now")
    person.answer("work")
    assert "Fick du kontakt med arbetsgivaren genom oss?" in person.text


def test_somebody_who_stops_goes_on_where_they_stopped_on_another_device(
    app: Flask, scene: Scene, asked: Asked
) -> None:
    exit_, person = asked()
    person.begin()
    person.answer("4")
    person.answer("2")
    assert "Dina svar är sparade" in person.get("/stopped")
    other = Respondent(app, scene.token(exit_))
    text = other.get()
    assert "Fortsätt där du slutade" in text
    assert f"{other.base}/q/positive_experience" in text


def test_going_back_shows_what_was_answered_and_changes_it(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.begin()
    person.answer("4")
    text = person.get("/q/good_treatment")
    assert re.search(r'value="4" checked', text)
    person.answer("1")
    assert [answer.choice for answer in answers(scene, exit_)] == ["1"]
    assert person.path.endswith("/q/closer_to_work")


def answers(scene: Scene, exit_: EnrolmentExit) -> list[Answer]:
    current_session().expire_all()
    row = scene.row(exit_)
    return list(row.response.answers) if row.response else []


def test_answers_that_a_later_answer_took_away_do_not_count(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.answer_all(status_now="work", via_us="yes")
    person.get("/q/status_now")
    person.answer("job_seeking")
    person.get("/finish")
    person.post("/finish")
    assert "via_us" not in {answer.question for answer in answers(scene, exit_)}


def test_an_empty_form_is_told_what_to_do(asked: Asked) -> None:
    _exit, person = asked()
    person.begin()
    person.answer()
    assert person.page is not None
    assert person.page.status_code == 422
    assert "Välj ett svar." in person.text
    assert "<title>Titta på det här: Fråga 1 av" in person.text


def test_every_question_can_be_passed(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.begin()
    for _goal in AGREES:
        person.answer("9")
    person.answer("prefer_not")
    person.answer("unsure")
    person.answer("")
    person.answer("")
    assert person.path.endswith("/finish")
    person.post("/finish")
    assert lines(scene, "surveys.answered") == []
    assert scene.row(exit_).state is DueState.DECLINED


def test_a_second_visit_says_that_it_is_done(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.answer_all()
    person.post("/finish")
    assert "Du har redan svarat" in person.get()
    assert "Du har redan svarat" in person.get("/q/good_treatment")
    person.post("/q/good_treatment", answer="1")
    assert {answer.choice for answer in answers(scene, exit_) if answer.question == "good_treatment"} == {"5"}


def test_a_closed_survey_says_so_kindly(scene: Scene, asked: Asked) -> None:
    _exit, person = asked()
    person.begin()
    scene.travel(datetime(2026, 12, 9, 23, 30, tzinfo=UTC))
    text = person.get()
    assert "Tiden för att svara är slut" in text
    assert "9 december 2026" in text
    scene.work()
    assert "Tiden för att svara är slut" in person.get()


@pytest.mark.parametrize("path", ["", "/q/status_now", "/finish", "/privacy", "/decline"])
def test_a_wrong_link_is_a_plain_page_and_says_nothing(app: Flask, scene: Scene, path: str) -> None:
    client = app.test_client()
    for token in ("A" * 22, "x", "é" * 22):
        answer = client.get(f"/s/{token}{path}", headers={"Accept-Language": "sv"})
        assert answer.status_code == 404
        assert "Länken fungerar inte" in answer.text


def test_the_link_of_one_wave_does_not_open_the_other(app: Flask, scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    later = Respondent(app, scene.token(exit_, "follow_up_90"))
    person.begin()
    stolen = re.search(r'name="form_token" value="([^"]+)"', person.text)
    assert stolen
    later.begin()
    answer = later.client.post(f"{later.base}/q/status_now", data={"form_token": stolen[1], "answer": "work"})
    assert answer.status_code == 400
    assert answers(scene, exit_) == []


def test_an_old_link_stops_working_when_a_new_one_is_made(app: Flask, scene: Scene, asked: Asked) -> None:
    from surveys.due_rows import locked_row, spend_links

    exit_, person = asked()
    with transaction():
        spend_links(locked_row(scene.row(exit_).id))
    assert "fungerar inte" in person.get() or "does not work" in person.text
    assert "Hur var det" in Respondent(app, scene.token(exit_)).get()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_opening_any_page_changes_nothing(app: Flask, scene: Scene, asked: Asked, method: str) -> None:
    exit_, _person = asked()
    before = snapshot(scene, exit_)
    client = app.test_client()
    paths = [f"/s/{scene.token(exit_)}{each}" for each in ("", "/q/good_treatment", "/finish", "/decline", "/thanks")]
    paths += [f"/s/{scene.token(exit_)}/begin", f"/o/{scene.opt_out_token(exit_)}", "/genuine"]
    for path in paths:
        answer = client.open(path, method=method, headers={"Purpose": "prefetch"})
        assert answer.status_code in (200, 302, 303, 405)
        assert "Set-Cookie" not in answer.headers
    assert snapshot(scene, exit_) == before


def snapshot(scene: Scene, exit_: EnrolmentExit) -> object:
    row = scene.row(exit_)
    return row.state, row.reason, row.changed_at, row.invited_at, current_session().query(Response).count()


def test_no_page_sets_a_cookie(asked: Asked) -> None:
    _exit, person = asked()
    person.answer_all()
    person.post("/finish")
    assert person.page is not None
    assert all("Set-Cookie" not in each.headers for each in (*person.page.history, person.page))


def test_a_double_click_saves_once(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.begin()
    token = re.search(r'name="form_token" value="([^"]+)"', person.text)
    assert token
    for _click in range(2):
        person.client.post(f"{person.base}/q/good_treatment", data={"form_token": token[1], "answer": "3"})
    assert len(answers(scene, exit_)) == 1


def test_many_devices_at_once_leave_one_answer_and_one_line(app: Flask, scene: Scene, asked: Asked) -> None:
    _exit, person = asked()
    person.answer_all(contact_wish="yes")
    form = re.search(r'name="form_token" value="([^"]+)"', person.text)
    assert form
    current_session().rollback()

    def press(_number: int) -> int:
        client = app.test_client(use_cookies=False)
        return client.post(f"{person.base}/finish", data={"form_token": form[1]}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press, range(40))) == {303}
    assert len(lines(scene, "surveys.answered")) == 1
    assert current_session().query(Task).filter_by(kind="surveys.contact_wish").count() == 1


def test_the_language_changes_by_a_link_and_only_to_approved_ones(scene: Scene, asked: Asked) -> None:
    _exit, person = asked()
    person.begin()
    assert "Did we treat you well?" in person.get("/q/good_treatment?lang=en")
    assert "lang=en" in person.text
    assert "Blev du bra bemött" in person.get("/q/good_treatment?lang=ar")
    assert "العربية" not in person.text


def test_an_approved_arabic_translation_is_written_from_the_right(scene: Scene, asked: Asked) -> None:
    with transaction() as session:
        for translation in session.scalars(select(Translation).where(Translation.language == "ar")):
            translation.approved_at = datetime(2026, 11, 1, tzinfo=UTC)
    _exit, person = asked(language="ar")
    text = person.get("?lang=ar")
    assert '<html lang="ar" dir="rtl">' in text
    assert "كيف كانت المشاركة؟" in text


def test_a_missing_language_offers_a_call_with_an_interpreter(scene: Scene, asked: Asked) -> None:
    exit_, person = asked(language="so")
    assert "Vi har inte enkäten på ditt språk än." in person.get()
    person.post("/call-me", interpreter="yes")
    assert "inom fem arbetsdagar" in person.text
    task = current_session().query(Task).filter_by(kind="surveys.call_me").one()
    assert "interpreter" in task.title["en"]
    assert task.participant_id == scene.row(exit_).participant_id


def test_declining_ends_it_in_silence_and_can_be_taken_back(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.get("/decline")
    person.post("/decline")
    assert "Det är helt okej" in person.text
    row = scene.row(exit_)
    assert (row.state, row.reason) == (DueState.DECLINED, StopReason.DECLINED)
    assert [line.kind for line in all_lines()] == ["enrolment_exit", "surveys.sent"]
    scene.days_pass(6)
    scene.work()
    assert len(scene.mailbox()) == 1
    person.post("/answer-after-all")
    assert "Börja" in person.text
    assert scene.row(exit_).state is DueState.SENT_WAITING


def all_lines() -> list[HistoryLine]:
    current_session().expire_all()
    return list(current_session().scalars(select(HistoryLine).order_by(HistoryLine.id)))


def test_the_employer_hears_that_a_survey_was_answered_only_where_the_person_agreed(
    scene: Scene, asked: Asked, world: World
) -> None:
    exit_, person = asked()
    told, not_told = world.employer(), world.employer()
    enrolment = scene.row(exit_).enrolment
    world.placement(enrolment, told, may_tell_employer=True)
    world.placement(enrolment, not_told)
    person.answer_all(status_now="work", via_us="yes")
    person.post("/finish")
    (line,) = lines(scene, "surveys.answered_neutral")
    assert (line.summary["en"], line.detail) == ("A survey was answered", None)
    links = current_session().scalars(select(HistoryLink).where(HistoryLink.line_id == line.id)).all()
    assert [(link.employer_id, link.participant_id) for link in links] == [(told.id, None)]


def test_the_opt_out_page_asks_first_and_can_be_undone(app: Flask, scene: Scene, asked: Asked) -> None:
    exit_, _person = asked()
    client = app.test_client(use_cookies=False)
    address = f"/o/{scene.opt_out_token(exit_)}"
    page = client.get(address)
    assert "Vill du inte ha fler enkäter från" in page.text
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert token
    done = client.post(address, data={"form_token": token[1]}, follow_redirects=True)
    assert "Du får inga fler enkäter" in done.text
    assert scene.row(exit_).reason == StopReason.OPTED_OUT
    assert scene.row(exit_, "follow_up_90").reason == StopReason.OPTED_OUT
    back = re.search(r'name="form_token" value="([^"]+)"', done.text)
    assert back
    client.post(f"{address}/undo", data={"form_token": back[1]})
    assert scene.row(exit_).state is DueState.SENT_WAITING
    assert scene.row(exit_, "follow_up_90").state is DueState.NOT_YET_DUE


def test_one_click_of_a_mail_program_opts_out_without_a_form(app: Flask, scene: Scene, asked: Asked) -> None:
    exit_, _person = asked()
    client = app.test_client(use_cookies=False)
    address = f"/o/{scene.opt_out_token(exit_)}"
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert scene.row(exit_).reason == StopReason.OPTED_OUT


def test_the_survey_link_does_not_opt_out_and_the_opt_out_link_opens_no_answers(
    app: Flask, scene: Scene, asked: Asked
) -> None:
    exit_, _person = asked()
    client = app.test_client(use_cookies=False)
    assert client.get(f"/o/{scene.token(exit_)}").status_code == 404
    assert client.get(f"/s/{scene.opt_out_token(exit_)}").status_code == 404


def test_the_privacy_page_says_who_reads_what_and_how_long(asked: Asked) -> None:
    _exit, person = asked()
    text = person.get("/privacy")
    assert "högst 24 månader" in text
    assert "{" not in text


def test_anybody_can_check_whether_a_message_is_genuine(app: Flask, scene: Scene) -> None:
    text = app.test_client().get("/genuine?lang=sv").text
    assert scene.unit.name in text
    assert "010-123 45 67" in text
    assert "http://localhost/s/" in text


def test_a_protected_person_can_answer_on_the_spot(app: Flask, scene: Scene) -> None:
    exit_ = scene.leave(scene.person(protected=True))
    assert scene.row(exit_).state is DueState.NOT_POSSIBLE
    person = Respondent(app, scene.token(exit_))
    person.answer_all()
    person.post("/finish")
    assert scene.row(exit_).state is DueState.ANSWERED
    scene.work()
    assert scene.mailbox() == []


def test_no_page_names_the_person_or_loads_anything_from_elsewhere(asked: Asked) -> None:
    _exit, person = asked(first_name="Xerxes", last_name="Hemlig")
    for path in ("", "/decline", "/privacy"):
        text = person.get(path)
        assert "Xerxes" not in text
        assert "Hemlig" not in text
        assert "<script" not in text
        assert "style=" not in text
        assert not re.search(r'(src|href)="https?://', text)


def test_the_due_row_of_a_superseded_exit_is_over(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    with transaction() as session:
        row = session.get_one(DueRow, scene.row(exit_).id)
        row.state, row.reason = DueState.SUPERSEDED, StopReason.LATER_EXIT.value
    assert "Tiden för att svara är slut" in person.get()


def test_junk_instead_of_an_answer_saves_nothing(app: Flask, scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.begin()
    for junk in ("99", "4' OR 1=1", "\x00", "x" * 5000):
        person.get("/q/good_treatment")
        person.answer(junk)
        assert person.page is not None
        assert person.page.status_code == 422
    assert answers(scene, exit_) == []


