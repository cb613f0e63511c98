"""Fixtures of the messages' tests."""

import pytest
from flask import Flask

from tests.messaging.postman import Postman


@pytest.fixture
def postman(app: Flask, context: None) -> Postman:
    """A purpose whose letters land in the local mailbox."""
    return Postman(app)
