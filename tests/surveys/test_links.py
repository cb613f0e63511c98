"""What a link opens and what it does not: no side effects, no cookies, ways to say no, pages that explain."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.history.models import HistoryLine, HistoryLink
from crm.participants.models import EnrolmentExit
from crm.placements.models import BEFORE_START
from surveys.dispositions import DueState, StopReason
from surveys.due_rows import locked_row, spend_links
from surveys.models import Response
from tests.surveys.respondent import Asked, Respondent, answers, lines
from tests.surveys.scene import Scene
from tests.world import World


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
    world.placement(enrolment, world.employer(), may_tell_employer=True, status="planned")
    world.placement(enrolment, world.employer(), may_tell_employer=True, cancelled=True)
    person.answer_all(status_now="work", via_us="yes")
    person.post("/finish")
    (line,) = lines("surveys.answered_neutral")
    assert (line.summary["en"], line.detail) == ("A survey was answered", None)
    links = current_session().scalars(select(HistoryLink).where(HistoryLink.line_id == line.id)).all()
    assert [(link.employer_id, link.participant_id) for link in links] == [(told.id, None)]


def test_placements_that_never_began_are_skipped_when_employers_hear_of_a_survey(
    scene: Scene, asked: Asked, world: World
) -> None:
    """Nobody has worked there, whatever is planned: that a survey was answered is none of the employer's affair."""
    exit_, person = asked()
    enrolment = scene.row(exit_).enrolment
    for status in (*BEFORE_START, "cancelled"):
        world.placement(
            enrolment, world.employer(), may_tell_employer=True, status=status, cancelled=status == "cancelled"
        )
    begun = world.employer()
    world.placement(enrolment, begun, may_tell_employer=True, status="active")
    person.answer_all(status_now="work", via_us="yes")
    person.post("/finish")
    told = [subject.employer_id for line in lines("surveys.answered_neutral") for subject in _links(line)]
    assert told == [begun.id]


def test_where_nobody_began_no_employer_hears_of_a_survey(scene: Scene, asked: Asked, world: World) -> None:
    exit_, person = asked()
    for status in BEFORE_START:
        world.placement(scene.row(exit_).enrolment, world.employer(), may_tell_employer=True, status=status)
    person.answer_all(status_now="work", via_us="yes")
    person.post("/finish")
    assert lines("surveys.answered_neutral") == []


def _links(line: HistoryLine) -> list[HistoryLink]:
    return list(current_session().scalars(select(HistoryLink).where(HistoryLink.line_id == line.id)))


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


def test_no_page_names_the_person_or_loads_anything_from_elsewhere(asked: Asked) -> None:
    _exit, person = asked(first_name="Xerxes", last_name="Hemlig")
    for path in ("", "/decline", "/privacy"):
        text = person.get(path)
        assert "Xerxes" not in text
        assert "Hemlig" not in text
        assert "<script" not in text
        assert "style=" not in text
        assert not re.search(r'(src|href)="https?://', text)


def test_junk_instead_of_an_answer_saves_nothing(app: Flask, scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.begin()
    for junk in ("99", "4' OR 1=1", "\x00", "x" * 5000):
        person.get("/q/good_treatment")
        person.answer(junk)
        assert person.page is not None
        assert person.page.status_code == 422
    assert answers(scene, exit_) == []
