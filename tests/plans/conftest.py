"""The people and pages of the placements' tests, with the module of plans switched on."""

import pytest
from flask import Flask

from crm.accounts.models import Unit
from tests.participants.conftest import Here
from tests.placements.conftest import browser, core, here, there
from tests.world import World

__all__ = ["browser", "core", "here", "on", "there"]


@pytest.fixture
def on(core_app: Flask, there: Here, world: World) -> None:
    """The unit has plans."""
    with core_app.app_context():
        unit = world.session.get_one(Unit, there.unit_id)
        unit.modules = [*unit.modules, "plans"]
        world.save(unit)
