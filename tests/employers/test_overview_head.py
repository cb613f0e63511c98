"""The head of an employer's page: what is running, what is wrong; and a history that others do not drown."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.agreements.models import Agreement, AgreementStatus
from crm.agreements.services.following import renew_agreement
from crm.agreements.tasks import look_after_agreements
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields
from crm.employers.models import EmployerRelationship
from crm.partnerships.fields import CommitmentFields, PartnershipFields
from crm.partnerships.services.commitments import add_commitment
from crm.partnerships.services.partnerships import begin_partnership
from tests.agreements.conftest import Table, app, jump, lay, maria, outside, sent
from tests.agreements.test_lifecycle import both_sign
from tests.world import World

__all__ = ["app", "jump", "lay", "maria", "outside"]
Jump = Callable[[datetime], None]


def head(maria: FlaskClient, table: Table) -> str:
    page = maria.get(f"/employers/{table.employer}").text
    return page[: page.index('class="split"')]


@pytest.fixture
def in_force(app: Flask, outside: Table) -> int:
    with app.app_context():
        agreement_id = sent(outside)
        both_sign(outside, agreement_id)
        return agreement_id


def later(app: Flask, jump: Jump, day: date) -> None:
    jump(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    with app.app_context():
        look_after_agreements()


def test_the_head_tells_what_is_running_and_leads_there(
    app: Flask, world: World, outside: Table, maria: FlaskClient, in_force: int
) -> None:
    with app.app_context():
        unit = current_session().get_one(Unit, outside.unit_id)
        employer = world.employer("Elsewhere")
        with transaction():
            unit.modules = ["partnerships"]
            given = PartnershipFields(name="Together", starts_on=date(2026, 1, 1), ends_on=None)
            made = begin_partnership(outside.actor, employer_id=outside.employer_id, unit_id=unit.id, given=given)
        with transaction():
            promise = CommitmentFields(
                kind="places", text="Two", quantity=2, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
            )
            add_commitment(outside.actor, partnership_id=made.id, given=promise)
        person = world.enrolment(world.participant(unit), world.programme())
        world.placement(person, made.employer)
        public_id = employer.public_id
    shown = head(maria, outside)
    for text, anchor in (
        ("One agreement in force", "#agreements"), ("One placement in progress", "#placements"),
        ("One commitment", "#partnerships"),
    ):  # fmt: skip
        assert f'href="{anchor}">{text}</a>' in shown
    assert "What is running" not in maria.get(f"/employers/{public_id}").text


def test_an_agreement_that_ends_soon_and_one_that_has_ended_stand_in_the_strip(
    app: Flask, outside: Table, maria: FlaskClient, in_force: int, jump: Jump
) -> None:
    assert "ends on" not in head(maria, outside)
    later(app, jump, date(2027, 11, 1))
    with app.app_context():
        address = f"/agreements/{current_session().get_one(Agreement, in_force).public_id}"
    shown = head(maria, outside)
    assert "ends on 17 Nov 2027" in shown
    assert f'href="{address}"' in shown
    assert "Renew" in maria.get(address).text
    later(app, jump, date(2027, 11, 18))
    assert "ended on 17 Nov 2027 and is not renewed" in head(maria, outside)
    later(app, jump, date(2028, 12, 18))
    assert "is not renewed" not in head(maria, outside)


def test_nothing_is_wrong_once_somebody_has_begun_to_renew(
    app: Flask, outside: Table, maria: FlaskClient, in_force: int, jump: Jump
) -> None:
    later(app, jump, date(2027, 11, 1))
    with app.app_context():
        assert current_session().get_one(Agreement, in_force).status is AgreementStatus.EXPIRING
        with transaction():
            renew_agreement(outside.actor, agreement_id=in_force)
    assert "ends on 17 Nov 2027. Renew" not in head(maria, outside)


def test_a_stage_that_wants_an_agreement_offers_to_write_one(app: Flask, outside: Table, maria: FlaskClient) -> None:
    with app.app_context():
        row = current_session().scalars(select(EmployerRelationship)).one().public_id
    asked = maria.post(f"/relationships/{row}/stage", data={"stage": "agreement", "version": "1"})
    page = maria.get(asked.location).text
    assert "No agreement with this employer is in force." in page
    assert f'href="/employers/{outside.employer}/agreements/new">New agreement</a>' in page
    assert "Move all the same" in page


def log_many(app: Flask, world: World, employer_id: int, count: int) -> None:
    with app.app_context():
        stranger = world.actor(world.staff(unit=world.unit("Jobbhuset Fjellvik"), name="Johan Ek"))
        for number in range(count):
            fields = ContactFields("phone", clock.today() - timedelta(days=number), "interested", note="A secret")
            with transaction():
                services.log_contact(stranger, employer_id=employer_id, fields=fields)


def test_another_unit_s_contacts_are_one_line_and_do_not_hide_one_s_own(
    app: Flask, world: World, outside: Table, maria: FlaskClient
) -> None:
    with app.app_context(), transaction():
        fields = ContactFields("visit", clock.today() - timedelta(days=40), "interested", note="Our own note")
        services.log_contact(outside.actor, employer_id=outside.employer_id, fields=fields)
    log_many(app, world, outside.employer_id, 9)
    page = maria.get(f"/employers/{outside.employer}").text
    assert "Our own note" in page
    assert "By another unit" not in page
    assert "Jobbhuset Fjellvik: 9 contacts, the last on 18 Nov 2026" in page
    assert "A secret" not in page
    whole = maria.get(f"/employers/{outside.employer}?lines=all").text
    assert whole.count("By another unit") >= 9
    assert "A secret" not in whole


def test_where_only_another_unit_has_been_in_contact_that_is_told(
    app: Flask, world: World, outside: Table, maria: FlaskClient
) -> None:
    log_many(app, world, outside.employer_id, 1)
    page = maria.get(f"/employers/{outside.employer}").text
    assert "Jobbhuset Fjellvik: one contact, on 18 Nov 2026" in page
    assert "lines=all#history" in page
    assert "Nothing has been written down yet" not in page


def test_a_unit_that_has_only_begun_is_told_too(app: Flask, world: World, outside: Table, maria: FlaskClient) -> None:
    with app.app_context():
        kil = world.unit("Kil")
        with transaction():
            services.take_relationship(
                world.actor(world.staff(unit=kil)), employer_id=outside.employer_id, unit_id=kil.id, owner_id=None
            )
    assert "Kil: no contact yet" in maria.get(f"/employers/{outside.employer}").text


def test_another_day_is_asked_for_when_it_is_chosen_and_stays_when_something_stands_in_it(
    outside: Table, maria: FlaskClient
) -> None:
    address = f"/employers/{outside.employer}"
    folded = '<div class="own-day"><div class="ds-field"><label class="ds-label" for="next_on">'
    assert folded in maria.get(address).text
    for changed in ({"next_on": "2027-01-07"}, {"next_when": "own"}, {"next_on": "nonsense"}):
        refused = maria.post(f"{address}/contacts", data={"next_when": "none", "channel": "visit", **changed})
        assert refused.status_code == 422
        assert 'for="next_on"' in refused.text
        assert "own-day" not in refused.text, changed
