"""The pages of partnerships, without scripts."""

import re
from collections.abc import Callable
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.db import current_session
from crm.employers.models import Employer
from crm.employers.queries import staff_of_units
from crm.partnerships.models import Commitment, Partnership
from tests.employers.conftest import counted
from tests.partnerships.conftest import Place
from tests.world import World

Browser = Callable[[str], FlaskClient]
COMMITMENT = {
    "kind": "places", "text": "Two places for practice", "quantity": "2", "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}  # fmt: skip


def _begin(client: FlaskClient, outside: Place) -> str:
    form = {
        "name": "Together", "unit_id": str(outside.unit_id), "starts_on": "2026-01-01", "ends_on": "2026-12-31",
        "review_on": "2026-09-15", "submission_key": "abc",
    }  # fmt: skip
    address = f"/employers/{outside.employer}/partnerships/new"
    assert client.get(address).status_code == 200
    assert client.post(address, data={**form, "name": ""}).status_code == 422
    made = client.post(address, data=form)
    assert made.status_code == 303
    assert client.post(address, data=form).location == made.location
    return made.location.removesuffix("/commitments/new")


def test_a_commitment_shows_how_it_was_before_and_how_one_sees_that_it_is_kept(
    browser: Browser, outside: Place, core_app: Flask
) -> None:
    """And goes on showing it when it has been changed."""
    client = browser("coordinator")
    address = _begin(client, outside)
    given = {**COMMITMENT, "target_group": "Young people", "baseline": "No places in 2025",
             "measure": "Places that began by December"}  # fmt: skip
    client.post(f"{address}/commitments/new", data=given)
    with core_app.app_context():
        commitment = f"/commitments/{current_session().scalars(select(Commitment)).one().public_id}"
    page = client.get(commitment).text
    for name, text in (
        ("How it was before", "No places in 2025"),
        ("How one sees that it is kept", "Places that began by December"),
        ("For whom", "Young people"),
    ):
        assert re.search(rf"<dt>{name}</dt>\s*<dd>{text}</dd>", page), name
    changed = {**given, "baseline": "One place in 2025", "version": "1"}
    assert client.post(f"{commitment}/edit", data=changed).status_code == 303
    page = client.get(commitment).text
    assert "One place in 2025" in page
    assert "No places in 2025" not in page


def test_the_story_of_a_partnership(browser: Browser, outside: Place, core_app: Flask) -> None:
    client = browser("coordinator")
    assert "No CSR partnerships yet" in client.get("/partnerships").text
    address = _begin(client, outside)
    new = f"{address}/commitments/new"
    assert client.get(new).status_code == 200
    assert client.post(new, data={**COMMITMENT, "quantity": "0"}).status_code == 422
    again = client.post(new, data={**COMMITMENT, "action": "more", "frameworks": ["gri_401_1"]})
    assert again.location == new
    mentors = {**COMMITMENT, "kind": "mentoring", "text": "Four mentors", "quantity": "4"}
    assert client.post(new, data=mentors).location == address
    with core_app.app_context():
        employer = current_session().get_one(Employer, outside.employer_id)
        outside.placement("se_praktik", date(2026, 3, 1), employer=employer)
        ids = {each.kind: each.public_id for each in current_session().scalars(select(Commitment))}
    page = client.get(address).text
    assert "Two places for practice" in page
    shown = client.get(f"/commitments/{ids['places']}").text
    assert "1 of 2" in shown
    assert "GRI 401-1" in shown
    assert "no claim" in shown
    mentor = f"/commitments/{ids['mentoring']}"
    evidence = {"on_date": "2026-05-01", "text": "Two began", "quantity": "2", "link": "https://example.org/a"}
    assert client.post(f"{mentor}/evidence", data={**evidence, "on_date": "2028-05-01"}).status_code == 422
    assert client.post(f"{mentor}/evidence", data=evidence).status_code == 303
    assert "2 of 4" in client.get(mentor).text
    assert "2 commitments" in client.get(f"/employers/{outside.employer}").text
    both = client.get(address).text
    assert "1 of 2" in both
    assert "2 of 4" in both
    assert "Together" in client.get("/partnerships?q=ica").text
    assert "No partnership fits" in client.get("/partnerships?q=volvo").text


def test_changing_cancelling_ending_and_taking_back(browser: Browser, outside: Place, core_app: Flask) -> None:
    client = browser("coordinator")
    address = _begin(client, outside)
    client.post(f"{address}/commitments/new", data=COMMITMENT)
    with core_app.app_context():
        commitment = f"/commitments/{current_session().scalars(select(Commitment.public_id)).one()}"
        review = current_session().scalars(select(Partnership)).one().reviews[0].public_id
    change = {**COMMITMENT, "quantity": "3", "version": "1"}
    assert client.get(f"{commitment}/edit").status_code == 200
    assert client.post(f"{commitment}/edit", data=change).status_code == 303
    assert "This is what stands there now" in client.post(f"{commitment}/edit", data={**change, "quantity": "4"}).text
    assert client.post(f"{commitment}/cancel", data={"because": ""}).status_code == 422
    assert client.post(f"{commitment}/cancel", data={"because": "No more shop"}).status_code == 303
    assert "No more shop" in client.get(commitment).text
    assert client.post(f"{commitment}/restore").status_code == 303
    form = {"name": "New name", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "version": "1"}
    assert client.get(f"{address}/edit").status_code == 200
    assert client.post(f"{address}/edit", data=form).status_code == 303
    assert client.post(f"{address}/edit", data=form).status_code == 422
    assert client.post(f"/reviews/{review}/done").status_code == 303
    assert client.post(f"/reviews/{review}/reopen").status_code == 303
    assert client.post(f"{address}/reviews", data={"review_on": ""}).status_code == 422
    assert client.post(f"{address}/reviews", data={"review_on": "2026-11-11"}).status_code == 303
    assert client.post(f"/reviews/{review}/remove").status_code == 303
    assert client.post(f"{address}/end", data={"ended_on": "2025-01-01"}).status_code == 422
    assert client.post(f"{address}/end", data={"ended_on": "2026-06-30"}).status_code == 303
    assert "New name" in client.get("/partnerships?show=ended").text
    assert client.post(f"{address}/resume").status_code == 303


def test_the_report_its_files_and_who_sees_what(browser: Browser, outside: Place, core_app: Flask) -> None:
    client = browser("coordinator")
    address = _begin(client, outside)
    client.post(f"{address}/commitments/new", data={**COMMITMENT, "text": "=cmd()"})
    page = client.get("/partnerships/report").text
    assert "ICA Supermarket" in page
    assert "Kept" in page
    assert "ICA Supermarket" in client.get("/partnerships/report/print").text
    text = client.get("/partnerships/report.csv").get_data(as_text=True)
    assert "'=cmd()" in text
    assert client.get("/partnerships/report.xlsx").data.startswith(b"PK")
    assert "No commitments in this period" in client.get("/partnerships/report?since=2030-01-01&until=2030-12-31").text
    evaluator = browser("evaluator")
    sums = evaluator.get("/partnerships/report").text
    assert "Osby" in sums
    assert "ICA Supermarket" not in sums
    assert evaluator.get("/partnerships").status_code == 403
    assert evaluator.get("/partnerships/report.csv").status_code == 403
    stranger = browser("stranger")
    assert stranger.get(address).status_code == 404
    assert "Osby has a partnership" in stranger.get(f"/employers/{outside.employer}").text


def test_testimonials_are_written_down_and_taken_back(browser: Browser, outside: Place) -> None:
    client = browser("coordinator")
    address = f"/employers/{outside.employer}/testimonials/new"
    form = {"said_by": "The owner", "said_on": "2026-06-01", "text": "We could pay a fee.", "may_publish": "y"}
    assert client.get(address).status_code == 200
    assert client.post(address, data=form).status_code == 422
    assert client.post(address, data={**form, "consent_on": "2026-06-02"}).status_code == 303
    page = client.get(f"/employers/{outside.employer}/details").text
    assert "May be published" in page
    link = page.split('href="/testimonials/')[1].split('"')[0]
    assert client.get(f"/testimonials/{link}").status_code == 200
    changed = {**form, "may_publish": "", "version": "1"}
    assert client.post(f"/testimonials/{link}", data=changed).status_code == 303
    assert client.post(f"/testimonials/{link}", data=changed).status_code == 422
    assert client.post(f"/testimonials/{link}/remove").status_code == 303
    assert "We could pay" not in client.get(f"/employers/{outside.employer}/details").text
    assert client.post(f"/testimonials/{link}/restore").status_code == 303


def test_without_the_module_there_is_nothing(
    core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with core_app.app_context():
        email, employer = world.staff().email, world.employer().public_id
    client = core_app.test_client()
    sign_in(client, email)
    assert client.get("/partnerships").status_code == 404
    assert "CSR" not in client.get(f"/employers/{employer}").text


def test_the_list_asks_few_questions_however_long_it_is(browser: Browser, outside: Place, core_app: Flask) -> None:
    with core_app.app_context():
        for number in range(12):
            outside.employer_id = outside.world.employer(f"Employer number {number}").id
            for kind in ("places", "event"):
                outside.commitment(outside.partnership(), kind, 2)
    client = browser("coordinator")
    client.get("/partnerships")
    with counted(core_app) as statements:
        assert client.get("/partnerships").status_code == 200
    assert len(statements) <= 12, "\n".join(statements)


def test_a_new_commitment_begins_with_the_time_of_the_partnership_and_then_of_the_one_before_it(
    browser: Browser, outside: Place
) -> None:
    client = browser("coordinator")
    new = f"{_begin(client, outside)}/commitments/new"
    assert 'value="2026-01-01"' in client.get(new).text
    client.post(new, data={**COMMITMENT, "starts_on": "2026-04-01", "ends_on": "2026-10-31"})
    again = client.get(new).text
    assert 'value="2026-04-01"' in again
    assert 'value="2026-10-31"' in again


def test_a_manager_begins_a_partnership_for_the_unit_that_works_with_the_employer(
    browser: Browser, outside: Place, core_app: Flask
) -> None:
    with core_app.app_context():
        world = outside.world
        below = world.unit("Osby norr", parent_id=outside.unit_id)
        unit_id = below.id
        world.relationship(current_session().get_one(Employer, outside.employer_id), below)
    page = browser("manager").get(f"/employers/{outside.employer}/partnerships/new").text
    assert f'<option selected value="{unit_id}">' in page


def test_somebody_who_only_evaluates_is_responsible_for_nothing(outside: Place, core_app: Flask) -> None:
    with core_app.app_context():
        names = [each.name for each in staff_of_units([outside.unit_id])]
    assert names == ["Karin Berg", "Maria Lindqvist"]


def test_who_begins_a_partnership_is_told_of_the_one_that_another_unit_has(browser: Browser, outside: Place) -> None:
    begun = _begin(browser("coordinator"), outside)
    address = f"/employers/{outside.employer}/partnerships/new"
    stranger = browser("stranger")
    page = stranger.get(address).text
    assert "Osby has a partnership since" in page
    assert "Begin another one all the same" in page
    assert "Together" not in page
    form = {"name": "Ours", "unit_id": str(outside.stranger.unit_id), "starts_on": "2026-06-30"}
    refused = stranger.post(address, data=form)
    assert refused.status_code == 422
    assert "Tick this to begin another one" in refused.text
    assert 'value="Ours"' in refused.text
    assert stranger.post(address, data={**form, "beside_others": "y"}).status_code == 303
    page = browser("coordinator").get(address).text
    assert f'href="{begun}"' in page
    assert "Kil has a partnership since" in page
    assert "Ours" not in page
