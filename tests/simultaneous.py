"""Several people at the same moment: threads with connections of their own, on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from flask import Flask

from crm.db import db
from tests.conftest import make_app, make_settings

T = TypeVar("T")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def app_there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The core on a database that several threads may use."""
    values = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    app = make_app(make_settings(tmp_path, PLUGINS="", **values))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def at_once(app: Flask, *calls: Callable[[], T]) -> list[T]:
    """What these return that are begun together, each in a thread and an application context of its own."""
    together = Barrier(len(calls))

    def begin(call: Callable[[], T]) -> T:
        with app.app_context():
            together.wait(timeout=30)
            return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(begin, calls))
