"""The core's tests run with no plugin enabled."""

import pytest
from flask import Flask


@pytest.fixture
def app(core_app: Flask) -> Flask:
    return core_app
