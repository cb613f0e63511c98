"""Switching Brobygg on does not mail everybody who ever left: old exits wait for somebody who has looked."""

import re
from datetime import date, timedelta

from sqlalchemy import func, select

from crm.db import current_session
from surveys.dispositions import DueState
from surveys.models import DueRow
from surveys.reconciling import catch_up
from tests.surveys.scene import Office


def old_exits(office: Office, number: int) -> None:
    with office.inside() as scene:
        for place in range(number):
            scene.leave(on=date(2026, 9, 1) + timedelta(days=place % 20))
        scene.work()


def test_eighty_old_exits_are_listed_and_none_is_sent(office: Office) -> None:
    old_exits(office, 80)
    page = office.signed_in(office.manager).get("/surveys/overdue").text
    assert "80 surveys wait" in page
    assert page.count('<tr><th scope="row">') == 80
    assert page.count('name="row"') == 160
    with office.inside() as scene:
        assert scene.mailbox() == []


def test_one_press_sends_what_was_seen(office: Office) -> None:
    old_exits(office, 5)
    client = office.signed_in(office.manager)
    ids = waiting(office)
    client.post("/surveys/overdue/send", data={"row": ids[:4]})
    with office.inside() as scene:
        scene.work()
        assert len(scene.mailbox()) == 4
        catch_up()
        scene.work()
        assert len(scene.mailbox()) == 4
    assert waiting(office) == ids[4:]
    client.post("/surveys/overdue/send", data={"row": ids[:4]})
    with office.inside() as scene:
        scene.work()
        assert len(scene.mailbox()) == 4


def test_each_survey_is_decided_by_itself(office: Office) -> None:
    """Somebody who left long ago waits for both; nobody must be sent two messages in one press."""
    with office.inside() as scene:
        for place in range(6):
            scene.leave(on=date(2026, 2, 2) + timedelta(days=place))
        scene.work()
    client = office.signed_in(office.manager)
    page = client.get("/surveys/overdue").text
    assert "These surveys are for 6 people" in page
    assert page.count("6 surveys wait") == 2
    forms = re.findall(r'<form[^>]*action="/surveys/overdue/send".*?</form>', page, re.S)
    assert [form.count('name="row"') for form in forms] == [6, 6]
    client.post("/surveys/overdue/send", data={"row": re.findall(r'name="row" value="([^"]+)"', forms[1])})
    with office.inside() as scene:
        scene.work()
        assert {item.subject for item in scene.mailbox()} == {"Hur går det nu?"}
        assert len(scene.mailbox()) == 6
    page = client.get("/surveys/overdue").text
    assert page.count("6 surveys wait") == 1
    assert "These surveys are for" not in page


def test_the_page_shows_how_far_the_sending_has_come(office: Office) -> None:
    old_exits(office, 3)
    client = office.signed_in(office.manager)
    page = client.post("/surveys/overdue/send", data={"row": waiting(office)[:2]}, follow_redirects=True).text
    assert "0 of 2" in page
    with office.inside() as scene:
        scene.work()
    assert "<progress" not in client.get("/surveys/overdue").text


def waiting(office: Office) -> list[str]:
    with office.inside():
        statement = select(DueRow.public_id).where(
            DueRow.state == DueState.DUE, DueRow.confirmed_at.is_(None), DueRow.wave == "exit"
        )
        return list(current_session().scalars(statement.order_by(DueRow.id)))


def test_what_is_let_be_stands_in_the_ledger(office: Office) -> None:
    old_exits(office, 3)
    office.signed_in(office.manager).post("/surveys/overdue/close", data={"row": waiting(office)})
    with office.inside():
        closed = select(func.count()).where(DueRow.state == DueState.CLOSED_WITHOUT_ANSWER)
        assert current_session().scalar(closed) == 3


def test_a_coordinator_looks_and_a_manager_decides(office: Office) -> None:
    old_exits(office, 1)
    client = office.signed_in(office.coordinator)
    assert "A manager decides" in client.get("/surveys/overdue").text
    assert client.post("/surveys/overdue/send", data={"row": waiting(office)}).status_code == 403


def test_who_cannot_be_reached_is_listed_with_the_reason(office: Office) -> None:
    with office.inside() as scene:
        scene.leave(scene.person(last_name="Utan", email=None, phone=None), on=date(2026, 11, 10))
    page = office.signed_in(office.manager).get("/surveys/overdue").text
    assert "Utan" in page
    assert "there is no phone number and no e-mail address" in page


def test_the_today_page_says_what_waits(office: Office) -> None:
    old_exits(office, 2)
    page = office.signed_in(office.manager).get("/today").text
    assert "2 late surveys wait for a decision" in page
