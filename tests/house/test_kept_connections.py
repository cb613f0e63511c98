"""Connections to PostgreSQL that are kept: asked whether they answer when there is reason to, and only then."""

from contextlib import suppress

import pytest
from flask import Flask
from psycopg import OperationalError, sql
from sqlalchemy import select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from crm.accounts.models import Unit
from crm.db import current_session, db, reading_apart
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.postgres


def _process() -> int:
    """The server's process behind the kept connection, which is given back afterwards."""
    found: int = current_session().execute(text("SELECT pg_backend_pid()")).scalar_one()
    current_session().rollback()
    return found


def test_a_connection_that_the_server_has_ended_is_replaced_before_it_is_used(
    postgres_app: Flask, postgres_server: PostgresServer
) -> None:
    before = _process()
    assert _process() == before
    postgres_server.execute(sql.SQL("SELECT pg_terminate_backend({}, 5000)").format(sql.Literal(before)))
    assert _process() != before


def test_a_connection_is_asked_again_only_after_a_while(postgres_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[DBAPIConnection] = []
    real = db.engine.dialect.do_ping

    def ask(connection: DBAPIConnection) -> bool:
        asked.append(connection)
        return real(connection)

    monkeypatch.setattr(db.engine.dialect, "do_ping", ask)
    first = _process()
    assert _process() == first
    assert asked == []
    monkeypatch.setattr("crm.db.TRUSTED_SECONDS", 0.0)
    assert _process() == first
    assert len(asked) == 1
    monkeypatch.setattr("crm.db.TRUSTED_SECONDS", 60.0)
    assert _process() == first
    assert len(asked) == 1


def test_a_connection_that_went_in_silence_is_replaced_when_it_was_not_used_for_a_while(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _process()

    def unanswered(connection: DBAPIConnection) -> bool:
        raise OperationalError("the way to the server has forgotten it")

    monkeypatch.setattr(db.engine.dialect, "do_ping", unanswered)
    monkeypatch.setattr("crm.db.TRUSTED_SECONDS", 0.0)
    assert _process() != before


def test_what_reads_apart_and_fails_leaves_a_session_that_answers(postgres_app: Flask) -> None:
    current_session().execute(select(Unit.id)).all()
    with pytest.raises(DBAPIError), reading_apart():
        current_session().execute(text("SELECT nothing FROM nowhere"))
    assert current_session().execute(select(Unit.id)).all() == []


def test_a_failure_that_somebody_passed_over_does_not_reach_the_rest_of_the_page(postgres_app: Flask) -> None:
    with pytest.raises(RuntimeError, match="passed over"), reading_apart(), suppress(DBAPIError):
        current_session().connection().execute(text("SELECT nothing FROM nowhere"))
    assert current_session().execute(select(Unit.id)).all() == []
