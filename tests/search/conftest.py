"""An application with a search index, on each of the two databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from crm.db import db
from tests.conftest import make_app, make_settings


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def searchable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    values = {"PLUGINS": ""}
    if request.param == "postgres":
        values["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    app = make_app(make_settings(tmp_path, **values))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
