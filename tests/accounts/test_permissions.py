"""Default deny, and the refusal of reads without a scope."""

from typing import Any

import pytest
from flask import Flask, g, request_finished
from flask.testing import FlaskClient
from sqlalchemy import bindparam, select, true
from sqlalchemy.orm import aliased

from crm.accounts.models import AuditEntry, Unit
from crm.accounts.permissions import is_public, require
from crm.accounts.scopes import read_prepared, scoped
from crm.actors import Role, system_actor
from crm.db import current_session, transaction
from crm.errors import UnscopedQuery
from crm.participants.models import Participant
from tests.accounts.conftest import Organisation, enter
from tests.conftest import make_app, make_settings


def app_with(path: object, *rules: tuple[str, str, object]) -> Flask:
    app = make_app(make_settings(path, PLUGINS=""))  # type: ignore[arg-type]
    for rule, endpoint, view in rules:
        app.add_url_rule(rule, endpoint, view)  # type: ignore[arg-type]
    return app


def test_a_new_page_is_closed_unless_somebody_opens_it(tmp_path: object) -> None:
    app = app_with(tmp_path, ("/new", "new", lambda: "secret"))
    answer = app.test_client().get("/new")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/new")
    with app.app_context():
        assert not is_public("new")
        assert is_public("accounts.accept_invitation_page")


def test_an_htmx_request_without_sign_in_gets_a_whole_page(browser: FlaskClient) -> None:
    answer = browser.get("/settings", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "body"


@pytest.mark.parametrize(("who", "code"), [("administrator", 200), ("manager", 403), ("coordinator", 403)])
def test_a_role_is_asked_for(who: str, code: int, browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, getattr(organisation, who))
    assert browser.get("/settings/units").status_code == code


def test_the_view_says_which_roles_it_asked_for() -> None:
    view = require(Role.MANAGER)(lambda: "")
    assert view.required_roles == {Role.MANAGER}  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", [Participant, AuditEntry])
def test_a_read_without_a_scope_is_refused_in_a_request(model: type[Participant], core_app: Flask) -> None:
    with core_app.test_request_context("/assets/x"):
        core_app.preprocess_request()
        with pytest.raises(UnscopedQuery):
            current_session().scalars(select(model))


@pytest.mark.parametrize(
    "statement",
    [select(AuditEntry.id), scoped(select(AuditEntry), true()), scoped(select(aliased(AuditEntry)), true())],
)
def test_columns_are_read_only_with_a_scope_and_objects_never(statement: Any, core_app: Flask) -> None:
    with core_app.app_context(), pytest.raises(UnscopedQuery):
        read_prepared(system_actor("test"), "test", lambda: statement)


def test_a_prepared_list_finds_what_it_found_before_and_a_given_one_what_it_is_given(
    core_app: Flask, organisation: Organisation
) -> None:
    def make() -> Any:
        fixed = Unit.id.in_([organisation.top.id, -1]) & Unit.id.not_in([-2, -3]) & ~Unit.id.in_([])
        return scoped(select(Unit.id), fixed).where(Unit.id.in_(bindparam("ids", expanding=True)))

    with core_app.app_context():
        actor = system_actor("test")
        found = [read_prepared(actor, "lists", make, ids=ids) for ids in ([organisation.top.id, 7], [-1], [])]
    assert [[row.id for row in rows] for rows in found] == [[organisation.top.id], [], []]


def test_columns_are_read_as_the_transaction_has_left_them(core_app: Flask) -> None:
    with core_app.app_context(), transaction() as session:
        session.add(Unit(name="Just now", modules=[]))
        rows = read_prepared(system_actor("test"), "names", lambda: scoped(select(Unit.name), true()))
    assert "Just now" in [row.name for row in rows]


def test_the_guard_is_off_again_after_the_request(core_app: Flask, browser: FlaskClient) -> None:
    browser.get("/sign-in")
    with core_app.app_context():
        assert list(current_session().scalars(select(Participant))) == []


def test_who_acts_is_resolved_once_for_a_request(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    seen: list[object] = []

    def look(sender: Flask, **_response: object) -> None:
        seen.append(g.get("brobygg_actor"))

    enter(browser, organisation.manager)
    with request_finished.connected_to(look, core_app):
        browser.get("/settings")
    assert seen == [organisation.manager.actor]
