"""Links that are wrong, worn out, of somebody else, or pressed twice: nothing is saved that should not be."""

import re
import secrets
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.db import current_session
from crm.history.models import HistoryLine
from crm.tasks.models import Task
from surveys.dispositions import DueState
from surveys.models import Answer, Response
from tests.surveys.respondent import Asked, Respondent, answers, lines
from tests.surveys.scene import Scene

PAGES = ("", "/q/good_treatment", "/finish", "/decline", "/privacy", "/thanks", "/stopped", "/call-noted")
ACTIONS = ("/begin", "/q/good_treatment", "/finish", "/decline", "/call-me", "/answer-after-all")


def rows(model: type[object]) -> int:
    current_session().expire_all()
    return current_session().scalar(select(func.count()).select_from(model)) or 0


def wrong(token: str) -> list[str]:
    """What a token becomes on its way: cut, lengthened, in capitals, with one letter changed, guessed."""
    other = "A" if token[5] != "A" else "B"
    return [
        token[:-1],
        token[1:],
        token + "A",
        token + "=",
        token + ".",
        token.swapcase(),
        token[:5] + other + token[6:],
        secrets.token_urlsafe(16),
        token.replace(token[0], "%00", 1),
    ]


def test_a_link_that_is_not_exactly_right_opens_nothing_and_does_nothing(
    app: Flask, scene: Scene, asked: Asked
) -> None:
    exit_, _person = asked()
    client = app.test_client(use_cookies=False)
    for token in wrong(scene.token(exit_)):
        assert {client.get(f"/s/{token}{path}").status_code for path in PAGES} == {404}
        assert {client.post(f"/s/{token}{path}").status_code for path in ACTIONS} == {404}
    for token in wrong(scene.opt_out_token(exit_)):
        assert client.get(f"/o/{token}").status_code == 404
        assert client.post(f"/o/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert rows(Response) == 0
    assert scene.row(exit_).state is DueState.SENT_WAITING


def test_a_form_without_its_token_or_with_that_of_another_step_saves_nothing(
    app: Flask, scene: Scene, asked: Asked
) -> None:
    exit_, person = asked()
    person.begin()
    token = re.search(r'name="form_token" value="([^"]+)"', person.text)
    assert token
    client = app.test_client(use_cookies=False)
    for path in ("/q/good_treatment", "/finish", "/decline", "/call-me"):
        for given in ("", "x", "é" * 22, token[1][:-1], token[1] if "treatment" not in path else "0" * 22):
            answer = client.post(f"{person.base}{path}", data={"form_token": given, "answer": "1"})
            assert answer.status_code == 400, (path, given)
    assert answers(scene, exit_) == []
    assert scene.row(exit_).state is DueState.SENT_WAITING


def test_the_form_of_one_person_saves_nothing_for_another(app: Flask, scene: Scene, asked: Asked) -> None:
    _one, first = asked()
    other, second = asked()
    first.begin()
    second.begin()
    stolen = re.search(r'name="form_token" value="([^"]+)"', first.text)
    assert stolen
    address = f"{second.base}/q/good_treatment"
    assert second.client.post(address, data={"form_token": stolen[1], "answer": "1"}).status_code == 400
    assert answers(scene, other) == []


def test_the_opt_out_link_of_one_person_leaves_the_other_alone(app: Flask, scene: Scene, asked: Asked) -> None:
    one, _first = asked()
    other, _second = asked()
    address = f"/o/{scene.opt_out_token(one)}"
    app.test_client().post(address, data={"List-Unsubscribe": "One-Click"})
    assert scene.row(one).state is not DueState.SENT_WAITING
    assert scene.row(other).state is DueState.SENT_WAITING


def test_a_link_after_its_last_day_takes_no_answer(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.begin()
    page = person.page
    scene.travel(datetime(2026, 12, 10, 1, 0, tzinfo=UTC))
    person.page = page
    person.answer("4")
    assert answers(scene, exit_) == []
    assert "Tiden för att svara är slut" in person.get()
    for path in ("/decline", "/finish"):
        assert "Tiden för att svara är slut" in person.get(path)


def test_a_link_that_was_answered_shows_nothing_of_it_and_changes_nothing(scene: Scene, asked: Asked) -> None:
    exit_, person = asked()
    person.answer_all(good_text="Fikat på fredagar", contact_wish="yes")
    last = person.page
    person.post("/finish")
    before = [(answer.question, answer.choice, answer.text) for answer in answers(scene, exit_)]
    for path in PAGES:
        assert "Fikat på fredagar" not in person.get(path)
    for path in ("/finish", "/begin", "/decline"):
        person.page = last
        person.post(path)
    assert [(answer.question, answer.choice, answer.text) for answer in answers(scene, exit_)] == before
    assert scene.row(exit_).state is DueState.ANSWERED


@pytest.mark.parametrize("times", [2, 5])
def test_a_double_click_counts_once(scene: Scene, asked: Asked, times: int) -> None:
    _exit, person = asked()
    person.get()
    for path in ("/begin", "/q/good_treatment"):
        page = person.page
        for _click in range(times):
            person.page = page
            person.post(path, answer="4")
    assert (rows(Response), rows(Answer)) == (1, 1)
    go_on(person, contact_wish="yes")
    page = person.page
    for _click in range(times):
        person.page = page
        person.post("/finish")
        assert "Tack" in person.text
    assert len(lines("surveys.answered")) == 1
    assert current_session().query(Task).filter_by(kind="surveys.contact_wish").count() == 1
    keys = [(line.kind, line.source_ref) for line in current_session().scalars(select(HistoryLine))]
    assert len(keys) == len(set(keys))


def go_on(person: Respondent, **given: str) -> None:
    """Answer what is left."""
    person.get("/finish")
    for _number in range(30):
        if person.path.endswith("/finish"):
            return
        key = person.path.rpartition("/")[2]
        person.answer(given.get(key, "" if key.endswith("_text") else "_skip"))
    raise AssertionError("the survey does not end")


def test_asking_twice_to_be_called_is_one_task(scene: Scene, asked: Asked) -> None:
    _exit, person = asked()
    person.begin()
    page = person.page
    for _click in range(3):
        person.page = page
        person.post("/call-me")
    assert current_session().query(Task).count() <= 1


@pytest.mark.parametrize("ticket", ["x", "0.0", "ffffffffffff." + "A" * 22, "-1.x", "6a.é", "\x00", "9" * 400])
def test_nobody_makes_an_answer_count_as_given_in_the_office(scene: Scene, asked: Asked, ticket: str) -> None:
    exit_, person = asked()
    person.get()
    person.post("/begin", m=ticket)
    response = scene.row(exit_).response
    assert response is not None
    assert response.mode == "web"
