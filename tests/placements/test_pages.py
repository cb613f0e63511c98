"""The pages of placements, without scripts."""

from collections.abc import Callable
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.accounts.models import AuditEntry
from crm.db import current_session, transaction
from crm.placements.models import Placement
from crm.placements.services import PlacementFields, end_placement, start_placement
from crm.search.services import index_employer
from tests.participants.conftest import Here
from tests.world import World

Browser = Callable[[str], FlaskClient]


def _employer(core_app: Flask, world: World, name: str = "Nordlys Bageri AB") -> str:
    with core_app.app_context():
        employer = world.employer(name, city="Umeå")
        with transaction():
            index_employer(employer.id)
        return str(employer.public_id)


def test_an_employer_is_found_and_chosen_without_scripts(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    employer = _employer(core_app, world)
    _employer(core_app, world, "Nordlys Data AB")
    client = browser("coordinator")
    address = f"/participants/{there.person}/placements/new"
    assert client.get(address).status_code == 200
    form = {"employer_text": "nordlys", "kind": "other", "starts_on": "2026-03-01", "fte_percent": "50"}
    found = client.post(address, data={**form, "action": "find"})
    assert found.status_code == 200
    assert "Nordlys Bageri AB (Umeå)" in found.get_data(as_text=True)
    refused = client.post(address, data={**form, "action": "save"})
    assert refused.status_code == 422
    saved = client.post(address, data={**form, "employer": employer, "action": "save", "may_tell_employer": "y"})
    assert saved.status_code == 303
    with core_app.app_context():
        placement = current_session().scalars(select(Placement)).one()
        assert (placement.fte_percent, placement.may_tell_employer) == (50, True)
    page = client.get(f"/participants/{there.person}").get_data(as_text=True)
    assert "Nordlys Bageri AB" in page
    assert "50" in page


def test_a_search_that_finds_nothing_says_so_and_keeps_the_rest(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    form = {"employer_text": "zzz", "kind": "other", "starts_on": "2026-03-01", "action": "find"}
    page = browser("coordinator").post(f"/participants/{there.person}/placements/new", data=form)
    assert "No employer has this name" in page.get_data(as_text=True)
    assert "2026-03-01" in page.get_data(as_text=True)


def _placement(there: Here, core_app: Flask, world: World) -> tuple[str, str]:
    with core_app.app_context():
        employer = world.employer("Nordlys Bageri AB")
        employer_id, employer_page = employer.id, str(employer.public_id)
        given = PlacementFields(employer_id=employer_id, kind="other", starts_on=date(2026, 3, 1))
        with transaction():
            placement = start_placement(there.coordinator, participant_id=there.person_id, given=given)
            return placement.public_id, employer_page


def test_a_placement_is_changed_and_ended(browser: Browser, there: Here, core_app: Flask, world: World) -> None:
    placement, employer = _placement(there, core_app, world)
    client = browser("coordinator")
    assert client.get(f"/placements/{placement}/edit").status_code == 200
    form = {"employer": employer, "kind": "ordinary_work", "starts_on": "2026-03-02", "version": "1", "action": "save"}
    assert client.post(f"/placements/{placement}/edit", data=form).status_code == 303
    assert client.post(f"/placements/{placement}/edit", data=form).status_code == 422
    assert (
        client.post(f"/placements/{placement}/end", data={"ends_on": "2026-01-01", "reason": "hired"}).status_code
        == 422
    )
    ended = client.post(f"/placements/{placement}/end", data={"ends_on": "2026-04-01", "reason": "hired"})
    assert (ended.status_code, ended.location) == (303, f"/placements/{placement}")
    assert browser("colleague").get(f"/placements/{placement}/end").status_code == 404


def test_whoever_changes_a_placement_comes_back_to_where_they_came_from(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    placement, employer = _placement(there, core_app, world)
    client = browser("coordinator")
    here = f"/placements/{placement}"
    assert f'href="{here}"' in client.get(f"/employers/{employer}").text
    edit = f"{here}/edit?next={here}"
    assert f'href="{edit}"' in client.get(here).text.replace("%2F", "/")
    assert f'href="{here}"' in client.get(edit).text, "the way out without saving"
    form = {"employer": employer, "kind": "other", "starts_on": "2026-03-02", "action": "save"}
    saved = client.post(edit, data={**form, "version": "1"})
    assert (saved.status_code, saved.location) == (303, here)
    person = f"/participants/{there.person}"
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = client.post(f"{person}/placements/new", query_string={"next": elsewhere}, data=form)
        assert (answer.status_code, answer.location) == (303, person), elsewhere


def test_a_placement_without_a_last_day_says_from_when_it_is(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    placement, employer = _placement(there, core_app, world)
    client = browser("coordinator")
    for page in (f"/participants/{there.person}", f"/employers/{employer}"):
        assert "from 1 Mar 2026" in client.get(page).text
    form = {"employer": employer, "kind": "other", "starts_on": "2026-03-01", "ends_on": "2026-08-31", "version": "1"}
    client.post(f"/placements/{placement}/edit", data={**form, "fte_percent": "50", "action": "save"})
    assert "1 Mar 2026 – 31 Aug 2026, 50" in client.get(f"/participants/{there.person}").text


def test_the_employers_page_never_says_why_and_counts_those_one_does_not_see(
    browser: Browser, there: Here, core_app: Flask, world: World
) -> None:
    _public_id, employer = _placement(there, core_app, world)
    with core_app.app_context():
        placement_id = current_session().scalars(select(Placement.id)).one()
        with transaction():
            end_placement(there.coordinator, placement_id=placement_id, ends_on=date(2026, 4, 1), reason="health")
    own = browser("coordinator").get(f"/employers/{employer}").get_data(as_text=True)
    other = browser("colleague").get(f"/employers/{employer}").get_data(as_text=True)
    assert "Åsa Öberg" in own
    assert "Health" not in own
    assert "Åsa" not in other
    assert "One more placement" in other
    with core_app.app_context():
        statement = select(AuditEntry).where(AuditEntry.action == "participants_listed")
        assert [entry.details for entry in current_session().scalars(statement)] == [
            {"participant_ids": [there.person_id]}
        ]
