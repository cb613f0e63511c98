"""Changing, disabling and listing staff."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.accounts.models import Staff
from crm.accounts.queries import coordinators_in
from crm.accounts.services import change_roles, disable_staff, enable_staff, ensure_roles, unlock_staff
from crm.actors import Actor, Role
from crm.db import current_session, transaction
from crm.errors import DomainError, NotAllowed, NotVisible
from crm.events import StaffDisabled
from crm.extension_points import Subscription
from crm.registry import current_registry
from tests.accounts.conftest import Organisation, actions, counting_queries, enter, person, staff_row
from tests.world import World


def test_roles_are_made_once(core_app: Flask) -> None:
    with core_app.app_context():
        with transaction():
            first = ensure_roles()
        with transaction():
            again = ensure_roles()
        assert set(first) == set(again) == set(Role)
        assert first[Role.MANAGER].id == again[Role.MANAGER].id


def test_a_new_role_holds_from_the_next_request(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    enter(browser, organisation.coordinator)
    assert browser.get("/settings/audit").status_code == 403
    with core_app.app_context(), transaction():
        change_roles(organisation.administrator.actor, staff_id=organisation.coordinator.id, roles={Role.MANAGER})
    assert browser.get("/settings/audit").status_code == 200


def test_disabling_signs_out_at_once_and_tells_who_listens(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    heard: list[int] = []
    enter(browser, organisation.coordinator)
    with core_app.app_context():
        listening = Subscription(StaffDisabled.key, lambda event: heard.append(event.staff_id))
        current_registry()._subscriptions.setdefault(StaffDisabled.key, []).append(listening)
        with transaction():
            disable_staff(organisation.administrator.actor, staff_id=organisation.coordinator.id)
    assert heard == [organisation.coordinator.id]
    assert browser.get("/settings").status_code == 303
    assert enter(browser, organisation.coordinator).status_code == 422


def test_disabling_twice_is_disabling_once(core_app: Flask, organisation: Organisation) -> None:
    with core_app.app_context():
        for _ in range(2):
            with transaction():
                disable_staff(organisation.administrator.actor, staff_id=organisation.coordinator.id)
        assert actions() == ["staff_disabled"]


def test_an_enabled_account_has_its_old_password(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    with core_app.app_context():
        with transaction():
            disable_staff(organisation.administrator.actor, staff_id=organisation.coordinator.id)
        with transaction():
            enable_staff(organisation.administrator.actor, staff_id=organisation.coordinator.id)
    assert enter(browser, organisation.coordinator).status_code == 302


def test_somebody_must_be_left_to_administer(core_app: Flask, world: World, organisation: Organisation) -> None:
    with core_app.app_context():
        other = person(world, world.staff(Role.ADMINISTRATOR, unit=staff_row(organisation.coordinator.id).unit))
        with transaction():
            disable_staff(organisation.administrator.actor, staff_id=other.id)
        with pytest.raises(DomainError, match="yourself"), transaction():
            change_roles(
                organisation.administrator.actor,
                staff_id=organisation.administrator.id,
                roles={Role.MANAGER},
            )
        with pytest.raises(DomainError, match="own account"), transaction():
            disable_staff(organisation.administrator.actor, staff_id=organisation.administrator.id)


def test_an_administrator_of_a_branch_reaches_only_the_branch(
    core_app: Flask, world: World, organisation: Organisation
) -> None:
    with core_app.app_context():
        north = staff_row(organisation.coordinator.id).unit
        local = world.actor(world.staff(Role.ADMINISTRATOR, unit=north))
        with pytest.raises(NotVisible), transaction():
            disable_staff(local, staff_id=organisation.stranger.id)
        with pytest.raises(DomainError), transaction():
            change_roles(
                local,
                staff_id=organisation.coordinator.id,
                roles={Role.COORDINATOR},
                unit_id=organisation.south.id,
            )


@pytest.mark.parametrize("who", ["manager", "coordinator"])
def test_others_administer_nobody(who: str, core_app: Flask, organisation: Organisation) -> None:
    actor: Actor = getattr(organisation, who).actor
    with core_app.app_context(), pytest.raises(NotAllowed), transaction():
        unlock_staff(actor, staff_id=organisation.coordinator.id)


def test_the_list_is_filtered_and_searched(browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, organisation.administrator)
    everybody = browser.get("/settings/staff").text
    assert organisation.coordinator.email in everybody
    only = browser.get(f"/settings/staff?unit={organisation.south.id}&role=coordinator").text
    assert organisation.stranger.email in only
    assert organisation.coordinator.email not in only
    name = organisation.coordinator.email.partition("@")[0]
    assert organisation.coordinator.email in browser.get(f"/settings/staff?q={name}%40").text
    assert "Nobody found" in browser.get("/settings/staff?q=%25%25").text


@pytest.mark.parametrize("query", ["unit=x", "role=boss", "state=odd", "page=-1", "sort=password", "q=" + "a" * 500])
def test_odd_addresses_of_the_list_do_not_break_it(
    query: str, browser: FlaskClient, organisation: Organisation
) -> None:
    enter(browser, organisation.administrator)
    assert browser.get(f"/settings/staff?{query}").status_code == 200


def test_the_list_asks_few_queries_however_long_it_is(
    core_app: Flask, browser: FlaskClient, world: World, organisation: Organisation
) -> None:
    with core_app.app_context():
        north = staff_row(organisation.coordinator.id).unit
        for _ in range(30):
            world.staff(Role.COORDINATOR, unit=north)
    enter(browser, organisation.administrator)
    with counting_queries(core_app) as asked:
        assert browser.get("/settings/staff").status_code == 200
    assert len(asked) <= 12, asked


def test_changing_somebody_through_the_form(core_app: Flask, browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, organisation.administrator)
    answer = browser.post(
        f"/settings/staff/{organisation.coordinator.public_id}",
        data={
            "name": "Åsa Öberg",
            "email": "asa@example.org",
            "unit_id": organisation.south.id,
            "roles": ["coordinator", "manager"],
            "language": "nb",
        },
    )
    assert answer.location == "/settings/staff"
    with core_app.app_context():
        staff = staff_row(organisation.coordinator.id)
        assert (staff.name, staff.email, staff.unit_id) == (
            "Åsa Öberg",
            "asa@example.org",
            organisation.south.id,
        )
        assert staff.role_names == {Role.COORDINATOR, Role.MANAGER}


def test_everybody_changes_their_own_details(core_app: Flask, browser: FlaskClient, organisation: Organisation) -> None:
    enter(browser, organisation.coordinator)
    data = {"name": "Nytt Namn", "phone": "+46 10 123 45 67", "language": "da"}
    assert browser.post("/settings", data=data).status_code == 303
    with core_app.app_context():
        staff = staff_row(organisation.coordinator.id)
        assert (staff.name, staff.phone, staff.language) == ("Nytt Namn", "+46 10 123 45 67", "da")
    assert browser.post("/settings", data={**data, "phone": "ring mig"}).status_code == 422


def test_coordinators_who_can_be_given_work_are_active_ones(core_app: Flask, organisation: Organisation) -> None:
    with core_app.app_context():
        both = [organisation.north.id, organisation.south.id]
        assert len(coordinators_in(both)) == 2
        current_session().get_one(Staff, organisation.stranger.id).active = False
        current_session().flush()
        assert [found.id for found in coordinators_in(both)] == [organisation.coordinator.id]
