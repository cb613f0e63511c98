"""Connections to PostgreSQL that are kept: asked whether they answer when there is reason to, and only then."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from crm.accounts.models import Unit
from crm.db import current_session, db, reading_apart
from tests.conftest import make_app, make_settings
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.postgres


@pytest.fixture
def kept(tmp_path: Path, postgres_url: str) -> Iterator[Flask]:
    app = make_app(make_settings(tmp_path, PLUGINS="", DATABASE_URL=postgres_url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _process() -> int:
    """The server's process behind the kept connection, which is given back afterwards."""
    found: int = current_session().execute(text("SELECT pg_backend_pid()")).scalar_one()
    current_session().rollback()
    return found


def test_a_connection_that_the_server_has_ended_is_replaced_before_it_is_used(
    kept: Flask, postgres_server: PostgresServer
) -> None:
    before = _process()
    assert _process() == before
    postgres_server.execute(sql.SQL("SELECT pg_terminate_backend({}, 5000)").format(sql.Literal(before)))
    assert _process() != before


def test_a_connection_is_asked_again_only_after_a_while(kept: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ping = db.engine.dialect.do_ping
    asked: list[object] = []
    real = ping._ask  # type: ignore[attr-defined]

    def ask(connection: DBAPIConnection) -> bool:
        asked.append(connection)
        return bool(real(connection))

    monkeypatch.setattr(ping, "_ask", ask)
    _process()
    asked.clear()
    monkeypatch.setattr(type(ping), "_TRUSTED_SECONDS", 0.0)
    _process()
    assert len(asked) == 1
    monkeypatch.setattr(type(ping), "_TRUSTED_SECONDS", 60.0)
    _process()
    assert len(asked) == 1


def test_what_reads_apart_and_fails_leaves_a_session_that_answers(kept: Flask) -> None:
    current_session().execute(select(Unit.id)).all()
    with pytest.raises(DBAPIError), reading_apart():
        current_session().execute(text("SELECT nothing FROM nowhere"))
    assert current_session().execute(select(Unit.id)).all() == []


def test_a_failure_that_somebody_passed_over_does_not_reach_the_rest_of_the_page(kept: Flask) -> None:
    with pytest.raises(RuntimeError, match="passed over"), reading_apart(), suppress(DBAPIError):
        current_session().connection().execute(text("SELECT nothing FROM nowhere"))
    assert current_session().execute(select(Unit.id)).all() == []
