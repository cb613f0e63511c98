"""One filled installation for all tests of this folder; it takes seconds to make, and they only look at it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.db import db
from crm.registry import EXTENSION
from crm.samples.filling import fill_samples
from crm.samples.organisation import PASSWORD
from tests.conftest import make_app, make_settings

SignedIn = Callable[[str], FlaskClient]


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = make_app(make_settings(tmp_path_factory.mktemp("samples")))
    with app.app_context():
        fill_samples(app.extensions[EXTENSION])
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def signed_in(filled: Flask) -> SignedIn:
    def sign_in(email: str) -> FlaskClient:
        client = filled.test_client()
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code in (302, 303)
        client.post("/language", data={"language": "en", "next": "/"})
        return client

    return sign_in
