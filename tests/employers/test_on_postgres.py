"""An employer's page on PostgreSQL: every statement is a journey, and none is for nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from crm.db import db
from tests.conftest import make_app, make_settings
from tests.employers.conftest import Desk
from tests.world import World

pytestmark = pytest.mark.postgres


@pytest.fixture
def app(tmp_path: Path, postgres_url: str) -> Iterator[Flask]:
    app = make_app(make_settings(tmp_path, PLUGINS="", DATABASE_URL=postgres_url))
    yield app
    with app.app_context():
        db.engine.dispose()


def test_the_page_reads_by_statement_and_its_history_is_planned_once(app: Flask, desk: Desk, world: World) -> None:
    with app.app_context():
        address = f"/employers/{world.employer('Fjell Bygg').public_id}"
        engine = db.engine
    seen: list[tuple[str, bool]] = []

    def note(connection: object, cursor: Any, statement: str, *_rest: object) -> None:
        seen.append((statement, cursor.connection.autocommit))

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert "Fjell Bygg" in desk.client.get(address).text
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert seen
    assert all(by_statement for _text, by_statement in seen)
    assert any("history_line" in text and "LIMIT 8" in text for text, _by_statement in seen)
