"""The page about sending shows administrators, and nobody else, the addresses that 46elks is to call."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from crm.actors import Role
from crm.db import db
from plugins.elks46.configuration import gateway_from
from tests.conftest import make_app, make_settings
from tests.world import PASSWORD, World

SECRET = "a secret/of some+length"
BASE = "https://brobygg.example.org"
ACCOUNT = {"ELKS46_USERNAME": "u123", "ELKS46_PASSWORD": "p456", "ELKS46_CALLBACK_SECRET": SECRET}


@pytest.fixture
def elks_app(tmp_path: Path) -> Iterator[Flask]:
    yield from made(tmp_path, BASE_URL=BASE, **ACCOUNT)


def made(home: Path, **values: str) -> Iterator[Flask]:
    """An application with the plugin alone."""
    app = make_app(make_settings(home, PLUGINS="elks46", **values))
    app.config["SESSION_COOKIE_SECURE"] = False
    yield app
    with app.app_context():
        db.engine.dispose()


def page(app: Flask, world: World, role: Role) -> tuple[int, str]:
    """The page as somebody with this role gets it."""
    with app.app_context():
        email = world.staff(role).email
    client = app.test_client()
    client.post("/sign-in", data={"email": email, "password": PASSWORD})
    answer = client.get("/messages/sending")
    return answer.status_code, answer.text


def shown(text: str) -> list[str]:
    """What the read-only fields hold."""
    fields = re.findall(r'<input class="ds-input" id="elks46-\w+" [^>]*>', text)
    assert all(" readonly " in each for each in fields)
    return [unescape(re.findall(r'value="([^"]*)"', each)[0]) for each in fields]


def test_administrators_copy_the_addresses_and_they_work(elks_app: Flask, world: World) -> None:
    status, text = page(elks_app, world, Role.ADMINISTRATOR)
    assert status == 200
    incoming, delivery = shown(text)
    assert incoming == f"{BASE}/hooks/46elks/a%20secret%2Fof%20some%2Blength/incoming"
    gateway = gateway_from(elks_app.extensions["brobygg.settings"].environment)
    assert gateway is not None
    assert gateway.callback_url("reference") == f"{delivery}reference"


@pytest.mark.parametrize("role", [Role.MANAGER, Role.COORDINATOR, Role.EVALUATOR])
def test_nobody_else_sees_them(elks_app: Flask, world: World, role: Role) -> None:
    status, text = page(elks_app, world, role)
    assert status == 403
    assert "hooks/46elks" not in text


def test_an_installation_that_46elks_cannot_reach_is_told_so(tmp_path: Path, world: World) -> None:
    for app in made(tmp_path, **ACCOUNT):
        _status, text = page(app, world, Role.ADMINISTRATOR)
        assert "is not an address that 46elks can reach" in text
        assert shown(text) == []


def test_without_an_account_there_is_no_card(tmp_path: Path, world: World) -> None:
    for app in made(tmp_path, BASE_URL=BASE):
        status, text = page(app, world, Role.ADMINISTRATOR)
        assert status == 200
        assert "46elks" not in text
