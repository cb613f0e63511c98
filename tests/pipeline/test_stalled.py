"""Friendly but stuck: positive talks and no new stage are listed, and are no success."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from crm import clock
from crm.agreements.models import Agreement
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields
from crm.employers.models import EmployerRelationship
from crm.pipeline.queries import BoardFilter
from crm.pipeline.stalled import count_stalled, stalled_page
from tests.agreements.conftest import lay, write
from tests.employers.conftest import Desk
from tests.world import World

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.travelling(FIRST + timedelta(days=100)):
        yield


def talk(world: World, desk: Desk, *outcomes: str) -> int:
    """Contacts one after another, a day apart, from the first day on."""
    employer = world.employer()
    for number, outcome in enumerate(outcomes):
        day = date(2026, 3, 2) + timedelta(days=number)
        with clock.travelling(FIRST + timedelta(days=number)), transaction():
            services.log_contact(desk.actor, employer_id=employer.id, fields=ContactFields("visit", day, outcome))
    return employer.id


def stalled(desk: Desk) -> int:
    return count_stalled(desk.actor, BoardFilter())


def test_ten_positive_contacts_and_no_placement_are_stalled_and_no_success(
    app: Flask, world: World, desk: Desk, manager_desk: Desk
) -> None:
    with app.app_context():
        talk(world, desk, *["interested"] * 10)
        assert stalled(desk) == 1
    page = desk.client.get("/pipeline/stalled").text
    assert 'data-l="Days in the stage">100</td>' in page
    assert "Interested" in page
    assert '>10 of 10</td><td class="num" data-l="Placements">0</td>' in page
    assert "11 Mar 2026" in page
    assert 'href="/pipeline/stalled"' in desk.client.get("/pipeline").text
    today = manager_desk.client.get("/").text
    assert "1 employer was for it when we last spoke" in today
    assert "when we last spoke" not in desk.client.get("/").text


@pytest.mark.parametrize(
    ("outcomes", "count"),
    [
        (["interested"], 1),
        (["interested", "no_answer"], 1),  # Nobody was reached: what was said last still holds.
        (["interested", "declined"], 0),
        (["declined", "place_offered"], 1),
        (["not_now"], 0),
        (["no_answer"], 0),
    ],
)
def test_the_last_outcome_decides(app: Flask, world: World, desk: Desk, outcomes: list[str], count: int) -> None:
    with app.app_context():
        talk(world, desk, *outcomes)
        assert stalled(desk) == count


@pytest.mark.parametrize(("days", "count"), [(59, 0), (60, 1)])
def test_it_takes_sixty_days(app: Flask, world: World, desk: Desk, days: int, count: int) -> None:
    with app.app_context():
        talk(world, desk, "interested")
        with clock.travelling(FIRST + timedelta(days=days)):
            assert stalled(desk) == count


@pytest.mark.parametrize(("stage", "count"), [("agreement", 0), ("resting", 0), ("placement_running", 0)])
def test_a_new_stage_is_movement(app: Flask, world: World, desk: Desk, stage: str, count: int) -> None:
    with app.app_context():
        talk(world, desk, "interested")
        row = current_session().query(EmployerRelationship).one()
        with transaction():
            services.change_stage(desk.actor, relationship_id=row.id, stage=stage)
        assert stalled(desk) == count
        with clock.travelling(FIRST + timedelta(days=300)):
            assert stalled(desk) == (1 if stage == "agreement" else 0)


def test_who_has_somebody_at_work_now_is_not_stuck(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        employer_id = talk(world, desk, "interested")
        unit = current_session().get(type(world.unit()), desk.unit_id)
        enrolment = world.enrolment(world.participant(unit=unit), world.programme(unit=unit))
        employer = current_session().get(type(world.employer()), employer_id)
        placement = world.placement(enrolment, employer, starts_on=date(2026, 6, 1))
        assert stalled(desk) == 0
        for values in ({"cancelled": True}, {"cancelled": False, "status": "planned"}):
            for name, value in values.items():
                setattr(placement, name, value)
            world.save(placement)
            assert stalled(desk) == 1, "what never began is nothing that moved"
        placement.status = "active"
        placement.ends_on = date(2026, 6, 5)
        world.save(placement)
        assert stalled(desk) == 1


def test_an_agreement_that_was_signed_meanwhile_is_said_and_its_stage_is_proposed(
    app: Flask, world: World, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with app.app_context():
        with clock.travelling(FIRST):
            table = lay(world)
            with transaction():
                talked = ContactFields("visit", FIRST.date(), "agreement_discussed")
                services.log_contact(table.actor, employer_id=table.employer_id, fields=talked)
        number = write(table)
        filters = BoardFilter()
        assert stalled_page(table.actor, filters, page=1).items[0].signed_at is None
        signed = {"status": "active", "signed_at": FIRST + timedelta(days=90)}
        with transaction():
            current_session().execute(update(Agreement).where(Agreement.id == number).values(signed))
        row = stalled_page(table.actor, filters, page=1).items[0]
        assert (row.signed_at, row.is_ahead) == (signed["signed_at"], True)
    sign_in(client, "maria@example.org")
    page = client.get("/pipeline/stalled").text
    assert 'Agreement signed <span class="nowrap">31 May 2026<' in page
    assert "Move them to “Agreement”?" in page
    assert '<option value="agreement" selected>' in page
