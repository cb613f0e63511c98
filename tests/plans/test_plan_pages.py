"""The pages of profiles, plans and competence cards, without scripts."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.db import current_session
from crm.plans.models import PaperKind, PlanPaper
from crm.plans.words import QUESTIONS
from tests.participants.conftest import Here
from tests.placements.test_course_pages import _placement, _send
from tests.world import World

Browser = Callable[[str], FlaskClient]


def _paper(core_app: Flask) -> str:
    with core_app.app_context():
        newest = select(PlanPaper).order_by(PlanPaper.id.desc()).limit(1)
        return current_session().scalars(newest).one().public_id


# WeasyPrint leaves the file of its colour profile to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_plan_is_created_revised_and_printed(browser: Browser, there: Here, core_app: Flask, on: None) -> None:
    client, address = browser("coordinator"), f"/participants/{there.person}/individual-plan"
    for goal in ("Work in a shop", "Work in the till"):
        assert _send(client, address, goal=goal, steps="A course in March") == 303
    page = client.get(address).get_data(as_text=True)
    assert "Version 2" in page
    assert "Version 1" in page
    paper = _paper(core_app)
    on_paper = client.get(f"/plan-papers/{paper}/print").get_data(as_text=True)
    assert "Work in the till" in on_paper
    assert "Version 2" in on_paper
    assert client.get(f"/plan-papers/{paper}/pdf").data.startswith(b"%PDF")


# WeasyPrint leaves the file of its colour profile to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_competence_card_is_created_revised_and_printed(
    browser: Browser, there: Here, core_app: Flask, on: None
) -> None:
    client, address = browser("coordinator"), f"/participants/{there.person}/competence-card"
    assert _send(client, address, experience="A summer in a shop") == 303
    answers = {key: f"Says of {key}" for key in QUESTIONS[PaperKind.COMPETENCE_CARD]}
    assert _send(client, address, **answers) == 303
    paper = _paper(core_app)
    html = client.get(f"/plan-papers/{paper}/print").text
    pdf = client.get(f"/plan-papers/{paper}/pdf")
    assert pdf.headers["Content-Disposition"] == 'attachment; filename="competence-card-2.pdf"'
    for text in (html, PdfReader(io.BytesIO(pdf.data)).pages[0].extract_text()):
        for said in ("Competence card", "Version 2", "Åsa Öberg", "Skills of the trade", *answers.values()):
            assert said in text, said
        # The earlier version has a paper of its own, and a card is signed by nobody.
        assert "A summer in a shop" not in text
        assert "Coordinator" not in text


def test_a_card_is_refused_without_consent_and_the_page_leads_to_where_it_is_given(
    browser: Browser, there: Here, core_app: Flask, world: World, on: None
) -> None:
    placement, _employer = _placement(there, core_app, world)
    client = browser("coordinator")
    assert _send(client, f"/participants/{there.person}/competence-card", experience="A shop") == 303
    address = f"/plan-papers/{_paper(core_app)}/employer"
    assert _send(client, address, placement=placement, told="Eva Holm") == 422
    assert client.post(f"/placements/{placement}/consent", data={"items": "skills"}).status_code == 303
    assert _send(client, address, placement=placement, told="Eva Holm") == 303
    assert "Eva Holm" in client.get(f"/placements/{placement}").get_data(as_text=True)


def test_employers_that_may_fit_are_shown_with_the_training_that_is_needed(
    browser: Browser, there: Here, core_app: Flask, world: World, on: None
) -> None:
    client, address = browser("coordinator"), f"/participants/{there.person}/employers"
    assert "No wishes and skills yet" in client.get(address).get_data(as_text=True)
    with core_app.app_context():
        world.relationship(world.employer("Solbageriet"), world.session.get_one(Unit, there.unit_id))
    lines = {"wishes": "Solbageri\nCafé", "training_needs": "Food hygiene"}
    assert _send(client, f"/participants/{there.person}/profile", **lines) == 303
    page = client.get(address).get_data(as_text=True)
    for text in ("Solbageriet", "Wish", "Food hygiene", "Start a placement"):
        assert text in page


def test_health_in_a_card_is_pointed_out_and_nothing_is_lost(browser: Browser, there: Here, on: None) -> None:
    client, address = browser("coordinator"), f"/participants/{there.person}/competence-card"
    assert _send(client, address, experience="Well again after the depression") == 422


def test_without_the_module_there_are_no_such_pages(browser: Browser, there: Here) -> None:
    client = browser("coordinator")
    assert client.get(f"/participants/{there.person}/profile").status_code == 404
    assert "Plan and skills" not in client.get(f"/participants/{there.person}").get_data(as_text=True)
