"""Fixtures of the pipeline's tests: the core alone, a coordinator and a manager at their desks."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.actors import Role
from tests.employers.conftest import Desk, app, desk
from tests.world import World

__all__ = ["app", "desk"]


@pytest.fixture
def manager_desk(app: Flask, world: World, desk: Desk, sign_in: Callable[[FlaskClient, str], None]) -> Desk:
    """The manager of the coordinator's unit, in a browser of their own."""
    with app.app_context():
        unit = world.session.get(type(world.unit("Elsewhere")), desk.unit_id)
        staff = world.staff(Role.MANAGER, unit=unit, name="Sara Abdi", email="sara@example.org")
        made = Desk(client=app.test_client(), staff_id=staff.id, unit_id=desk.unit_id, actor=world.actor(staff))
    sign_in(made.client, "sara@example.org")
    return made
