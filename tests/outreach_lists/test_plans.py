"""In a list of many thousands every question of a claim finds its rows through an index, and none reads the list."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text

from crm.db import current_session, db, transaction
from outreach.lists.models import CallEntry, EntryState
from outreach.lists.services import finish_entry, next_entry
from tests.conftest import make_app, make_settings
from tests.outreach_lists.room import NOON, make_room
from tests.world import World

MANY = 5000


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def big_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    values = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    app = make_app(make_settings(tmp_path, PLUGINS="outreach", **values))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def plan_of(connection: Connection, statement: str, parameters: Any) -> str:
    """How the database goes about it: PostgreSQL with the plan that it keeps, whatever the parameters are."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    else:
        names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
        numbered = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found[1]) + 1}", statement)
        nothing = f"({', '.join(['NULL'] * len(names))})" if names else ""
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        connection.exec_driver_sql("DEALLOCATE ALL")
        connection.exec_driver_sql(f"PREPARE asked AS {numbered}")
        rows = connection.exec_driver_sql(f"EXPLAIN EXECUTE asked{nothing}").all()
    return "\n".join(str(row[-1]) for row in rows)


def test_no_question_of_a_claim_reads_the_whole_list_and_there_are_few(big_app: Flask) -> None:
    with big_app.app_context():
        room = make_room(World())
        room.employers(MANY)
        list_id = room.call_list().id
        with transaction():
            entry = next_entry(room.caller, list_id=list_id)
            assert entry is not None
            finish_entry(room.caller, entry, outcome="no_answer", contact_id=None, callback_at=NOON)
        current_session().execute(text("ANALYZE"))
        current_session().commit()
        seen: list[tuple[str, Any]] = []

        def note(connection: object, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
            if statement.startswith("SELECT"):
                seen.append((statement, parameters))

        # The second caller finds no callback of their own, so that every question is asked.
        with transaction():
            next_entry(room.colleague, list_id=list_id)
        with transaction():
            finish_entry(room.colleague, room_entry(list_id), outcome="declined", contact_id=None)
        event.listen(db.engine, "before_cursor_execute", note)
        with transaction():
            assert next_entry(room.colleague, list_id=list_id) is not None
        event.remove(db.engine, "before_cursor_execute", note)
        connection = current_session().connection()
        plans = [plan_of(connection, *each) for each in seen]
    assert len(seen) <= 12
    for (statement, _parameters), plan in zip(seen, plans, strict=True):
        assert "SCAN outreach_call_entry" not in plan, statement
        assert "Seq Scan on outreach_call_entry" not in plan, statement
        assert "Seq Scan on employer " not in plan, statement
        assert "SCAN employer" not in plan.replace("SCAN employer_", ""), statement
        if "outreach_call_entry.position," in statement and "ORDER BY outreach_call_entry.position" in statement:
            assert "TEMP B-TREE" not in plan, statement
            assert "Sort" not in plan, statement


def room_entry(list_id: int) -> Any:
    return current_session().query(CallEntry).filter_by(list_id=list_id, state=EntryState.TAKEN).one()
