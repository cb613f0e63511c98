"""Campaign pages: figures, drill-down, files; and who sees figures of single callers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.agreements.models import Agreement
from crm.db import current_session, transaction
from crm.measures.models import CoordinatorFigures
from outreach.calling.models import Call, Referral
from outreach.campaigns.overview import campaign
from outreach.lists.entries import add_entry
from outreach.lists.models import CallEntry, CallList, Wanted
from outreach.lists.services import finish_entry, next_entry
from tests.outreach_lists.room import NOON, TODAY, Room

Browser = Callable[[str], FlaskClient]


def call(room: Room, call_list: CallList, who: Any, outcome: str) -> CallEntry:
    with transaction():
        entry = next_entry(who, list_id=call_list.id)
        assert entry is not None
        finish_entry(who, entry, outcome=outcome, contact_id=None, script_version_id=room.version_id)
    return entry


def called_list(room: Room) -> CallList:
    """Three of four are called by two people, and a visit came of one call."""
    for name in ("Alm", "Berg", "Cedergren", "Dahl"):
        room.employer(name)
    call_list = room.call_list(wanted=Wanted.VISIT_BOOKED, target=2, deadline=TODAY)
    entry = call(room, call_list, room.caller, "visit_booked")
    call(room, call_list, room.colleague, "declined")
    call(room, call_list, room.caller, "no_answer")
    room.contact(entry.employer, TODAY, channel="visit")
    room.contact(entry.employer, TODAY - timedelta(days=1), channel="visit")
    room.contact(entry.employer, TODAY, channel="visit", unit_id=room.stranger.unit_id)
    walk = {"script": "employer_first_call", "version": 1, "steps": [{"node": "greet", "answer": "yes"}]}
    room.world.save(
        Call(
            entry_id=entry.id, employer_id=entry.employer_id, unit_id=room.unit_id, staff_id=room.caller.staff_id,
            script_version_id=room.version_id, language="en", walk=walk, note="", fields={}, submission_key="one",
            started_at=NOON, saved_at=NOON, ended_at=NOON, outcome="visit_booked",
        )
    )  # fmt: skip
    return call_list


def test_figures_count_calls_outcomes_and_what_came_of_them(room: Room) -> None:
    call_list = called_list(room)
    found = campaign(room.manager, call_list)
    assert (found.total.called, found.total.reached, found.total.achieved) == (3, 2, 1)
    assert dict(found.total.outcomes) == {"visit_booked": 1, "declined": 1, "no_answer": 1}
    assert (found.total.visits, found.total.agreements, found.total.placements) == (1, 0, 0)
    assert [(version, each.called) for version, each in found.by_version] == [(1, 3)]
    assert found.progress.share == 0.5
    assert [(week.called, week.achieved) for week in found.weeks] == [(3, 1)]


def test_placements_that_began_and_agreements_that_were_signed_come_of_a_call(room: Room) -> None:
    call_list = called_list(room)
    employer = room.entries(call_list)[1].employer
    unit = room.world.session.get_one(type(room.world.unit()), room.unit_id)
    person = room.world.participant(unit)
    enrolment = room.world.enrolment(person, room.world.programme(unit))
    room.world.placement(enrolment, employer, starts_on=TODAY)
    room.world.placement(enrolment, employer, starts_on=TODAY + timedelta(days=3))
    room.world.placement(enrolment, employer, starts_on=TODAY, cancelled=True)
    found = campaign(room.manager, call_list)
    assert found.total.placements == 1
    assert not any(hasattr(each, "participant") for each in found.came)
    assert Agreement.__tablename__ == "agreement"


def test_single_callers_are_seen_by_nobody_else_until_it_is_switched_on_and_agreed(room: Room) -> None:
    call_list = called_list(room)
    assert campaign(room.manager, call_list).by_caller == []
    assert [name for name, _figures in campaign(room.caller, call_list).by_caller] == ["Maria Lindqvist"]
    unit = room.world.session.get_one(type(room.world.unit()), room.unit_id)
    unit.modules = ["calls", "calls_by_caller"]
    room.world.session.commit()
    assert campaign(room.manager, call_list).by_caller == []
    unit.coordinator_figures_agreed = "Agreed in the meeting of 1 June"
    agreed = CoordinatorFigures(unit_id=unit.id, agreed_on=TODAY, agreed_with="All of us", recorded_at=NOON)
    room.world.save(agreed)
    assert [name for name, _figures in campaign(room.manager, call_list).by_caller] == ["Ali Hassan", "Maria Lindqvist"]
    assert len(campaign(room.caller, call_list).by_caller) == 1


def test_the_answers_of_a_step_are_counted(room: Room) -> None:
    steps = campaign(room.manager, called_list(room)).answers
    assert [(step.version, step.key, step.total) for step in steps] == [(1, "greet", 1)]


def test_who_named_whom_is_told(room: Room) -> None:
    call_list = called_list(room)
    named = room.employer("Named")
    with transaction():
        source = room.entries(call_list)[0]
        add_entry(room.caller, list_id=call_list.id, employer_id=named.id, referred_by_id=source.id)
    first = room.world.session.query(Call).one()
    usual = {"from_employer_id": first.employer_id, "unit_id": room.unit_id, "created_at": NOON}
    other = room.world.employer("Other")
    room.world.save(Referral(call_id=first.id, named="Other AB", to_employer_id=other.id, settled_at=NOON, **usual))
    found = campaign(room.manager, call_list)
    assert [(each.by, each.name) for each in found.referred] == [("Alm", "Named"), ("Alm", "Other")]
    assert found.not_found == 0


@pytest.fixture
def made(outreach_app: Flask, outside: Room) -> str:
    with outreach_app.app_context():
        return called_list(outside).public_id


def test_the_page_shows_figures_with_ways_to_their_rows_and_how_it_is_counted(made: str, browser: Browser) -> None:
    client = browser("manager")
    text = client.get(f"/campaigns/{made}").text
    assert "within 180 days" in text
    assert "By version of the script" in text
    assert f"/call-lists/{made}?outcome=declined" in text
    rows = client.get(f"/call-lists/{made}?outcome=declined").text
    assert "Berg" in rows
    assert "Alm" not in rows
    assert "Alm" in client.get(f"/call-lists/{made}?version=1&reached=1").text
    assert "By caller" not in text


def test_all_campaigns_of_a_period_stand_in_one_table_with_their_sum(
    made: str, outreach_app: Flask, outside: Room, browser: Browser
) -> None:
    with outreach_app.app_context():
        outside.call_list(name="Another")
    client = browser("manager")
    text = client.get("/campaigns").text
    assert "Summer jobs" in text
    assert "Another" in text
    assert "No list was open in this period" in client.get("/campaigns?since=2020-01-01&until=2020-12-31").text
    assert client.get("/campaigns?since=9999-12-31&until=0001-01-01&unit=77").status_code == 200
    assert client.get("/campaigns/export.xlsx").data.startswith(b"PK")


def test_a_campaign_is_taken_as_workbook_and_on_paper_and_the_log_knows(made: str, browser: Browser) -> None:
    client = browser("manager")
    assert client.get(f"/campaigns/{made}/results.xlsx").data.startswith(b"PK")
    assert client.get(f"/campaigns/{made}/results.pdf").status_code in (200, 303)
    assert "within 180 days" in client.get(f"/campaigns/{made}/print").text
    assert browser("stranger").get(f"/campaigns/{made}").status_code == 404


def test_a_list_without_calls_says_so(outreach_app: Flask, outside: Room, browser: Browser) -> None:
    with outreach_app.app_context():
        outside.employer("Alm")
        public_id = outside.call_list().public_id
        assert current_session() is not None
    assert "Nobody has been called from this list yet" in browser("manager").get(f"/campaigns/{public_id}").text
