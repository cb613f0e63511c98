"""The pages of somebody who is asked: from the link to the thanks, and every way to leave."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.tasks.models import Task
from surveys.dispositions import DueState, StopReason
from surveys.models import DueRow, Translation
from tests.surveys.respondent import AGREES, Asked, Respondent, answers, lines
from tests.surveys.scene import Scene


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
    line = lines("surveys.answered")[0]
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
    detail = lines("surveys.answered")[0].detail
    assert detail is not None
    assert "“Fikat”" in detail["sv"]
    assert "Ja, helt och hållet" in detail["sv"]


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
    assert lines("surveys.answered") == []
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
    assert len(lines("surveys.answered")) == 1
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


def test_a_protected_person_can_answer_on_the_spot(app: Flask, scene: Scene) -> None:
    exit_ = scene.leave(scene.person(protected=True))
    assert scene.row(exit_).state is DueState.NOT_POSSIBLE
    person = Respondent(app, scene.token(exit_))
    person.answer_all()
    person.post("/finish")
    assert scene.row(exit_).state is DueState.ANSWERED
    scene.work()
    assert scene.mailbox() == []


def test_the_due_row_of_a_superseded_exit_is_over(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    with transaction() as session:
        row = session.get_one(DueRow, scene.row(exit_).id)
        row.state, row.reason = DueState.SUPERSEDED, StopReason.LATER_EXIT.value
    assert "Tiden för att svara är slut" in person.get()
