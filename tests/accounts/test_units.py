"""The tree of units, and the modules that are on for them."""

import pytest
from flask import Flask, request_finished
from flask.testing import FlaskClient

from crm import clock
from crm.accounts.current import current_actor
from crm.accounts.models import Unit
from crm.accounts.queries import modules_on, unit_choices, unit_tree_ids
from crm.accounts.services import disable_staff
from crm.accounts.unit_services import UnitFields, add_unit, archive_unit, change_unit
from crm.actors import Role
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotAllowed, NotVisible
from crm.extension_points import Module
from crm.registry import current_registry
from tests.accounts.conftest import Organisation, actions, counting_queries, enter
from tests.world import World

BOARD = Module("board", "Board", "Cards in columns.")
SUBMITTED = {
    "country": "SE",
    "language": "sv",
    "time_zone": "Europe/Stockholm",
    "quiet_from": "20",
    "quiet_until": "8",
}


@pytest.fixture
def modules(core_app: Flask) -> None:
    """Two modules: one that is off unless switched on, one the other way round."""
    with core_app.app_context():
        registered = current_registry().modules
        registered.clear()
        registered["board"] = BOARD
        registered["figures"] = Module("figures", "Figures", "Charts.", default_on=True)


def unit(unit_id: int) -> Unit:
    return current_session().get_one(Unit, unit_id)


def test_the_tree_below_a_unit_is_found_with_one_query(
    core_app: Flask, world: World, organisation: Organisation
) -> None:
    with core_app.app_context():
        deep = world.unit(parent_id=organisation.north.id)
        deeper = world.unit(parent_id=deep.id)
        assert unit_tree_ids(organisation.north.id) == {organisation.north.id, deep.id, deeper.id}
        assert unit_tree_ids(deeper.id) == {deeper.id}


def test_who_is_signed_in_is_read_together_with_their_units_and_anew_for_each_page(
    core_app: Flask, browser: FlaskClient, world: World, organisation: Organisation
) -> None:
    seen: list[frozenset[int]] = []

    def note(_app: Flask, **_answer: object) -> None:
        seen.append(current_actor().unit_ids)

    enter(browser, organisation.manager)
    with request_finished.connected_to(note, core_app), counting_queries(core_app) as asked:
        browser.get("/employers")
        with core_app.app_context():
            below = world.unit(parent_id=organisation.north.id).id
        browser.get("/employers")
    assert [text.count("staff.fs_uniquifier") > 0 for text in asked if "unit_tree" in text] == [True, True]
    assert seen == [{organisation.north.id}, {organisation.north.id, below}]


def test_a_unit_has_the_modules_of_the_one_above(core_app: Flask, modules: None, organisation: Organisation) -> None:
    top, north = organisation.top.id, organisation.north.id
    with core_app.app_context():
        assert modules_on(north) == {"figures"}
        unit(top).modules = ["board", "-figures"]
        assert modules_on(north) == {"board"}
        unit(north).modules = ["figures", "-board"]
        assert modules_on(north) == {"figures"}
        assert modules_on(organisation.coordinator.actor) == {"figures"}


def test_who_leads_several_units_has_what_any_of_them_uses(
    core_app: Flask, modules: None, organisation: Organisation
) -> None:
    with core_app.app_context():
        unit(organisation.north.id).modules = ["board"]
        assert modules_on(organisation.top.id) == {"figures"}
        assert modules_on(organisation.administrator.actor) == {"board", "figures"}
        unit(organisation.north.id).archived_at = clock.now()
        assert modules_on(organisation.administrator.actor) == {"figures"}


def test_switching_keeps_only_what_differs_from_above(
    core_app: Flask, modules: None, organisation: Organisation
) -> None:
    with core_app.app_context():
        with transaction():
            change_unit(
                organisation.administrator.actor,
                unit_id=organisation.north.id,
                version=1,
                fields=UnitFields("North", organisation.top.id, modules=frozenset({"board", "made up"})),
            )
        assert unit(organisation.north.id).modules == ["board", "-figures"]
        assert modules_on(organisation.north.id) == {"board"}


def test_a_unit_is_added_and_changed_through_the_forms(
    core_app: Flask, browser: FlaskClient, modules: None, organisation: Organisation
) -> None:
    enter(browser, organisation.administrator)
    data = {
        **SUBMITTED,
        "name": "East",
        "parent_id": organisation.north.id,
        "modules": ["board"],
        "version": "0",
    }
    assert browser.post("/settings/units/add", data=data).location == "/settings/units"
    with core_app.app_context():
        east = current_session().query(Unit).filter_by(name="East").one()
        assert (east.parent_id, east.modules) == (organisation.north.id, ["board", "-figures"])
        address = f"/settings/units/{east.public_id}"
    changed = {**data, "name": "Far East", "version": "1", "sms_sender": "Brobygg"}
    assert browser.post(address, data=changed).location == "/settings/units"
    again = browser.post(address, data={**changed, "name": "Near East"})
    assert again.status_code == 422
    assert "Far East" in again.text, "what the other one saved is shown"


def test_two_people_who_save_the_same_unit_meet_the_difference(core_app: Flask, organisation: Organisation) -> None:
    fields = UnitFields("North by north", organisation.top.id)
    with core_app.app_context():
        with transaction():
            change_unit(organisation.administrator.actor, unit_id=organisation.north.id, version=1, fields=fields)
        with pytest.raises(EditConflict) as caught, transaction():
            change_unit(organisation.administrator.actor, unit_id=organisation.north.id, version=1, fields=fields)
        assert caught.value.current["name"] == "North by north"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"parent_id": None}, "parent_id"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"sms_sender": "Arbetsmarknad"}, "sms_sender"),
        ({"sms_sender": "Åsa"}, "sms_sender"),
        ({"sms_sender": "12345"}, "sms_sender"),
        ({"quiet_from": 24}, "quiet_from"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    changes: dict[str, object], field: str, core_app: Flask, organisation: Organisation
) -> None:
    values: dict[str, object] = {"name": "East", "parent_id": organisation.top.id, **changes}
    with core_app.app_context():
        with pytest.raises(DomainError) as caught, transaction():
            add_unit(organisation.administrator.actor, fields=UnitFields(**values))  # type: ignore[arg-type]
        assert caught.value.field == field


def test_a_unit_never_stands_below_itself(core_app: Flask, world: World, organisation: Organisation) -> None:
    with core_app.app_context():
        deep = world.unit(parent_id=organisation.north.id)
        with pytest.raises(DomainError, match="below itself"), transaction():
            change_unit(
                organisation.administrator.actor,
                unit_id=organisation.north.id,
                version=1,
                fields=UnitFields("North", deep.id),
            )


def test_the_top_stays_where_it_is(core_app: Flask, organisation: Organisation) -> None:
    with core_app.app_context(), pytest.raises(DomainError, match="cannot be moved"), transaction():
        change_unit(
            organisation.administrator.actor,
            unit_id=organisation.top.id,
            version=1,
            fields=UnitFields("Top", organisation.north.id),
        )


def test_a_unit_with_staff_is_not_archived(core_app: Flask, organisation: Organisation) -> None:
    administrator = organisation.administrator.actor
    with core_app.app_context():
        with pytest.raises(DomainError, match="still work here"), transaction():
            archive_unit(administrator, unit_id=organisation.south.id)
        with transaction():
            disable_staff(administrator, staff_id=organisation.stranger.id)
        with transaction():
            archive_unit(administrator, unit_id=organisation.south.id)
        names = [name for _, name in unit_choices(administrator.unit_ids)]
        assert names == ["Top", "\u2003North"]
        assert actions()[-1] == "unit_archived"


def test_only_administrators_of_the_branch_change_it(core_app: Flask, world: World, organisation: Organisation) -> None:
    fields = UnitFields("South", organisation.top.id)
    with core_app.app_context():
        with pytest.raises(NotAllowed), transaction():
            change_unit(organisation.manager.actor, unit_id=organisation.north.id, version=1, fields=fields)
        local = world.actor(world.staff(Role.ADMINISTRATOR, unit=unit(organisation.north.id)))
        with pytest.raises(NotVisible), transaction():
            change_unit(local, unit_id=organisation.south.id, version=1, fields=fields)


def test_figures_about_staff_need_a_written_agreement(
    core_app: Flask, browser: FlaskClient, organisation: Organisation
) -> None:
    enter(browser, organisation.administrator)
    address = f"/settings/units/{organisation.north.public_id}"
    data = {**SUBMITTED, "name": "North", "parent_id": organisation.top.id, "version": "1", "figures_on": "y"}
    assert browser.post(address, data=data).status_code == 422
    agreed = "Agreed with the local union on 1 October."
    assert browser.post(address, data={**data, "coordinator_figures_agreed": agreed}).status_code == 303
    with core_app.app_context():
        assert unit(organisation.north.id).coordinator_figures_agreed == agreed
    off = {**data, "version": "2", "coordinator_figures_agreed": agreed}
    del off["figures_on"]
    assert browser.post(address, data=off).status_code == 303
    with core_app.app_context():
        assert unit(organisation.north.id).coordinator_figures_agreed is None
