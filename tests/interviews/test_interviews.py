"""Interviews of employers: coded answers, the summary over companies, pages and file."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotVisible
from crm.interviews.guide import GUIDE, Answer
from crm.interviews.merging import merge_interviews
from crm.interviews.models import EmployerInterview
from crm.interviews.queries import interviews_at, summary_of
from crm.interviews.services import InterviewFields, add_interview, change_interview
from tests.participants.conftest import Here
from tests.placements.test_course_pages import _send
from tests.world import World

Browser = Callable[[str], FlaskClient]
DAY = date(2026, 3, 2)


def talk(here: Here, employer_id: int, day: date = DAY, **answers: str) -> EmployerInterview:
    with transaction():
        return add_interview(here.coordinator, employer_id=employer_id, given=InterviewFields(day, answers))


def test_of_n_companies_one_knows_the_schemes_and_all_but_two_have_experience(here: Here, world: World) -> None:
    companies = 7
    rows = [
        talk(
            here,
            world.employer().id,
            knows_schemes="well" if number == 0 else "little",
            prior_experience="none" if number < 2 else "good",
        )
        for number in range(companies)
    ]
    figures = {each.topic.key: each for each in summary_of(rows).topics}
    assert summary_of(rows).employers == companies
    assert figures["knows_schemes"].headline == 1
    assert figures["prior_experience"].headline == companies - 2
    assert figures["reachable"].asked == 0


def test_of_two_interviews_at_one_company_the_newest_counts(here: Here, world: World) -> None:
    employer_id = world.employer().id
    rows = [talk(here, employer_id, date(2026, 3, 1), would_take="no"), talk(here, employer_id, would_take="yes")]
    assert summary_of(rows).employers == 1
    assert [each.headline for each in summary_of(rows).topics if each.topic.key == "would_take"] == [1]
    assert interviews_at(here.coordinator, employer_id) == rows[::-1]


def test_an_interview_that_breaks_a_rule_is_refused_and_a_second_sending_makes_none(here: Here, world: World) -> None:
    employer_id = world.employer().id
    for given in (
        InterviewFields(DAY, {"would_take": "never"}),
        InterviewFields(DAY, {"religion": "yes"}),
        InterviewFields(DAY, {"made_bad": "slow,weather"}),
        InterviewFields(DAY, {"proposals": "x" * 2001}),
        InterviewFields(DAY, {}),
        InterviewFields(date(2100, 1, 1), {"would_take": "yes"}),
    ):
        with pytest.raises(DomainError), transaction():
            add_interview(here.coordinator, employer_id=employer_id, given=given)
    good = InterviewFields(DAY, {"would_take": "yes"})
    for _again in range(2):
        with transaction():
            add_interview(here.coordinator, employer_id=employer_id, given=good, submission_key="k")
    row = interviews_at(here.coordinator, employer_id)[0]
    assert len(interviews_at(here.coordinator, employer_id)) == 1
    with transaction():
        change_interview(here.coordinator, interview_id=row.id, given=good, version=1)
    with pytest.raises(EditConflict), transaction():
        change_interview(here.coordinator, interview_id=row.id, given=good, version=1)
    stranger = world.actor(world.staff(unit=world.unit("South")))
    with pytest.raises(NotVisible), transaction():
        change_interview(stranger, interview_id=row.id, given=good)


def test_what_made_it_bad_is_counted_reason_by_reason_and_proposals_are_told_in_words(here: Here, world: World) -> None:
    said = (
        {"made_bad": "slow,not_reached", "proposals": "One number to call"},
        {"made_bad": "slow"},
        {"contact_person": "one", "proposals": "A visit each year"},
    )
    rows = [talk(here, world.employer(f"Company {number}").id, **answers) for number, answers in enumerate(said)]
    figures = {each.topic.key: each for each in summary_of(rows).topics}
    bad = figures["made_bad"]
    assert (bad.headline, bad.asked) == (2, 2)
    assert {code: number for code, number in bad.counts.items() if number} == {"slow": 2, "not_reached": 1}
    assert (figures["contact_person"].headline, figures["contact_person"].asked) == (1, 1)
    proposals = figures["proposals"]
    assert proposals.asked == 2
    assert proposals.words == [("Company 0", "One number to call"), ("Company 2", "A visit each year")]


def test_an_old_interview_keeps_what_the_guide_no_longer_asks(here: Here, world: World) -> None:
    row = talk(here, world.employer().id, reachable="yes")
    row.answers = {"reachable": "yes", "parking": "good"}
    world.save(row)
    with transaction():
        change_interview(here.coordinator, interview_id=row.id, given=InterviewFields(DAY, {"reachable": "no"}))
    assert row.answers == {"reachable": "no", "parking": "good"}
    assert [each.headline for each in summary_of([row]).topics if each.topic.key == "reachable"] == [0]


def test_every_topic_is_asked_kept_shown_and_printed(
    browser: Browser, there: Here, core_app: Flask, world: World, on: None
) -> None:
    with core_app.app_context():
        employer = world.employer("Solbageriet").public_id
    client, address = browser("coordinator"), f"/employers/{employer}/interviews/new"
    answers: dict[str, object] = {
        key: list(topic.codes)[:2] if topic.answer is Answer.SEVERAL else next(iter(topic.codes), f"Words on {key}")
        for key, topic in GUIDE.items()
    }
    paper = client.get("/interviews/guide").get_data(as_text=True)
    form = client.get(address).get_data(as_text=True)
    for key, topic in GUIDE.items():
        with core_app.test_request_context():
            assert escape(str(topic.question)) in paper, key
            assert escape(str(topic.question)) in form, key
    assert client.post(address, data={"on_date": DAY.isoformat(), **answers}).status_code == 303
    with core_app.app_context():
        row = current_session().scalars(select(EmployerInterview)).one()
        assert set(row.answers) == set(GUIDE)
        assert row.answers["made_bad"] == "not_reached,random_person"
        own = f"/interviews/{row.public_id}"
    pages = [client.get(each).get_data(as_text=True) for each in (f"/employers/{employer}/details", "/interviews", own)]
    assert all("Words on proposals" in page for page in pages)
    assert "Somebody new each time" in pages[0]
    assert pages[2].count(" checked") == len(GUIDE) - 3 + 1
    # Nothing is required: only the one answer stays.
    assert client.post(own, data={"on_date": DAY.isoformat(), "goal_clear": "no", "version": "1"}).status_code == 303
    with core_app.app_context():
        assert current_session().scalars(select(EmployerInterview)).one().answers == {"goal_clear": "no"}


def test_interviews_follow_when_two_employers_are_one_and_come_back(here: Here, world: World) -> None:
    kept, gone = world.employer(), world.employer()
    row = talk(here, gone.id, would_take="yes")
    with transaction():
        memory = merge_interviews.merge(here.coordinator, kept.id, gone.id)
    assert row.employer_id == kept.id
    with transaction():
        merge_interviews.undo(here.coordinator, kept.id, gone.id, memory)
    assert row.employer_id == gone.id


def test_an_interview_is_written_on_the_employers_page_listed_and_taken_along(
    browser: Browser, there: Here, core_app: Flask, world: World, on: None
) -> None:
    with core_app.app_context():
        employer = world.employer("=Solbageriet").public_id
    client = browser("coordinator")
    answers = {"on_date": DAY.isoformat(), "knows_schemes": "well", "prior_experience": "none"}
    assert _send(client, f"/employers/{employer}/interviews/new", **answers) == 303
    assert "Knows them well" in client.get(f"/employers/{employer}/details").get_data(as_text=True)
    page = client.get("/interviews").get_data(as_text=True)
    assert "Know the schemes" in page
    assert "No interview fits" in client.get("/interviews?q=nobody").get_data(as_text=True)
    file = client.get("/interviews/export")
    assert "'=Solbageriet;2026-03-02;Knows them well;;None;" in file.get_data(as_text=True)
    assert "Which schemes do you know" in client.get("/interviews/guide").get_data(as_text=True)
