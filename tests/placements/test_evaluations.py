"""What an evaluation leaves behind: lines in both histories, and what it said where the next step is planned."""

from collections.abc import Callable
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.db import current_session, transaction
from crm.history.models import HistoryLine
from crm.placements.models import Placement
from crm.placements.queries import last_evaluated
from crm.placements.step_models import Evaluator
from tests.participants.conftest import Here
from tests.placements.test_course import end, evaluate, start
from tests.placements.test_course_pages import _placement, _send
from tests.world import World

Browser = Callable[[str], FlaskClient]
FOUR = {
    "worked": "Kind to the guests",
    "challenges": "Early mornings",
    "way_on": "Half days to begin with",
    "clarification_value": "Can work in a kitchen",
}


def _lines(subject: str, number: int) -> list[HistoryLine]:
    statement = select(HistoryLine).where(HistoryLine.kind == "placement_evaluated").order_by(HistoryLine.id)
    lines = current_session().scalars(statement).all()
    return [line for line in lines if getattr(line.links[0], subject) == number]


def test_an_evaluation_stands_in_both_histories_and_its_answers_only_with_the_person(here: Here, world: World) -> None:
    placement = start(here, world)
    end(here, placement)
    for evaluator in (*Evaluator, Evaluator.EMPLOYER):
        evaluate(here, placement, evaluator)
    said = [f"Evaluation of a placement: The {who}" for who in ("participant", "employer")]
    of_person, of_employer = (
        _lines("participant_id", placement.participant_id), _lines("employer_id", placement.employer_id)
    )  # fmt: skip
    assert [line.summary["en"] for line in of_person] == said == [line.summary["en"] for line in of_employer]
    assert all("The way on: A job" in (line.detail or {})["en"] for line in of_person)
    assert [line.detail for line in of_employer] == [None, None]


def test_the_next_placement_and_the_plan_begin_with_what_the_last_evaluation_said(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    with core_app.app_context():
        unit = world.session.get_one(Unit, there.unit_id)
        unit.modules = [*unit.modules, "plans"]
        world.save(unit)
    placement, employer = _placement(there, core_app, world)
    client, here = browser("coordinator"), f"/placements/{placement}"
    person = f"/participants/{there.person}"
    where = (f"{person}/placements/new", f"{person}/individual-plan")
    assert "What the last evaluation said" not in "".join(client.get(each).text for each in where)
    assert _send(client, f"{here}/end", ends_on="2026-05-01", reason="completed") == 303
    assert _send(client, f"{here}/evaluation?who=employer", **FOUR) == 303
    for each in where:
        page = client.get(each).text
        assert "What the last evaluation said" in page
        assert all(answer in page for answer in FOUR.values())
    history = client.get(person).text
    assert "Evaluation of a placement: The employer" in history
    pages = "".join(client.get(f"/employers/{employer}{part}").text for part in ("", "/details"))
    # That there is one, and the way to it for those who see the person; never what it says.
    assert "Evaluation of a placement: The employer" in pages
    assert f"/placements/{placement}#step-evaluation" in pages
    assert not any(answer in pages for answer in FOUR.values())
    others = browser("colleague").get(f"/employers/{employer}").text
    assert f"/placements/{placement}" not in others


def test_of_several_placements_the_one_that_ended_last_is_shown(here: Here, world: World) -> None:
    days = [(date(2026, 1, 5), date(2026, 4, 1)), (date(2026, 1, 5), date(2026, 5, 1)), (date(2026, 1, 5), None)]
    rows: list[Placement] = []
    for starts_on, ends_on in days:
        rows.append(start(here, world, starts_on=starts_on))
        if ends_on:
            end(here, rows[-1], on=ends_on)
    for row in rows[:2]:
        evaluate(here, row, Evaluator.PARTICIPANT)
    assert last_evaluated(here.coordinator, here.person_id) is rows[1]
    with transaction():
        stranger = world.actor(world.staff(unit=world.unit("South")))
    assert last_evaluated(stranger, here.person_id) is None
