"""The pages of participants, as a browser without scripts uses them."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from crm import clock
from crm.accounts.models import AuditEntry
from crm.db import current_session, db, transaction
from crm.events import EnrolmentExited
from crm.extension_points import Feature, Subscription
from crm.participants.models import Enrolment, EnrolmentExit, Participant
from crm.participants.services.protection import protect
from crm.registry import EXTENSION
from tests.participants.conftest import Here
from tests.world import World

Browser = Callable[[str], FlaskClient]


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found.group(1)


def _exit_form(client: FlaskClient, here: Here, **values: str) -> dict[str, str]:
    page = client.get(f"/enrolments/{here.enrolment}/exit").get_data(as_text=True)
    return {
        "exit_on": "2026-11-20",
        "reason": "studies",
        "email": "asa@example.org",
        "phone": "070-174 06 05",
        "language": "sv",
        "version": _hidden(page, "version"),
        "person_version": _hidden(page, "person_version"),
        **values,
    }


def _audit(action: str) -> list[AuditEntry]:
    return list(current_session().scalars(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.mark.parametrize(
    "path",
    [
        "/participants",
        "/participants/new",
        "/participants/{person}",
        "/participants/{person}/edit",
        "/participants/{person}/enrol",
        "/participants/{person}/protection",
        "/participants/{person}/death",
        "/enrolments/{enrolment}/exit",
        "/enrolments/{enrolment}/handover",
    ],
)
def test_a_page_is_shown_to_the_coordinator_and_has_one_heading(browser: Browser, there: Here, path: str) -> None:
    answer = browser("coordinator").get(path.format(person=there.person, enrolment=there.enrolment))
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).count("<h1") == 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/participants/{person}", 404),
        ("/participants/{person}/edit", 404),
        ("/enrolments/{enrolment}/exit", 404),
        ("/participants/export.csv", 403),
        ("/participants/{person}/data.json", 403),
        ("/participants/{person}/erase", 403),
    ],
)
def test_a_colleague_without_a_part_in_it_meets_a_closed_door(
    browser: Browser, there: Here, path: str, expected: int
) -> None:
    answer = browser("colleague").get(path.format(person=there.person, enrolment=there.enrolment))
    assert answer.status_code == expected


def test_a_list_is_written_into_the_audit_log_with_whom_it_showed(
    browser: Browser, there: Here, core_app: Flask
) -> None:
    browser("coordinator").get("/participants")
    with core_app.app_context():
        [entry] = _audit("participants_listed")
        assert entry.details == {"participant_ids": [there.person_id]}
        assert entry.staff_id == there.coordinator.staff_id


def test_a_page_of_a_participant_is_written_into_the_audit_log(browser: Browser, there: Here, core_app: Flask) -> None:
    browser("coordinator").get(f"/participants/{there.person}")
    with core_app.app_context():
        assert [entry.subject_id for entry in _audit("participant_read")] == [there.person_id]


def test_the_list_needs_at_most_twelve_queries_however_long_it_is(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    with core_app.app_context():
        for number in range(40):
            person = world.participant(world.session.get_one(type(world.unit()), there.unit_id))
            programme = world.session.get_one(type(world.programme()), there.programme_id)
            world.enrolment(person, programme, starts_on=date(2026, 1, 1 + number % 28))
    client = browser("manager")
    client.get("/participants")
    queries: list[str] = []
    with core_app.app_context():
        engine = db.engine

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            queries.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        page = client.get("/participants?sort=-start&state=all").get_data(as_text=True)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert page.count('<th scope="row">') == 25
    assert len(queries) <= 12, queries


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=öberg", True),
        ("q=ÅSA+ÖB", True),
        ("q=0701740605", True),
        ("q=nobody", False),
        ("q=%25", False),
        ("state=exited", False),
        ("state=all&stage=matching", True),
        ("stage=referred", False),
        ("who=unit&sort=-exit", True),
        ("programme=unknown", True),
        ("page=99999", True),
    ],
)
def test_the_list_is_filtered_by_the_address(browser: Browser, there: Here, query: str, expected: bool) -> None:
    page = browser("coordinator").get(f"/participants?{query}").get_data(as_text=True)
    assert (there.person in page) is expected


def test_a_participant_is_added_with_a_start_and_a_look_alike_is_asked_about(
    browser: Browser, there: Here, core_app: Flask
) -> None:
    client = browser("manager")
    form = {
        "first_name": "Eva",
        "last_name": "Ek",
        "unit_id": str(there.unit_id),
        "email": "",
        "phone": "070-174 06 05",
        "language": "ar",
        "channels": "sms,email",
        "sex": "woman",
        "birth_year": "1990",
        "programme_id": str(there.programme_id),
        "coordinator_id": str(there.coordinator.staff_id),
        "starts_on": "2026-11-01",
    }
    asked = client.post("/participants/new", data=form)
    assert asked.status_code == 422
    assert "Åsa Öberg" in asked.get_data(as_text=True)
    saved = client.post("/participants/new", data={**form, "somebody_else": "y"})
    assert saved.status_code == 303
    with core_app.app_context():
        person = current_session().scalars(select(Participant).where(Participant.last_name == "Ek")).one()
        assert (person.language, person.channels, person.sex) == ("ar", ["sms", "email"], "woman")
        assert person.enrolments[0].coordinator_id == there.coordinator.staff_id


def _new_person(client: FlaskClient, **values: str) -> dict[str, str]:
    """The form of a new participant as a browser would send it."""
    page = client.get("/participants/new").get_data(as_text=True)
    return {
        "first_name": "Eva",
        "last_name": "Ek",
        "unit_id": re.findall(r'<option selected value="(\d+)"', page)[0],
        "email": "eva@example.org",
        "language": "sv",
        "channels": "email",
        "submission_key": _hidden(page, "submission_key"),
        **values,
    }


def _people_called_ek(core_app: Flask) -> list[Participant]:
    with core_app.app_context():
        return list(current_session().scalars(select(Participant).where(Participant.last_name == "Ek")))


def test_a_form_that_is_sent_twice_adds_one_person(browser: Browser, there: Here, core_app: Flask) -> None:
    client = browser("manager")
    form = _new_person(client, programme_id=str(there.programme_id), starts_on="2026-11-01")
    first, second = (client.post("/participants/new", data=form) for _time in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert len(_people_called_ek(core_app)) == 1
    with core_app.app_context():
        started = select(Enrolment).join(Enrolment.participant).where(Participant.last_name == "Ek")
        assert len(current_session().scalars(started).all()) == 1


def test_somebody_else_in_a_form_that_came_back_is_somebody_else(
    browser: Browser, there: Here, core_app: Flask
) -> None:
    client = browser("manager")
    form = _new_person(client)
    for first_name, email in (("Eva", "eva@example.org"), ("Ivar", "ivar@example.org")):
        answer = client.post("/participants/new", data={**form, "first_name": first_name, "email": email})
        assert answer.status_code == 303
    assert {person.first_name for person in _people_called_ek(core_app)} == {"Eva", "Ivar"}


def test_two_forms_with_the_same_name_are_two_people(browser: Browser, there: Here, core_app: Flask) -> None:
    client = browser("manager")
    for _time in range(2):
        client.post("/participants/new", data=_new_person(client, somebody_else="y"))
    assert len(_people_called_ek(core_app)) == 2


def test_the_key_stays_while_a_fault_is_corrected(browser: Browser, there: Here) -> None:
    client = browser("manager")
    form = _new_person(client, last_name="")
    faulty = client.post("/participants/new", data=form)
    assert faulty.status_code == 422
    assert _hidden(faulty.get_data(as_text=True), "submission_key") == form["submission_key"]


def test_the_exit_saves_the_exit_and_the_corrected_contact_details(
    browser: Browser, there: Here, core_app: Flask
) -> None:
    client = browser("coordinator")
    answer = client.post(f"/enrolments/{there.enrolment}/exit", data=_exit_form(client, there, needs_interpreter="y"))
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "Studies" in page
    with core_app.app_context():
        person = current_session().scalars(select(Participant)).one()
        assert (person.email, person.needs_interpreter) == ("asa@example.org", True)
        ended = current_session().scalars(select(EnrolmentExit)).one()
        assert ended.exit_on == date(2026, 11, 20)


def test_an_exit_with_a_fault_keeps_what_was_typed_and_saves_nothing(
    browser: Browser, there: Here, core_app: Flask
) -> None:
    client = browser("coordinator")
    for fault in ({"phone": "12"}, {"exit_on": "2026-01-01"}, {"reason": ""}, {"exit_on": "yesterday"}):
        form = _exit_form(client, there, email="new@example.org", **fault)
        answer = client.post(f"/enrolments/{there.enrolment}/exit", data=form)
        assert answer.status_code == 422, fault
        assert "new@example.org" in answer.get_data(as_text=True)
    with core_app.app_context():
        assert current_session().scalars(select(EnrolmentExit)).all() == []
        assert current_session().scalars(select(Participant.email)).one() != "new@example.org"


def test_an_exit_whose_follow_up_failed_says_so(browser: Browser, there: Here, core_app: Flask) -> None:
    def broken(event: EnrolmentExited) -> None:
        raise ValueError("broken")

    feature = Feature("broken", subscriptions=[Subscription(EnrolmentExited.key, broken)])
    core_app.extensions[EXTENSION].add(feature, owner="broken")
    client = browser("coordinator")
    answer = client.post(f"/enrolments/{there.enrolment}/exit", data=_exit_form(client, there), follow_redirects=True)
    assert "not planned yet" in answer.get_data(as_text=True)


def test_an_exit_page_left_open_shows_the_difference_and_can_then_be_saved(
    browser: Browser, there: Here, core_app: Flask
) -> None:
    client = browser("coordinator")
    form = _exit_form(client, there)
    with core_app.app_context(), transaction() as session:
        person = session.scalars(select(Participant)).one()
        person.email, person.version_id = "other@example.org", 2
    met = client.post(f"/enrolments/{there.enrolment}/exit", data=form)
    page = met.get_data(as_text=True)
    assert met.status_code == 409
    assert "other@example.org" in page
    assert 'value="asa@example.org"' in page
    again = {**form, "version": _hidden(page, "version"), "person_version": _hidden(page, "person_version")}
    assert client.post(f"/enrolments/{there.enrolment}/exit", data=again).status_code == 303


def test_the_exit_of_an_enrolment_that_has_ended_leads_to_its_page(browser: Browser, there: Here) -> None:
    client = browser("coordinator")
    done = client.post(f"/enrolments/{there.enrolment}/exit", data=_exit_form(client, there)).location
    assert client.get(f"/enrolments/{there.enrolment}/exit").location == done


def test_an_exit_is_corrected_and_taken_back_after_a_question(browser: Browser, there: Here, core_app: Flask) -> None:
    client = browser("coordinator")
    done = client.post(f"/enrolments/{there.enrolment}/exit", data=_exit_form(client, there)).location
    assert client.post(f"{done}/edit", data={"exit_on": "2020-01-01", "reason": "studies"}).status_code == 422
    assert client.post(f"{done}/edit", data={"exit_on": "2026-11-21", "reason": "moved"}).status_code == 303
    assert client.get(f"/enrolments/{there.enrolment}/reopen").status_code == 200
    with core_app.app_context():
        assert current_session().scalars(select(Enrolment.exited_on)).one() == date(2026, 11, 21)
    client.post(f"/enrolments/{there.enrolment}/reopen")
    with core_app.app_context():
        assert current_session().scalars(select(Enrolment.exited_on)).one() is None
    assert "Taken back" in client.get(done).get_data(as_text=True)


def test_a_handover_leads_away_from_a_participant_who_is_no_longer_ones_own(browser: Browser, there: Here) -> None:
    client = browser("coordinator")
    form = {"to_staff_id": str(there.colleague.staff_id), "note": "Knows the bakery.", "version": "1"}
    answer = client.post(f"/enrolments/{there.enrolment}/handover", data=form)
    assert answer.location == "/participants"


def test_contact_details_are_corrected_on_the_page_itself(browser: Browser, there: Here, core_app: Flask) -> None:
    client = browser("coordinator")
    page = client.get(f"/participants/{there.person}").get_data(as_text=True)
    form = {
        "email": "nonsense",
        "phone": "",
        "language": "uk",
        "channels": "email",
        "person_version": _hidden(page, "person_version"),
    }
    refused = client.post(f"/participants/{there.person}/contact-details", data=form)
    assert refused.status_code == 422
    saved = client.post(f"/participants/{there.person}/contact-details", data={**form, "email": "asa@example.org"})
    assert saved.status_code == 303
    with core_app.app_context():
        person = current_session().scalars(select(Participant)).one()
        assert (person.email, person.phone, person.language) == ("asa@example.org", None, "uk")


def test_a_protected_participant_has_a_badge_and_no_way_in_for_others(
    browser: Browser, there: Here, core_app: Flask
) -> None:
    with core_app.app_context(), transaction():
        protect(there.coordinator, participant_id=there.person_id, named_staff_ids=[])
    assert "Protected identity" in browser("coordinator").get(f"/participants/{there.person}").get_data(as_text=True)
    manager = browser("manager")
    assert manager.get(f"/participants/{there.person}").status_code == 404
    assert there.person not in manager.get("/participants?who=unit&state=all").get_data(as_text=True)
    assert "Öberg" not in manager.get("/participants/export.csv?who=unit").get_data(as_text=True)


def test_a_file_holds_no_formulas_and_is_audited(browser: Browser, there: Here, core_app: Flask) -> None:
    with core_app.app_context(), transaction() as session:
        person = session.scalars(select(Participant)).one()
        person.last_name, person.external_ref = "=HYPERLINK(1)", "@SUM(1)"
    client = browser("manager")
    text = client.get("/participants/export.csv").data.decode("utf-8-sig")
    cells = [cell for line in text.splitlines() for cell in line.split(";")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'=HYPERLINK(1)" in cells
    assert client.get("/participants/export.xlsx").data.startswith(b"PK")
    assert client.get("/participants/export.exe").status_code == 404
    with core_app.app_context():
        entries = _audit("participants_exported")
        assert [entry.details for entry in entries] == [{"participant_ids": [there.person_id]}] * 2


def test_consents_death_and_archive_are_kept_from_the_page(browser: Browser, there: Here) -> None:
    client = browser("coordinator")
    page = f"/participants/{there.person}"
    client.post(f"{page}/consents", data={"kind": "surveys", "given": "no"})
    assert "they told us" in client.get(page).get_data(as_text=True)
    assert client.post(f"{page}/archive", follow_redirects=True).get_data(as_text=True).count("End the enrolment first")
    today = clock.today().isoformat()
    assert client.post(f"{page}/death", data={"died_on": today}).status_code == 303
    assert "Nothing more is sent" in client.get(page).get_data(as_text=True)
    client.post(f"{page}/death/undo")
    client.post(f"{page}/archive")
    assert there.person in client.get("/participants?state=archived&who=unit").get_data(as_text=True)
