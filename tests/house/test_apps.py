"""An application goes from one test to the next (tests/apps.py): the second sees nothing of what the first has done."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from crm.accounts.models import Staff, Unit
from crm.db import Base, current_session, db
from crm.employers.registers.ports import EXTENSION as REGISTERS
from crm.employers.registers.ports import bind_registers
from crm.extension_points import Feature, Module, Subscription
from crm.hookspecs import hookimpl
from crm.registry import EXTENSION, Registry
from crm.search.tables import document
from tests import apps
from tests.apps import Lender
from tests.conftest import make_app, make_settings
from tests.world import PASSWORD, World


class Listening:
    """What a test may register as a plugin."""

    @hookimpl
    def brobygg_erase_person(self, participant_id: int) -> None:
        return None


def _registry(app: Flask) -> Registry:
    registry: Registry = app.extensions[EXTENSION]
    return registry


def _register_plugin(app: Flask) -> None:
    manager = _registry(app).plugins
    assert manager is not None
    manager.register(Listening(), name="listening")


def _replace_extension(app: Flask) -> None:
    app.extensions["brobygg.messaging"] = object()


ALTERATIONS: dict[str, Callable[[Flask], object]] = {
    "a setting": lambda app: app.config.update(RATELIMIT_ENABLED=True),
    "one more setting": lambda app: app.config.update(NEW="1"),
    "a page": lambda app: app.view_functions.update(new=lambda: "new"),
    "what happens before a request": lambda app: app.before_request_funcs.setdefault(None, []).append(lambda: None),
    "an answer to an error": lambda app: app.error_handler_spec[None][404].update({KeyError: lambda error: "gone"}),
    "a word of templates": lambda app: app.jinja_env.globals.update(word="word"),
    "a module": lambda app: _registry(app).modules.update(new=Module("new", "New", "New")),
    "a listener": lambda app: _registry(app).add(
        Feature("listening", subscriptions=[Subscription("contact_logged", lambda event: None)])
    ),
    "a job less": lambda app: _registry(app).jobs.clear(),
    "a plugin": _register_plugin,
    "a way to send": _replace_extension,
}


@pytest.fixture
def own(lender: Lender) -> Lender:
    """A lender of this test's own, so that it knows who had an application before."""
    return Lender(lender.make)


def _counted(app: Flask) -> list[int]:
    with app.app_context():
        return [
            current_session().scalar(select(func.count()).select_from(table)) or 0 for table in (Unit, Staff, document)
        ]


def test_the_next_test_gets_the_same_application_and_sees_no_row_file_cookie_or_memory(own: Lender) -> None:
    first = own.lend("")
    browser = first.app.test_client()
    with first.app.app_context():
        world = World()
        staff = world.staff(name="Somebody")
        world.employer("Found AB")
        assert browser.post("/sign-in", data={"email": staff.email, "password": PASSWORD}).status_code == 302
    assert browser.get("/employers").status_code == 200
    (first.home / "attachments").mkdir()
    bind_registers(first.app, {})
    assert _counted(first.app) != [0, 0, 0]
    own.take_back(first, "")

    second = own.lend("")
    assert second.app is first.app
    assert _counted(second.app) == [0, 0, 0]
    assert browser.get("/employers").status_code == 303
    assert {path.name.partition("-")[0] for path in second.home.iterdir()} == {"brobygg.db"}
    assert REGISTERS not in second.app.extensions


def test_a_transaction_that_a_test_leaves_open_neither_shows_nor_stops_the_next(own: Lender) -> None:
    first = own.lend("")
    with first.app.app_context():
        left = db.engine.connect()
        left.execute(insert(Unit).values(name="Left"))
    own.take_back(first, "")
    second = own.lend("")
    with second.app.app_context():
        World().unit("Here")
        assert list(current_session().scalars(select(Unit.name))) == ["Here"]
    left.close()


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_an_application_that_a_test_has_altered_is_not_lent_again(alteration: str, own: Lender) -> None:
    first = own.lend("")
    ALTERATIONS[alteration](first.app)
    own.take_back(first, "")
    assert own.lend("").app is not first.app


def test_what_was_put_back_is_no_alteration(own: Lender, monkeypatch: pytest.MonkeyPatch) -> None:
    first = own.lend("")
    with monkeypatch.context() as patch:
        patch.setitem(first.app.config, "RATELIMIT_ENABLED", True)
    own.take_back(first, "")
    assert own.lend("").app is first.app


def test_who_asks_twice_or_for_other_plugins_gets_another_application(own: Lender) -> None:
    found = [own.lend(""), own.lend(""), own.lend("surveys")]
    assert len({id(lent.app) for lent in found}) == len({lent.home for lent in found}) == 3


def _tables(home: Path) -> list[Any]:
    with closing(sqlite3.connect(home / "brobygg.db")) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def test_a_copied_schema_is_the_one_of_the_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "_EMPTY", {})
    homes = [tmp_path / name for name in ("made", "copied")]
    for home in homes:
        home.mkdir()
        make_app(make_settings(home))
    made, copied = map(_tables, homes)
    assert made == copied
    assert {name for kind, name, _sql in made if kind == "table"} >= set(Base.metadata.tables)
    assert len(apps._EMPTY) == 1
