"""The whole organisation, as it was built, for each test that asks for it."""

from collections.abc import Iterator

import pytest

from crm import clock
from crm.db import db
from tests.contracts.premises import NOON, Premises, build


@pytest.fixture(scope="session")
def built_premises(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    """Built once for each worker."""
    with clock.travelling(NOON):
        premises = build(tmp_path_factory.mktemp("premises"))
    yield premises
    with premises.app.app_context():
        db.engine.dispose()


@pytest.fixture
def premises(built_premises: Premises) -> Iterator[Premises]:
    """The organisation at noon of a Wednesday, with nothing yet done to it."""
    built_premises.reset()
    with clock.travelling(NOON):
        yield built_premises
