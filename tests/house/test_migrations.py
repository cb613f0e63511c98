"""Migrations make exactly the tables of the models, on both databases, and can be repeated."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from crm.app import create_app
from crm.db import db
from crm.migrating import check, upgrade
from crm.settings import Settings
from tests.conftest import make_settings


def _upgraded(settings: Settings) -> Flask:
    app = create_app(settings)
    upgrade(app)
    return app


def test_migrations_equal_models_on_sqlite(tmp_path: Path) -> None:
    app = _upgraded(make_settings(tmp_path))
    check(app)
    upgrade(app)
    check(app)


@pytest.mark.postgres
def test_migrations_equal_models_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    app = _upgraded(make_settings(tmp_path, DATABASE_URL=postgres_url))
    check(app)
    upgrade(app)


def test_a_plugin_has_a_version_table_of_its_own_and_its_tables_stay_away_when_it_is_disabled(tmp_path: Path) -> None:
    app = _upgraded(make_settings(tmp_path, PLUGINS=""))
    with app.app_context():
        names = inspect(db.engine).get_table_names()
    assert "alembic_version" in names
    assert not [name for name in names if name.startswith("survey_")]
    both = _upgraded(make_settings(tmp_path, PLUGINS="surveys"))
    with both.app_context():
        assert {"alembic_version_surveys", "survey_due"} <= set(inspect(db.engine).get_table_names())


def test_foreign_keys_hold_after_migrating(tmp_path: Path) -> None:
    app = _upgraded(make_settings(tmp_path))
    with app.app_context(), db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA foreign_key_check")).fetchall() == []
