"""Two people at the same moment, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from crm.actors import system_actor
from crm.db import current_session, db, transaction
from crm.errors import DomainError
from outreach.scripts.models import CallScript, CallScriptVersion
from outreach.scripts.services import drafts, publishing, scripts
from outreach.scripts.shipped import shipped_scripts
from tests.conftest import make_app, make_settings
from tests.simultaneous import at_once
from tests.world import World

ACTOR = system_actor("tests")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def app_there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Every bundled plugin, on a database that several threads may use."""
    values = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if request.param == "postgres" else {}
    app = make_app(make_settings(tmp_path, **values))
    with app.app_context():
        World().unit("Osby")
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _count(app: Flask, model: type[CallScript | CallScriptVersion]) -> int:
    with app.app_context():
        return current_session().scalar(select(func.count()).select_from(model)) or 0


def test_one_form_sent_twice_makes_one_script_and_two_of_one_title_make_two(app_there: Flask) -> None:
    def create(key: str) -> str:
        with transaction():
            return scripts.create_script(ACTOR, title={"en": "Calls"}, submission_key=key).key

    assert len(set(at_once(app_there, lambda: create("a"), lambda: create("a")))) == 1
    assert len(set(at_once(app_there, lambda: create("b"), lambda: create("c")))) == 2
    assert _count(app_there, CallScript) == 3


def test_the_shipped_scripts_come_once(app_there: Flask) -> None:
    def install() -> int:
        with transaction():
            return len(scripts.install_shipped(ACTOR))

    assert sorted(at_once(app_there, install, install)) == [0, len(shipped_scripts())]


def test_two_who_begin_to_change_and_publish_get_one_draft_and_one_version(app_there: Flask) -> None:
    with app_there.app_context(), transaction():
        script_id = scripts.install_shipped(ACTOR)[0].id

    def begin() -> int:
        with transaction():
            return drafts.begin_draft(ACTOR, script_id=script_id).id

    def publish() -> str:
        try:
            with transaction():
                publishing.publish_draft(ACTOR, script_id=script_id)
        except DomainError:
            return "refused"
        return "published"

    assert len(set(at_once(app_there, begin, begin))) == 1
    with app_there.app_context(), transaction():
        drafts.change_draft(ACTOR, script_id=script_id, change=lambda each: replace(each, title={"en": "Calls"}))
    assert sorted(at_once(app_there, publish, publish)) == ["published", "refused"]
