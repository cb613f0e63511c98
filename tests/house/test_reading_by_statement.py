"""Reading without a transaction around it on PostgreSQL: nothing can be kept by accident."""

from contextlib import suppress

import pytest
from flask import Flask
from sqlalchemy import select

from crm.accounts.models import Unit
from crm.db import current_session, read_by_statement, transaction
from tests.world import World

pytestmark = pytest.mark.postgres


def test_a_change_outside_a_transaction_is_refused_and_lost(postgres_app: Flask) -> None:
    unit_id = World().unit("Before").id
    current_session().rollback()
    read_by_statement()
    current_session().get_one(Unit, unit_id).name = "After"
    with pytest.raises(RuntimeError, match="outside transaction"):
        current_session().scalar(select(Unit.name))
    current_session().rollback()
    assert current_session().scalar(select(Unit.name)) == "Before"


def test_a_transaction_writes_as_ever_and_is_rolled_back_whole(postgres_app: Flask) -> None:
    unit_id = World().unit("Before").id
    current_session().rollback()
    read_by_statement()
    assert current_session().get_one(Unit, unit_id).name == "Before"
    with suppress(ValueError), transaction() as session:
        session.get_one(Unit, unit_id).name = "Lost"
        session.flush()
        raise ValueError
    with transaction() as session:
        assert session.get_one(Unit, unit_id).name == "Before"
        session.get_one(Unit, unit_id).name = "After"
    assert current_session().scalar(select(Unit.name)) == "After"
