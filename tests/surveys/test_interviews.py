"""Asking by phone: who is on the list, who may call, and what is kept."""

import re

from sqlalchemy import select

from crm.accounts.models import AuditEntry, Staff, Unit
from crm.actors import respondent_actor
from crm.db import current_session, transaction
from crm.history.models import HistoryLine
from crm.participants.models import Participant
from surveys.answering import Begun, begin, save_answer
from surveys.dispositions import DueState
from surveys.models import DueRow
from tests.surveys.scene import Office


def reminded(office: Office, **values: object) -> tuple[str, str]:
    """Somebody who is silent after the last reminder: the row's address and the person's name."""
    with office.inside() as scene:
        exit_ = scene.leave(scene.person(**values))
        scene.work()
        scene.days_pass(6)
        scene.work()
        row = scene.row(exit_)
        return row.public_id, row.participant.full_name


def test_the_list_holds_who_is_silent_after_the_last_reminder(office: Office) -> None:
    _row, name = reminded(office)
    with office.inside() as scene:
        fresh = scene.person(last_name="Nyss")
        scene.leave(fresh)
        scene.work()
    page = office.signed_in(office.colleague).get("/surveys/calls").text
    assert name in page
    assert "Nyss" not in page


def test_the_own_coordinator_is_not_on_it_and_is_told_why(office: Office) -> None:
    row, name = reminded(office)
    client = office.signed_in(office.coordinator)
    assert name not in client.get("/surveys/calls").text
    refused = client.get(f"/surveys/interview/{row}")
    assert refused.status_code == 403
    assert "let a colleague call" in refused.text


def test_protected_people_are_on_no_list(office: Office) -> None:
    row, name = reminded(office)
    with office.inside() as scene:
        with transaction() as session:
            session.scalars(select(Participant)).one().protected = True
        assert scene is not None
    client = office.signed_in(office.colleague)
    assert name not in client.get("/surveys/calls").text
    assert client.get(f"/surveys/interview/{row}").status_code == 404


def test_an_interview_keeps_who_wrote_the_answers_down(office: Office) -> None:
    row, _name = reminded(office)
    client = office.signed_in(office.colleague)
    assert "Nils Ek" in client.get(f"/surveys/interview/{row}").text
    page = client.post(f"/surveys/interview/{row}/begin", follow_redirects=True)
    for _question in range(20):
        if page.request.path.endswith("/finish"):
            break
        value = re.search(r'name="answer" value="([^"]+)"', page.text)
        page = client.post(page.request.path, data={"answer": value[1] if value else ""}, follow_redirects=True)
    client.post(f"/surveys/interview/{row}/finish", data={})
    with office.inside():
        saved = current_session().scalars(select(DueRow).where(DueRow.public_id == row)).one()
        caller = current_session().scalars(select(Staff).where(Staff.name == "Nils Ek")).one()
        assert saved.state is DueState.ANSWERED
        assert saved.response is not None
        assert (saved.response.mode, saved.response.entered_by_id) == ("phone", caller.id)
        line = current_session().scalars(select(HistoryLine).where(HistoryLine.kind == "surveys.answered")).one()
        assert line.summary["en"].startswith("Survey answered by phone")
        actions = set(current_session().scalars(select(AuditEntry.action)))
        assert {"survey_interview_opened"} <= actions


def test_a_caller_does_not_see_what_the_person_chose_alone(office: Office) -> None:
    with office.inside() as scene:
        exit_ = scene.leave()
        scene.work()
        row = scene.row(exit_)
        with transaction():
            begin(respondent_actor(), row_id=row.id, how=Begun("sv"))
            save_answer(respondent_actor(), row_id=row.id, question="good_treatment", raw=["1"], language="sv")
        public_id = scene.row(exit_).public_id
    client = office.signed_in(office.colleague)
    client.post(f"/surveys/interview/{public_id}/begin")
    assert "checked" not in client.get(f"/surveys/interview/{public_id}/q/good_treatment").text


def test_a_call_that_did_not_suit_is_counted_and_a_no_ends_it(office: Office) -> None:
    row, name = reminded(office)
    client = office.signed_in(office.colleague)
    client.post(f"/surveys/interview/{row}/later")
    page = client.get("/surveys/calls").text
    assert re.search(rf"{name}.*?1 call so far", page, re.S)
    client.post(f"/surveys/interview/{row}/no")
    assert name not in client.get("/surveys/calls").text


def test_a_number_without_a_mailbox_is_worth_a_call(office: Office) -> None:
    with office.inside() as scene:
        scene.leave(scene.person(last_name="Fast", email=None, phone="+4687654321"))
    assert "Fast" in office.signed_in(office.colleague).get("/surveys/calls").text


def test_a_unit_that_switched_calls_off_has_no_such_pages(office: Office) -> None:
    row, _name = reminded(office)
    with office.inside() as scene, transaction() as session:
        session.get_one(Unit, scene.unit.id).modules = ["-surveys.calls"]
    client = office.signed_in(office.colleague)
    assert client.get("/surveys/calls").status_code == 404
    assert client.post(f"/surveys/interview/{row}/begin").status_code == 404
    assert "to call" not in client.get("/today").text
    with office.inside() as scene:
        address = f"/settings/units/{scene.unit.public_id}"
    assert "Calls for surveys" in office.signed_in(office.administrator).get(address).text
