"""The two pages of an employer of whom we know everything: within twelve queries, and who may see what."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.accounts.models import Staff, Unit
from crm.db import current_session, transaction
from crm.documents.queries import sheet_choices
from crm.documents.services.sheets import give_sheet
from crm.employers import services
from crm.employers.fields import ContactFields, NextStep
from crm.employers.models import Employer, Workplace
from crm.employers.register_models import RegisterRecord
from crm.partnerships.fields import CommitmentFields, PartnershipFields, TestimonialFields
from crm.partnerships.services.commitments import add_commitment
from crm.partnerships.services.partnerships import begin_partnership
from crm.partnerships.services.voices import add_testimonial
from tests.agreements.conftest import Table, jump, lay, sent, write
from tests.documents.test_texts import _sheet
from tests.employers.conftest import counted
from tests.world import World

__all__ = ["jump"]
MOST = 12


def _family(world: World, table: Table) -> None:
    employer = current_session().get_one(Employer, table.employer_id)
    above = world.employer("Nordlys Group")
    employer.parent_id, employer.warning, employer.warning_by_id = above.id, "Ask for Eva", table.owner_id
    employer.phone, employer.email, employer.industry_text = "+4690123456", "info@nordlys.example", "Bakery"
    world.save(employer)
    part = world.employer("Nordlys Umeå", parent_id=employer.id)
    for place in (part, employer, employer, employer):
        person = world.participant(current_session().get_one(Unit, table.unit_id))
        world.placement(world.enrolment(person, world.programme()), place)
    hidden = world.enrolment(world.participant(world.unit("Elsewhere")), world.programme())
    world.placement(hidden, employer)
    world.save(Workplace(employer_id=employer.id, name="Warehouse", phone="+4690654321"))
    record = RegisterRecord(
        employer_id=employer.id, register="no", values={"name": "N"}, checked_at=clock.now(), retrieved_at=clock.now()
    )
    world.save(record)


def _partnership(table: Table) -> None:
    unit = current_session().get_one(Unit, table.unit_id)
    with transaction():
        unit.modules = ["partnerships"]
        given = PartnershipFields(name="Together", starts_on=date(2026, 1, 1), ends_on=None)
        made = begin_partnership(table.actor, employer_id=table.employer_id, unit_id=table.unit_id, given=given)
    with transaction():
        promise = CommitmentFields(
            kind="places", text="Two places", quantity=2, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
        )
        add_commitment(table.actor, partnership_id=made.id, given=promise)
    with transaction():
        said = TestimonialFields(said_by="The owner", said_on=date(2026, 6, 1), text="We could pay a fee.")
        add_testimonial(table.actor, employer_id=table.employer_id, unit_id=table.unit_id, given=said)


def _contacts(world: World, table: Table) -> None:
    other = world.staff(unit=world.unit("Kil"), name="Johan Ek")
    for number, actor in enumerate([table.actor] * 12 + [world.actor(other)]):
        day = clock.today() - timedelta(days=number)
        with transaction():
            services.log_contact(
                actor, employer_id=table.employer_id,
                fields=ContactFields("visit", day, "interested", note=f"Note {number}"),
                next_step=NextStep(clock.today() + timedelta(days=number), f"Promise {number}"),
            )  # fmt: skip


@pytest.fixture
def full(app: Flask, world: World) -> Table:
    """Everything there can be at an employer."""
    with app.app_context():
        table = lay(world)
        first, second = _sheet(table)
        for actor, version in ((table.actor, first), (table.manager, second)):
            with transaction():
                give_sheet(actor, employer_id=table.employer_id, version_id=version, on=clock.today())
        _family(world, table)
        _partnership(table)
        _contacts(world, table)
        write(table)
        sent(table)
        for number in range(4):
            employer = current_session().get_one(Employer, table.employer_id)
            world.contact_person(employer, f"Person {number}", phone=f"+4670123456{number}")
        return table


@pytest.fixture
def maria(app: Flask, full: Table, sign_in: Callable[[FlaskClient, str], None]) -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, "maria@example.org")
    return browser


PANELS = {
    "": ("Different information was given", "Promise 0", "Together", "Agreements", "Placements", "One more placement",
         "Person 3", "Johan Ek", "Ask for Eva", "By Maria Lindqvist"),
    "/details": ("Nordlys Group", "Nordlys Umeå", "Placements at its parts", "Warehouse", "there is a newer one",
                 "Begin a partnership", "We could pay a fee", "Register"),
}  # fmt: skip


@pytest.mark.parametrize("page", PANELS)
def test_a_page_with_everything_on_it_asks_the_database_twelve_times_at_most(
    app: Flask, full: Table, maria: FlaskClient, page: str
) -> None:
    address = f"/employers/{full.employer}{page}"
    maria.get(address)
    with counted(app) as statements:
        shown = maria.get(address).text
    for text in PANELS[page]:
        assert text in shown, text
    # That participants were read is written down after the page; that is no question.
    asked = [each for each in statements if not each.startswith("INSERT INTO audit_entry")]
    assert len(asked) <= MOST, "\n\n".join(each[:600] for each in asked)


def _log_form(page: str) -> str:
    form = page[page.index('<div id="log"') : page.index('<div class="hist')]
    # Each page has a key of its own; forms of the tests carry no token, which the kept one always does.
    without = re.sub(r'<input id="csrf_token"[^>]+>', "", form)
    return re.sub(r'(name="submission_key" type="hidden" value=)"[^"]+"', r"\1", without)


@pytest.mark.parametrize("block", [False, True])
def test_the_form_that_is_kept_for_every_employer_is_what_the_whole_form_writes(
    app: Flask, full: Table, maria: FlaskClient, block: bool
) -> None:
    with app.app_context(), transaction():
        current_session().get_one(Employer, full.employer_id).advertising_block = block
    address = f"/employers/{full.employer}"
    kept = _log_form(maria.get(address).text)
    # What the address gives makes the whole form; a visit is what stands there anyway.
    assert kept == _log_form(maria.get(f"{address}?channel=visit").text)
    for field in ("submission_key", "person_ids", "workplace_id", "sheet", *(["basis"] if block else [])):
        assert f'name="{field}"' in kept, field


def test_the_kept_form_holds_nobodys_key_or_token(full: Table, maria: FlaskClient) -> None:
    address = f"/employers/{full.employer}"
    first, second = (re.findall(r'id="submission_key"[^>]+value="([^"]+)"', maria.get(address).text) for _ in range(2))
    assert len(first) == len(second) == 1
    assert first != second


def test_a_stranger_sees_of_the_unit_only_who_when_and_how(
    app: Flask, full: Table, sign_in: Callable[[FlaskClient, str], None], world: World
) -> None:
    with app.app_context():
        email = world.staff(unit=world.unit("Far away")).email
    browser = app.test_client()
    sign_in(browser, email)
    page = browser.get(f"/employers/{full.employer}").text
    assert "Maria Lindqvist" in page
    for secret in ("Promise", "Note 1", "Together", "Waits for"):
        assert secret not in page, secret


def test_the_sheet_given_in_a_contact_is_noted_and_goes_with_it(app: Flask, full: Table, maria: FlaskClient) -> None:
    address = f"/employers/{full.employer}"
    with app.app_context():
        version, name = sheet_choices(full.actor)[0]
    data = {"channel": "visit", "on_date": clock.today().isoformat(), "outcome": "interested", "next_when": "none",
            "submission_key": "one", "sheet": str(version)}  # fmt: skip
    before = maria.get(f"{address}/details").text.count("Lönebidrag")
    assert maria.post(f"{address}/contacts", data=data).status_code == 303
    assert maria.get(f"{address}/details").text.count("Lönebidrag") == before + 1
    link = maria.get(address).text.split('href="/contacts/')[1].split("/edit")[0]
    assert f'<option selected value="{version}">{name}' in maria.get(f"/contacts/{link}/edit").text
    assert maria.post(f"/contacts/{link}/remove").status_code == 303
    assert maria.get(f"{address}/details").text.count("Lönebidrag") == before
    assert maria.post(f"/contacts/{link}/restore").status_code == 303
    form = {**data, "sheet": "", "version": "3"}
    assert maria.post(f"/contacts/{link}/edit", data=form).status_code == 303
    assert maria.get(f"{address}/details").text.count("Lönebidrag") == before
    with app.app_context():
        assert current_session().get_one(Staff, full.owner_id).name == "Maria Lindqvist"
