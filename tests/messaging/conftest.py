"""Fixtures of the messages' tests."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.messaging.postman import Postman


@pytest.fixture
def postman(app: Flask, context: None) -> Iterator[Postman]:
    """A purpose whose letters land in the local mailbox."""
    postman = Postman(app)
    yield postman
    postman.leave()
