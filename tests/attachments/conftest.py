"""What tests of attachments share: a contact that files are added to."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.employers.models import Contact
from tests.world import World


@pytest.fixture
def contact(app: Flask, world: World, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]) -> str:
    with app.app_context():
        unit = world.unit("Umeå")
        staff = world.staff(unit=unit, email="maria@example.org")
        world.staff(unit=world.unit("Vännäs"), email="other@example.org")
        made = world.save(
            Contact(
                employer_id=world.employer().id,
                unit_id=unit.id,
                staff_id=staff.id,
                channel="visit",
                on_date=date(2026, 4, 1),
                outcome="interested",
                created_at=clock.now(),
            )
        ).public_id
    sign_in(client, "maria@example.org")
    return str(made)
