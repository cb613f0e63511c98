"""Inviting staff and accepting an invitation."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from crm import clock
from crm.accounts.invitations import accept_invitation, invite_staff, resend_invitation
from crm.accounts.mail import reason_not_to_send, render_mail
from crm.accounts.models import Staff
from crm.accounts.services import StaffFields
from crm.actors import Role
from crm.db import current_session, transaction
from crm.errors import DomainError, NotAllowed, NotVisible
from tests.accounts.conftest import Organisation, Person, actions, enter, outbox, staff_row

NEW = "another long password"
FORM = {"name": "Liv Ny", "email": "Liv.Ny@Example.org", "roles": ["coordinator"], "language": "sv"}


def invite(browser: FlaskClient, organisation: Organisation, **changes: object) -> None:
    enter(browser, organisation.administrator)
    answer = browser.post("/settings/staff/invite", data={**FORM, "unit_id": organisation.north.id, **changes})
    assert answer.location == "/settings/staff"
    browser.post("/sign-out")


def link(app: Flask) -> str:
    with app.app_context():
        found = re.search(r"http://localhost(/invitation/\S+)", render_mail(outbox()[-1]).text)
    assert found
    return found[1]


def accept(browser: FlaskClient, address: str) -> int:
    data = {"name": "Liv Nyström", "password": NEW, "password_again": NEW}
    return browser.post(address, data=data).status_code


def test_who_was_invited_chooses_a_password_and_signs_in(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    invite(browser, organisation)
    address = link(core_app)
    assert browser.get(address).status_code == 200
    assert accept(browser, address) == 303
    liv = Person(0, "", "liv.ny@example.org", organisation.coordinator.actor)
    assert enter(browser, liv, NEW).status_code == 302
    with core_app.app_context():
        staff = current_session().scalars(select(Staff).where(Staff.email == liv.email)).one()
        assert (staff.name, staff.role_names) == ("Liv Nyström", frozenset({Role.COORDINATOR}))


def test_an_invitation_works_once(core_app: Flask, browser: FlaskClient, organisation: Organisation) -> None:
    invite(browser, organisation)
    address = link(core_app)
    accept(browser, address)
    assert browser.get(address).status_code == 404
    assert accept(browser, address) == 404


def test_opening_the_invitation_changes_nothing(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    invite(browser, organisation)
    for _ in range(3):
        browser.get(link(core_app))
    assert accept(browser, link(core_app)) == 303


def test_an_invitation_ends_after_seven_days(core_app: Flask, browser: FlaskClient, organisation: Organisation) -> None:
    invite(browser, organisation)
    address = link(core_app)
    with clock.travelling(clock.now() + timedelta(days=7, minutes=1)):
        assert browser.get(address).status_code == 404
        with core_app.app_context():
            assert reason_not_to_send(outbox()[0]) == "invitation_spent"


def test_a_second_invitation_ends_the_first(core_app: Flask, browser: FlaskClient, organisation: Organisation) -> None:
    invite(browser, organisation)
    first = link(core_app)
    with core_app.app_context(), transaction():
        staff = current_session().scalars(select(Staff).where(Staff.password.is_(None))).one()
        resend_invitation(organisation.administrator.actor, staff_id=staff.id)
    assert browser.get(first).status_code == 404
    assert browser.get(link(core_app)).status_code == 200


def test_the_database_holds_nothing_that_opens_the_account(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    invite(browser, organisation)
    token = link(core_app).rpartition("/")[2]
    with core_app.app_context():
        rows = current_session().execute(select(Staff.__table__)).all()
        assert token not in repr(rows)
        assert token not in repr([vars(message) for message in outbox()])


def test_the_mail_speaks_the_language_of_who_is_invited(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    invite(browser, organisation)
    with core_app.app_context():
        mail = render_mail(outbox()[-1])
    assert (mail.language, mail.to) == ("sv", "liv.ny@example.org")


def test_a_name_cannot_add_lines_to_the_mail(core_app: Flask, browser: FlaskClient, organisation: Organisation) -> None:
    invite(browser, organisation, name="Liv\r\n\r\nClick https://evil.example")
    with core_app.app_context():
        assert "\nClick" not in render_mail(outbox()[-1]).text


def test_an_account_in_use_is_not_invited_again(core_app: Flask, organisation: Organisation) -> None:
    with core_app.app_context(), pytest.raises(DomainError), transaction():
        resend_invitation(organisation.administrator.actor, staff_id=organisation.coordinator.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "TAKEN@example.org"}, "email"),
        ({"roles": frozenset()}, "roles"),
        ({"roles": frozenset({Role.EVALUATOR, Role.MANAGER})}, "roles"),
        ({"unit_id": 999}, "unit_id"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    changes: dict[str, object], field: str, core_app: Flask, organisation: Organisation
) -> None:
    values: dict[str, object] = {
        "name": "Liv",
        "email": "liv@example.org",
        "unit_id": organisation.north.id,
        "roles": frozenset({Role.COORDINATOR}),
    }
    fields = StaffFields(**{**values, **changes})  # type: ignore[arg-type]  # parametrised
    with core_app.app_context():
        with transaction():
            staff_row(organisation.stranger.id).email = "taken@example.org"
        with pytest.raises(DomainError) as caught, transaction():
            invite_staff(organisation.administrator.actor, fields=fields)
        assert caught.value.field == field
        assert outbox() == []
        assert current_session().scalar(select(func.count()).select_from(Staff)) == 4


def test_only_administrators_invite(core_app: Flask, organisation: Organisation) -> None:
    fields = StaffFields("Liv", "liv@example.org", organisation.north.id, frozenset({Role.COORDINATOR}))
    with core_app.app_context(), pytest.raises(NotAllowed), transaction():
        invite_staff(organisation.manager.actor, fields=fields)


def test_a_made_up_token_opens_nothing(core_app: Flask, organisation: Organisation) -> None:
    with core_app.app_context(), pytest.raises(NotVisible), transaction():
        accept_invitation(token="made-up", name="Eve", password_hash="x")


def test_accepting_is_written_to_the_audit_log(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    invite(browser, organisation)
    accept(browser, link(core_app))
    with core_app.app_context():
        assert actions() == ["signed_in", "staff_invited", "invitation_accepted"]
        assert staff_row(organisation.administrator.id).login_count == 1
