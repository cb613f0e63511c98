"""The pages of events: for staff, at the door, and for those who are invited."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import event as listening
from sqlalchemy import select

from crm import clock
from crm.accounts.models import AuditEntry
from crm.db import current_session, db
from crm.employers.view_models import SavedView
from crm.search.services import rebuild
from outreach.events.models import Answer, EventInvitation, EventOptOut, OutreachEvent
from outreach.events.tokens import form_token, reply_token
from tests.outreach_events.conftest import AT_THE_DOOR, NOW, Breakfast

Browser = Callable[[str], FlaskClient]
Jump = Callable[[datetime], None]
FORM = {
    "kind": "breakfast", "title": "Frukost", "on_date": "2026-12-03", "from_time": "08:00", "until_time": "09:30",
    "place": "Rådhuset", "language": "sv", "most_places": "3", "reply_by": "2026-11-30", "submission_key": "once",
}  # fmt: skip


@pytest.mark.parametrize(
    ("day", "said"), [("9999-12-31", "Choose an earlier day."), ("0001-01-01", "Choose a later day.")]
)
def test_a_day_that_is_too_far_away_is_said_and_stays_as_it_was_typed(
    outside: Breakfast, browser: Browser, day: str, said: str
) -> None:
    answer = browser("coordinator").post("/events/new", data=FORM | {"on_date": day})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{day}"' in answer.text
    assert 'value="Frukost"' in answer.text


@pytest.fixture
def breakfast(app: Flask, outside: Breakfast) -> str:
    """An event with three invitations; its public id."""
    with app.app_context():
        event = outside.event(capacity=3)
        outside.guests(event, 3)
        return event.public_id


def _rows(app: Flask) -> list[EventInvitation]:
    """The invitations as they are now; read inside a context of its own."""
    with app.app_context():
        rows = list(current_session().scalars(select(EventInvitation).order_by(EventInvitation.id)))
        for row in rows:
            _ = row.name, row.event
        current_session().expunge_all()
        return rows


def _reply(app: Flask, row: EventInvitation, **data: str) -> tuple[str, dict[str, str]]:
    with app.app_context():
        token = reply_token(row.public_id)
        return f"/event/{token}", {"form_token": form_token(row.public_id, "reply"), **data}


def test_an_event_is_planned_invited_to_from_a_saved_view_and_taken_back(
    app: Flask, outside: Breakfast, browser: Browser
) -> None:
    with app.app_context():
        outside.employer("Fri AB")
        outside.employer("Nej AB", do_not_contact=True)
        view = SavedView(staff_id=outside.coordinator.staff_id, name="Alla", query="owner=all", created_at=clock.now())
        source = f"view:{outside.world.save(view).public_id}"
    client = browser("coordinator")
    form = FORM | {"unit_id": str(outside.coordinator.unit_id), "owner_id": str(outside.coordinator.staff_id)}
    here = client.post("/events/new", data=form).headers["Location"]
    assert client.post("/events/new", data=form).headers["Location"] == here
    page = client.post(f"{here}/invite", data={"step": "preview", "source": source, "everybody": ""}).text
    assert "1 person gets the invitation" in page
    assert "Do not contact: 1" in page
    ticked = re.findall(r'name="p" value="([^"]+)"', page)
    key = re.findall(r'name="submission_key" value="([^"]+)"', page)[-1]
    sent = {"step": "do", "source": "", "everybody": "", "mode": "", "p": ticked, "submission_key": key}
    for _time in range(2):
        assert client.post(f"{here}/invite", data=sent).headers["Location"].endswith(here)
    page = client.get(here).text
    assert "1 invitation leaves in a minute." in page
    assert len(_rows(app)) == 1
    assert client.post(f"/events/batches/{key}/undo").status_code == 303
    assert _rows(app)[0].withdrawn_at is not None
    assert browser("stranger").post(f"/events/batches/{key}/undo").status_code == 404


def test_suggested_days_follow_the_day_that_was_chosen(app: Flask, outside: Breakfast, browser: Browser) -> None:
    """The form suggests days before 9 December; who changes only the day does not want a reminder after the event."""
    form = FORM | {"unit_id": str(outside.coordinator.unit_id), "owner_id": ""}
    suggested = {"reply_by": "2026-12-04", "ask_again_on": "2026-12-02", "remind_on": "2026-12-08"}
    client = browser("coordinator")
    wanted = {
        "2026-11-20": (date(2026, 11, 20), None, date(2026, 11, 19)),
        "2027-01-20": (date(2027, 1, 15), date(2027, 1, 13), date(2027, 1, 19)),
    }
    for day, days in wanted.items():
        given = form | suggested | {"on_date": day, "submission_key": day}
        assert client.post("/events/new", data=given).status_code == 303
        with app.app_context():
            event = current_session().scalars(select(OutreachEvent).order_by(OutreachEvent.id.desc())).first()
            assert event is not None
            assert (event.reply_by, event.ask_again_on, event.remind_on) == days


def test_invitations_sent_at_night_are_said_to_wait_for_the_morning(
    app: Flask, outside: Breakfast, browser: Browser, november: Jump
) -> None:
    with app.app_context():
        here = f"/events/{outside.event().public_id}"
        outside.employer("Sakligt Bygg AB")
        rebuild()
    november(NOW + timedelta(hours=13))
    client = browser("coordinator")
    ticked = re.findall(r'name="p" value="([^"]+)"', client.get(f"{here}/invite?q=sakligt").text)
    sent = {"step": "do", "mode": "one", "source": "", "everybody": "", "p": ticked, "submission_key": "night"}
    client.post(f"{here}/invite", data=sent)
    assert "1 invitation leaves on 19 Nov 2026 08:00." in client.get(here).text


def test_single_employers_are_searched_ticked_and_invited(app: Flask, outside: Breakfast, browser: Browser) -> None:
    with app.app_context():
        here = f"/events/{outside.event().public_id}"
        outside.employer("Sakligt Bygg AB", wants="case_based")
        rebuild()
    client = browser("coordinator")
    page = client.get(f"{here}/invite?q=sakligt").text
    ticked = re.findall(r'name="p" value="([^"]+)"', page)
    assert len(ticked) == 1
    sent = {"step": "preview", "mode": "one", "source": "", "everybody": "y", "p": ticked}
    assert "1 person gets the invitation" in client.post(f"{here}/invite", data=sent).text
    sent |= {"step": "do", "submission_key": "key-1"}
    assert client.post(f"{here}/invite", data=sent).status_code == 303
    assert len(_rows(app)) == 1


def test_somebody_answers_without_an_account_in_the_language_they_choose(
    app: Flask, breakfast: str, browser: Browser
) -> None:
    row, stranger = _rows(app)[0], app.test_client()
    address, data = _reply(app, row, comes="yes", places="2", comment="=cmd")
    page = stranger.get(address)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert '<html lang="sv"' in page.text
    assert '<html lang="nb"' in stranger.get(f"{address}?lang=nb").text
    assert stranger.post(address, data=data | {"form_token": "x"}).status_code == 400
    assert stranger.post(f"{address}?lang=nb", data=data).status_code == 303
    row = _rows(app)[0]
    assert (row.answer, row.places, row.language) == (Answer.YES, 2, "nb")
    assert 'class="qr"' in stranger.get(address).text
    file = browser("coordinator").get(f"/events/{breakfast}/invitations.csv").data.decode("utf-8-sig")
    assert "'=cmd" in file


def test_a_form_that_is_wrong_comes_back_with_what_was_typed(app: Flask, breakfast: str) -> None:
    row, stranger = _rows(app)[0], app.test_client()
    address, data = _reply(app, row, places="9", comes="yes", comment="Hello there")
    answer = stranger.post(address, data=data)
    assert answer.status_code == 422
    assert "Hello there" in answer.text
    address, data = _reply(app, row, places="1")
    assert stranger.post(address, data=data).status_code == 422


def test_a_wrong_link_leads_nowhere(app: Flask, breakfast: str) -> None:
    stranger = app.test_client()
    for token in ("A" * 22, "short", "Å" * 22):
        assert stranger.get(f"/event/{token}").status_code == 404
    assert stranger.post(f"/event/{'A' * 22}", data={}).status_code == 404


def test_the_calendar_file_is_one_that_programs_read(app: Flask, breakfast: str, browser: Browser) -> None:
    address, _data = _reply(app, _rows(app)[0])
    for client, path in (
        (app.test_client(), f"{address}/event.ics"),
        (browser("coordinator"), f"/events/{breakfast}/event.ics"),
    ):
        answer = client.get(path)
        assert answer.mimetype == "text/calendar"
        entry = Calendar.from_ical(answer.data).walk("VEVENT")[0]
        assert str(entry["summary"]) == "Frukost om arbete"
        assert entry["dtstart"].dt.isoformat() == "2026-12-03T07:00:00+00:00"
        assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))


def test_the_page_says_when_there_is_nothing_to_answer(
    app: Flask, breakfast: str, browser: Browser, november: Jump
) -> None:
    address, data = _reply(app, _rows(app)[0], comes="yes", places="1")
    stranger, client = app.test_client(), browser("coordinator")
    client.post(f"/events/{breakfast}/cancel", data={"because": "Snow"})
    assert "Snow" in stranger.get(address).text
    client.post(f"/events/{breakfast}/hold")
    november(NOW + timedelta(days=13))
    assert "form_token" not in stranger.get(address).text
    assert stranger.post(address, data=data).status_code == 303
    assert _rows(app)[0].answer is Answer.WAITING


def test_one_press_in_a_mail_program_ends_invitations_and_nothing_else(app: Flask, breakfast: str) -> None:
    address, _data = _reply(app, _rows(app)[0])
    stranger = app.test_client()
    assert stranger.get(f"{address}/no-more").status_code == 200
    with app.app_context():
        assert not current_session().scalars(select(EventOptOut)).all()
    answer = stranger.post(f"{address}/no-more", data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "Location" in answer.headers) == (200, False)
    with app.app_context():
        assert len(current_session().scalars(select(EventOptOut)).all()) == 1
        token = form_token(_rows(app)[0].public_id, "again")
    assert stranger.post(f"{address}/again", data={"form_token": token}).status_code == 303
    with app.app_context():
        assert not current_session().scalars(select(EventOptOut)).all()


def test_the_code_says_nothing_to_a_stranger_and_leads_staff_to_the_person(
    app: Flask, breakfast: str, browser: Browser, november: Jump
) -> None:
    november(AT_THE_DOOR)
    row = _rows(app)[0]
    page = app.test_client().get(f"/events/code/{row.public_id}")
    assert page.status_code == 200
    assert "Frukost" not in page.text
    client = browser("coordinator")
    there = client.get(f"/events/code/{row.public_id}").headers["Location"]
    assert "Eva Ek" in client.get(there).text
    assert browser("stranger").get(there).status_code == 404


def test_a_code_that_is_none_says_so_and_who_was_signed_out_at_the_door_finds_the_way_in(
    app: Flask, breakfast: str, browser: Browser
) -> None:
    client = browser("coordinator")
    wrong = client.get("/events/code/AAAAAAAAAAAAAAAA", follow_redirects=True)
    assert (wrong.request.path, "This code belongs to no invitation." in wrong.text) == ("/events", True)
    ref = _rows(app)[0].public_id
    assert f"/sign-in?next=/events/invitations/{ref}/arrived" in app.test_client().get(f"/events/code/{ref}").text


def test_who_comes_is_ticked_by_hand_by_code_and_without_an_invitation(
    app: Flask, breakfast: str, browser: Browser, november: Jump
) -> None:
    november(AT_THE_DOOR)
    rows, client = _rows(app), browser("coordinator")
    door = f"/events/{breakfast}/door"
    assert client.post(f"/events/invitations/{rows[0].public_id}/came", data={"people": "2"}).status_code == 303
    code = f"http://localhost/events/code/{rows[1].public_id}"
    assert client.post(f"{door}/code", data={"code": code}).status_code == 303
    assert "has come already" not in client.get(door).text
    assert client.post(f"{door}/code", data={"code": code}).status_code == 303
    assert "has come already" in client.get(door).text
    client.post(f"{door}/code", data={"code": "nonsense"})
    assert "belongs to nobody" in client.get(door).text
    guest = {"name": "Ola", "organisation": "Nytt AB", "people": "1", "submission_key": "g"}
    for _time in range(2):
        client.post(f"/events/{breakfast}/walk-ins", data=guest)
    assert [each.came for each in _rows(app)] == [2, 1, None, 1]
    assert "4 have come" in client.get(door).text
    assert client.post(f"/events/{breakfast}/walk-ins", data={"name": "", "people": "x"}).status_code == 422
    client.post(f"/events/invitations/{rows[0].public_id}/came", data={"people": ""})
    assert _rows(app)[0].came is None
    assert "firma0 ab" in client.get(f"{door}?q=firma0").text.casefold()


def test_an_event_that_somebody_else_changed_is_not_written_over(app: Flask, breakfast: str, browser: Browser) -> None:
    client = browser("coordinator")
    form = FORM | {"version": "1", "title": "Mine"}
    assert client.post(f"/events/{breakfast}/edit", data=form).status_code == 303
    answer = browser("manager").post(f"/events/{breakfast}/edit", data=form | {"title": "Theirs"})
    assert answer.status_code == 422
    assert "Mine" in answer.text


def test_a_copy_begins_with_everything_but_the_days(app: Flask, breakfast: str, browser: Browser) -> None:
    page = browser("coordinator").get(f"/events/new?copy={breakfast}").text
    assert 'value="Frukost om arbete"' in page
    assert 'value="2026-12-09"' in page
    assert browser("stranger").get(f"/events/new?copy={breakfast}").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_are_taken_and_that_stands_in_the_log(app: Flask, breakfast: str, browser: Browser, kind: str) -> None:
    client = browser("coordinator")
    for path in (f"/events/export.{kind}", f"/events/{breakfast}/invitations.{kind}"):
        assert client.get(path).status_code == 200
    with app.app_context():
        actions = set(current_session().scalars(select(AuditEntry.action)))
    assert actions >= {"events_exported", "event_invitations_exported"}


@pytest.mark.parametrize("who", ["evaluator", "stranger"])
def test_others_see_no_event(app: Flask, breakfast: str, browser: Browser, who: str) -> None:
    client = browser(who)
    for path in ("", "/door", "/list", "/invite", "/edit", "/event.ics", "/invitations.csv"):
        assert client.get(f"/events/{breakfast}{path}").status_code in (403, 404)


def test_an_event_is_found_by_its_title_and_place_by_those_of_its_unit(
    app: Flask, outside: Breakfast, breakfast: str, browser: Browser
) -> None:
    for text in ("frukost arbete", "radhuset"):
        assert f"/events/{breakfast}" in browser("coordinator").get("/search", query_string={"q": text}).text
        assert f"/events/{breakfast}" not in browser("stranger").get("/search", query_string={"q": text}).text
    with app.app_context():
        outside.world.save(outside.unit).modules = []
        current_session().commit()
    page = browser("coordinator").get("/search?q=frukost").text
    assert "Nothing found" in page
    assert 'value="outreach_event"' not in page


def test_a_unit_without_the_module_has_no_such_pages(app: Flask, outside: Breakfast, browser: Browser) -> None:
    with app.app_context():
        unit = outside.unit
        unit.modules = []
        outside.world.save(unit)
    assert browser("coordinator").get("/events").status_code == 404


def test_pages_with_many_rows_ask_the_database_a_few_times(
    app: Flask, outside: Breakfast, breakfast: str, browser: Browser, november: Jump
) -> None:
    with app.app_context():
        event = current_session().scalars(select(OutreachEvent)).one()
        ids = [outside.employer(f"Mer{number} AB") for number in range(12)]
        outside.invite(event, *ids, batch="more")
    november(AT_THE_DOOR)
    client = browser("coordinator")
    for path in ("/events", f"/events/{breakfast}", f"/events/{breakfast}/door", f"/events/{breakfast}/list"):
        asked: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object, asked: list[str] = asked) -> None:
            if statement.startswith(("SELECT", "WITH")):
                asked.append(statement)

        with app.app_context():
            engine = db.engine
        listening.listen(engine, "before_cursor_execute", note)
        try:
            assert client.get(path).status_code == 200
        finally:
            listening.remove(engine, "before_cursor_execute", note)
        assert len(asked) <= 12, (path, asked)
