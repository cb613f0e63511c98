"""The list of contacts across employers: filters, pages, a file, and who sees what."""

from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.accounts.models import Unit
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields
from tests.employers.conftest import Desk, counted
from tests.world import World


def log(app: Flask, world: World, desk: Desk, employer: str, **values: object) -> None:
    fields: dict[str, object] = {"channel": "visit", "on_date": date(2026, 3, 10), "outcome": "interested"}
    with app.app_context():
        made = world.employer(employer)
        with transaction():
            services.log_contact(desk.actor, employer_id=made.id, fields=ContactFields(**{**fields, **values}))  # type: ignore[arg-type]


@pytest.fixture
def logged(app: Flask, world: World, desk: Desk) -> None:
    log(app, world, desk, "Alfa", purpose="needs", participant_present=True)
    log(app, world, desk, "Beta", channel="phone", purpose="request_place", on_date=date(2026, 4, 1), note="A secret")
    log(app, world, desk, "=Gamma()", purpose="thanks", on_date=date(2026, 4, 30), outcome="not_now")


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({}, "Alfa Beta Gamma"),
        ({"present": "y"}, "Alfa"),
        ({"channel": "phone"}, "Beta"),
        ({"channel": "visit", "since": "2026-04-01"}, "Gamma"),
        ({"purpose": "needs"}, "Alfa"),
        ({"outcome": "not_now"}, "Gamma"),
        ({"since": "2026-04-01", "until": "2026-04-30"}, "Beta Gamma"),
        ({"until": "2026-03-31"}, "Alfa"),
        ({"who": "mine"}, "Alfa Beta Gamma"),
        ({"channel": "nonsense", "since": "the day before"}, "Alfa Beta Gamma"),
        ({"purpose": "csr"}, ""),
    ],
)
@pytest.mark.usefixtures("logged")
def test_contacts_are_narrowed_down_by_the_address(desk: Desk, asked: dict[str, str], there: str) -> None:
    page = desk.client.get(f"/contacts?{urlencode(asked)}").text
    table = page.split("<tbody>")[-1] if there else page
    assert [name for name in ("Alfa", "Beta", "Gamma") if name in table] == there.split()
    assert ("No contact fits" in page) is (there == "")


@pytest.mark.usefixtures("logged")
def test_the_file_has_the_same_filters_no_notes_and_no_formulas(desk: Desk) -> None:
    text = desk.client.get("/contacts/export.csv").data.decode("utf-8-sig")
    assert "'=Gamma()" in text
    assert "A secret" not in text
    assert "2026-03-10;Alfa;Visit at employer;Learn the employer's needs;Interested;1;Maria Lindqvist;Ume" in text
    assert "Alfa" not in desk.client.get("/contacts/export.csv?channel=phone").data.decode("utf-8-sig")


@pytest.mark.usefixtures("logged")
def test_another_unit_sees_none_of_them(app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]) -> None:
    with app.app_context():
        email = world.staff(unit=world.unit("Kil")).email
    stranger = app.test_client()
    sign_in(stranger, email)
    assert "No contacts yet" in stranger.get("/contacts").text
    assert "Alfa" not in stranger.get("/contacts/export.csv").text


def test_a_colleague_is_listed_by_name_only_where_the_unit_agreed(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        unit = current_session().get_one(Unit, desk.unit_id)
        colleague = world.staff(unit=unit, name="Olle Berg")
        with transaction():
            services.log_contact(
                world.actor(colleague), employer_id=world.employer("Delta").id,
                fields=ContactFields("visit", clock.today(), "interested"),
            )  # fmt: skip
        chosen = f"/contacts?who={colleague.id}"
    log(app, world, desk, "Alfa")
    assert "Olle Berg</option>" not in desk.client.get("/contacts").text
    assert "Alfa" in desk.client.get(chosen).text, "a choice that is not offered does nothing"
    with app.app_context(), transaction() as session:
        session.get_one(Unit, desk.unit_id).coordinator_figures_agreed = "Agreed in May"
    page = desk.client.get(chosen).text
    assert "Delta" in page
    assert "Alfa" not in page


def test_a_long_list_has_pages_and_asks_few_questions(app: Flask, world: World, desk: Desk) -> None:
    for number in range(27):
        log(app, world, desk, f"Employer {number}", on_date=date(2026, 3, 1) + timedelta(days=number))
    with counted(app) as statements:
        page = desk.client.get("/contacts").text
    assert len(statements) <= 12
    assert "27 contacts" in page
    assert "Employer 0<" not in page
    assert "Employer 0<" in desk.client.get("/contacts?page=2").text
