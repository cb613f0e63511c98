"""An application with a search index, on each of the two databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from crm.db import db
from tests.conftest import make_app, make_settings


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def searchable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    if request.param == "sqlite":
        app = request.getfixturevalue("core_app")
    else:
        url = request.getfixturevalue("postgres_url")
        app = make_app(make_settings(tmp_path, PLUGINS="", DATABASE_URL=url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
