"""The pages of a placement's course, without scripts."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.accounts.models import AuditEntry
from crm.db import current_session, transaction
from crm.events import EmployerClosed, emit
from crm.placements.models import Placement
from crm.placements.preparing_services import ClarificationFields
from crm.placements.services import PlacementFields, start_placement
from crm.placements.step_models import NEEDED, Clarification
from tests.contracts.forms import forms_in
from tests.participants.conftest import Here
from tests.world import World

Browser = Callable[[str], FlaskClient]
MAY = datetime(2026, 5, 4, 8, tzinfo=UTC)


def _placement(there: Here, core_app: Flask, world: World, **values: object) -> tuple[str, str]:
    with core_app.app_context():
        employer = world.employer("Nordlys Bageri AB")
        page = str(employer.public_id)
        fields: dict[str, Any] = {"employer_id": employer.id, "kind": "other", "starts_on": date(2026, 3, 1), **values}
        given = PlacementFields(**fields)
        with transaction():
            row = start_placement(there.coordinator, participant_id=there.person_id, given=given)
            return row.public_id, page


def _send(client: FlaskClient, address: str, **fields: str) -> int:
    """Fill the page's form as a browser does and send it."""
    page = client.get(address)
    assert page.status_code == 200, address
    form = next(each for each in forms_in(page.get_data(as_text=True)) if each.goes_to(address.partition("?")[0]))
    return client.post(address, data={**form.fields, **fields}).status_code


def _status(core_app: Flask) -> str:
    with core_app.app_context():
        return current_session().scalars(select(Placement.status)).one()


def test_a_placement_goes_from_planned_to_the_certificate(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    with clock.travelling(datetime(2026, 2, 1, 8, tzinfo=UTC)) as travel:
        placement, _employer = _placement(there, core_app, world)
        here = f"/placements/{placement}"
        client = browser("coordinator")
        page = client.get(here).get_data(as_text=True)
        assert "what the employer expects of us" in page
        answers = {
            "goal": "Learn",
            "expected_of_employer": "A mentor",
            "expected_of_us": "A call",
            "who_to_call": "Eva",
        }
        assert _send(client, f"{here}/clarification", **answers) == 303
        assert _status(core_app) == "clarified"
        ticks = dict.fromkeys(("participant_there", "employer_there", "coordinator_there"), "y")
        assert _send(client, f"{here}/meeting", **ticks) == 303
        assert _status(core_app) == "approved"
        travel(datetime(2026, 3, 2, 8, tzinfo=UTC))
        assert client.post(f"{here}/begin").status_code == 303
        assert _status(core_app) == "active"
        with core_app.app_context():
            check_in = current_session().scalars(select(Placement)).one().check_ins[0].public_id
        travel(MAY)
        sent = _send(client, f"/check-ins/{check_in}", done="yes", done_on="2026-03-09", channel="phone")
        assert sent == 303
        assert _send(client, f"{here}/end", ends_on="2026-05-01", reason="hired") == 303
        four = dict.fromkeys(("worked", "challenges", "way_on", "clarification_value"), "Much")
        for who in ("participant", "employer"):
            assert _send(client, f"{here}/evaluation?who={who}", **four) == 303
        assert _status(core_app) == "evaluated"
        words = {"tasks": "Baking", "skills": "Careful", "supervisor": "Eva Holm"}
        assert _send(client, f"{here}/certificate", **words) == 303
        assert _send(client, f"{here}/close") == 303
        assert _status(core_app) == "certified"
        assert "Careful" in client.get(f"{here}/certificate/print").get_data(as_text=True)


def test_a_certificate_is_made_after_the_end_and_health_in_it_is_pointed_out(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    placement, _employer = _placement(there, core_app, world)
    here = f"/placements/{placement}"
    client = browser("coordinator")
    assert client.get(f"{here}/certificate.pdf").status_code == 303
    assert _send(client, f"{here}/end", ends_on="2026-05-01", reason="health") == 303
    words = {"tasks": "Baking", "skills": "Careful", "supervisor": "Eva Holm", "hours_per_week": "20"}
    flagged = {**words, "skills": "Careful since the depression"}
    assert _send(client, f"{here}/certificate", **flagged) == 422
    assert _send(client, f"{here}/certificate", **words) == 303
    assert "depression" not in client.get(f"{here}/certificate/print").text


def test_an_old_page_of_the_clarification_is_a_conflict_and_loses_nothing(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    placement, _employer = _placement(there, core_app, world)
    client, address = browser("coordinator"), f"/placements/{placement}/clarification"
    assert client.post(address, data={"goal": "First", "version": "0"}).status_code == 303
    late = client.post(address, data={"goal": "Second", "version": "0"})
    assert late.status_code == 422
    assert "Second" in late.get_data(as_text=True)
    assert "First" in late.get_data(as_text=True)


def test_all_that_is_clarified_is_kept_and_who_to_call_stands_on_the_participants_page(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    placement, _employer = _placement(there, core_app, world)
    client, address = browser("coordinator"), f"/placements/{placement}/clarification"
    page = client.get(address).text
    assert "The first four answers are needed before the start. The others may stay empty." in page
    names = [field for form in forms_in(page) for field in form.fields if field in ClarificationFields.__annotations__]
    assert set(names[:4]) == set(NEEDED)
    answers = {name: f"Answer to {name}" for name in ClarificationFields.__annotations__}
    assert len(answers) == 7
    assert client.post(address, data={**answers, "version": "0"}).status_code == 303
    with core_app.app_context():
        kept = current_session().scalars(select(Clarification)).one()
        assert {name: getattr(kept, name) for name in answers} == answers
    person = f"/participants/{there.person}"
    panel = client.get(person).text.partition('id="who-to-call"')[2].partition("</section>")[0]
    assert "Answer to who_to_call" in panel
    assert "If something happens at Nordlys Bageri AB" in panel
    # Only the first four are needed, and a placement that has ended calls nobody.
    assert client.post(address, data={**dict.fromkeys(NEEDED, "An answer"), "version": "1"}).status_code == 303
    assert "The clarification lacks" not in client.get(f"/placements/{placement}").text
    assert _send(client, f"/placements/{placement}/end", ends_on="2026-05-01", reason="completed") == 303
    assert "If something happens at" not in client.get(person).text


def test_what_is_shared_without_consent_is_refused_on_the_page(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    placement, _employer = _placement(there, core_app, world)
    client, here = browser("coordinator"), f"/placements/{placement}"
    told = {"items": "skills", "told": "Eva Holm"}
    refused = client.post(f"{here}/shared", data=told)
    assert refused.status_code == 422
    assert "has not agreed" in refused.get_data(as_text=True)
    assert client.post(f"{here}/consent", data={"items": "skills"}).status_code == 303
    assert client.post(f"{here}/shared", data=told).status_code == 303
    assert "Eva Holm" in client.get(here).get_data(as_text=True)
    with core_app.app_context():
        actions = set(current_session().scalars(select(AuditEntry.action)))
    assert {"sharing_consent_recorded", "shared_with_employer"} <= actions


def test_the_people_of_a_bankrupt_employer_stand_on_today_until_dealt_with(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    _public_id, _employer = _placement(there, core_app, world)
    with core_app.app_context():
        placement = current_session().scalars(select(Placement)).one()
        employer_id = placement.employer_id
        with transaction():
            emit(EmployerClosed(employer_id=employer_id, status="bankrupt", since=date(2026, 5, 1)))
        alert = current_session().scalars(select(Placement)).one().alerts[0].public_id
    client = browser("coordinator")
    today = client.get("/today").get_data(as_text=True)
    assert "Act now" in today
    assert "Åsa Öberg" in today
    assert "Act now" not in browser("colleague").get("/today").get_data(as_text=True)
    assert browser("colleague").post(f"/act-now/{alert}/dealt-with").status_code == 404
    assert client.post(f"/act-now/{alert}/dealt-with").status_code == 303
    assert 'id="act-now"' not in client.get("/today").get_data(as_text=True)
    assert client.post(f"/act-now/{alert}/again").status_code == 303
    assert 'id="act-now"' in client.get("/today").get_data(as_text=True)


def test_the_employers_page_says_only_reasons_that_are_not_about_the_person(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    for reason, said in (("health", False), ("attendance", False), ("employer_withdrew", True)):
        placement, employer = _placement(there, core_app, world)
        client = browser("coordinator")
        assert _send(client, f"/placements/{placement}/end", ends_on="2026-05-01", reason=reason) == 303
        pages = [client.get(f"/employers/{employer}{part}").get_data(as_text=True) for part in ("", "/details")]
        with core_app.test_request_context():
            from crm.glossary.picklists import label

            assert any(label("placement_end_reason", reason, "en") in page for page in pages) is said


def test_a_manager_sets_what_the_unit_insists_on(browser: Browser, there: Here) -> None:
    client = browser("manager")
    assert _send(client, "/settings/placements", meeting="block") == 303
    assert browser("coordinator").get("/settings/placements").status_code == 403
    page = client.get("/settings/placements").get_data(as_text=True)
    assert 'value="block"' in page


def test_occupations_caseworkers_and_adapted_posts_are_written_down(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    _placement_id, employer = _placement(there, core_app, world)
    manager, client = browser("manager"), browser("coordinator")
    assert _send(manager, "/settings/occupations", name="Baker", share_women="40") == 303
    assert "Baker" in client.get(f"/participants/{there.person}/placements/new").get_data(as_text=True)
    caseworker = f"/participants/{there.person}/caseworker"
    assert _send(client, caseworker, name="Kari", phone="123") == 422
    assert _send(client, caseworker, name="Kari", phone="070-174 06 05") == 303
    assert "Kari" in client.get(f"/participants/{there.person}").get_data(as_text=True)
    posts = f"/employers/{employer}/adapted-posts"
    assert _send(client, posts, as_of="2010-01-01", least="2", most="3") == 303
    assert _send(client, posts, as_of="2013-01-01", least="7") == 303
    assert "+4" in client.get(posts).get_data(as_text=True)


def test_the_report_of_chains_opens_for_everybody(browser: Browser, there: Here, core_app: Flask, world: World) -> None:
    _placement(there, core_app, world)
    for who in ("coordinator", "manager"):
        assert browser(who).get("/placements/chains?since=2026-01-01&until=2026-12-31").status_code == 200
    assert browser("manager").get("/placements/chains?since=x").status_code == 200
