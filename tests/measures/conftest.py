"""The people and pages of the participants' tests, and what the measures are counted from."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Actor, Role
from crm.db import current_session
from crm.employers.models import Contact
from crm.measures.overview import Overview, overview
from crm.reports.filters import read_filters
from tests.participants.conftest import Here
from tests.placements.conftest import browser, core, here, there
from tests.world import World

__all__ = ["browser", "core", "here", "there"]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    """Everything happens on a Sunday in November."""
    with clock.travelling(NOW):
        yield


def contact(world: World, here: Here, day: date, **values: Any) -> Contact:
    """A visit that went well, of the coordinator, unless ``values`` say otherwise."""
    given = {"channel": "visit", "outcome": "interested", "staff_id": here.coordinator.staff_id} | values
    employer_id = given.pop("employer_id", None) or world.employer().id
    unit_id = given.pop("unit_id", None) or here.unit_id
    row: Contact = world.save(
        Contact(employer_id=employer_id, unit_id=unit_id, on_date=day, created_at=clock.now(), **given)
    )
    return row


def found(actor: Actor, **address: str) -> Overview:
    """The figures of an address."""
    return overview(read_filters(actor, address), today=clock.now().date())


@pytest.fixture
def evaluator(core_app: Flask, there: Here, world: World, sign_in: Callable[[FlaskClient, str], None]) -> FlaskClient:
    """Somebody of the unit who sees figures alone."""
    with core_app.app_context():
        email = world.staff(Role.EVALUATOR, unit=current_session().get_one(Unit, there.unit_id)).email
    client = core_app.test_client()
    sign_in(client, email)
    return client
