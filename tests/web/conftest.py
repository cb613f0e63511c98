"""Fixtures of the web shell's tests: an application that is nothing but the shell."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.sink import Sink, make_sink


@pytest.fixture
def made() -> tuple[Flask, Sink]:
    return make_sink(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)


@pytest.fixture
def shell_app(made: tuple[Flask, Sink]) -> Flask:
    return made[0]


@pytest.fixture
def sink(made: tuple[Flask, Sink]) -> Sink:
    return made[1]


@pytest.fixture
def page(shell_app: Flask) -> FlaskClient:
    """A browser in front of the kitchen-sink page."""
    return shell_app.test_client()
