"""The first administrator of an installation."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from crm.accounts.commands import create_admin
from crm.accounts.models import Staff, Unit
from crm.actors import Role
from crm.db import current_session
from crm.errors import DomainError
from tests.accounts.conftest import outbox


def run(app: Flask, *words: str) -> str:
    with app.app_context():
        result = app.test_cli_runner().invoke(create_admin, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def test_the_first_administrator_opens_an_empty_installation(core_app: Flask) -> None:
    printed = run(core_app, "Anna@example.org", "--name", "Anna Berg", "--unit", "Kommunen")
    address = re.search(r"http://localhost(/invitation/\S+)", printed)
    assert address
    browser = core_app.test_client()
    password = "another long password"
    data = {"name": "Anna Berg", "password": password, "password_again": password}
    assert browser.post(address[1], data=data).status_code == 303
    signed_in = browser.post("/sign-in", data={"email": "anna@example.org", "password": password})
    assert signed_in.status_code == 302
    assert "Kommunen" in browser.get("/settings/units").text
    with core_app.app_context():
        assert len(outbox()) == 1


def test_a_second_one_joins_the_top_unit(core_app: Flask) -> None:
    run(core_app, "anna@example.org", "--name", "Anna", "--unit", "Kommunen")
    run(core_app, "bo@example.org", "--name", "Bo")
    with core_app.app_context():
        assert len(current_session().scalars(select(Unit)).all()) == 1
        bo = current_session().scalars(select(Staff).where(Staff.email == "bo@example.org")).one()
        assert (bo.unit.name, bo.role_names) == ("Kommunen", frozenset({Role.ADMINISTRATOR}))


@pytest.mark.parametrize(
    "words",
    [
        ("anna@example.org", "--name", "Anna again"),
        ("no address", "--name", "Bo"),
        ("bo@example.org", "--name", "Bo", "--unit", "Elsewhere"),
    ],
)
def test_what_cannot_be_is_said_in_words(words: tuple[str, ...], core_app: Flask) -> None:
    run(core_app, "anna@example.org", "--name", "Anna")
    with pytest.raises(DomainError):
        run(core_app, *words)
