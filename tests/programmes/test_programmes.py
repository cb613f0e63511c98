"""Programmes and their targets."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm.actors import Role
from crm.db import current_session, transaction
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.programmes.models import Programme
from crm.programmes.queries import programme_by_code, programmes_for
from crm.programmes.services import (
    ProgrammeFields,
    add_programme,
    archive_programme,
    change_programme,
    restore_programme,
    set_target,
)
from tests.world import World


@pytest.fixture
def core(core_app: Flask) -> Iterator[Flask]:
    with core_app.app_context():
        yield core_app


def _fields(unit_id: int, **values: object) -> ProgrammeFields:
    return ProgrammeFields(
        **{"code": "FIA", "name": "Fler i Arbete", "unit_id": unit_id, "starts_on": date(2026, 1, 1), **values}
    )  # type: ignore[arg-type]


def test_a_programme_is_added_with_its_target(core: Flask, world: World) -> None:
    manager = world.actor(world.staff(Role.MANAGER))
    assert manager.unit_id is not None
    with transaction():
        programme = add_programme(manager, given=_fields(manager.unit_id, expected_participants=60, funder="ESF"))
        set_target(manager, programme_id=programme.id, key="work_or_studies", percent="60")
    assert [(target.key, target.percent) for target in programme.targets] == [("work_or_studies", Decimal(60))]
    assert programme_by_code(manager, " fia ") == programme


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"code": "taken"}, "code"),
        ({"name": " "}, "name"),
        ({"ends_on": date(2025, 1, 1)}, "ends_on"),
        ({"unit_id": 999}, "unit_id"),
        ({"expected_participants": -1}, "expected_participants"),
    ],
)
def test_what_breaks_a_rule_is_named_by_its_field(
    core: Flask, world: World, values: dict[str, object], field: str
) -> None:
    manager = world.actor(world.staff(Role.MANAGER))
    assert manager.unit_id is not None
    with transaction():
        add_programme(manager, given=_fields(manager.unit_id, code="TAKEN"))
    with pytest.raises(DomainError) as refused, transaction():
        add_programme(manager, given=replace(_fields(manager.unit_id), **values))  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize("percent", ["-1", "101", "many"])
def test_a_target_is_a_percentage(core: Flask, world: World, percent: str) -> None:
    manager = world.actor(world.staff(Role.MANAGER))
    assert manager.unit_id is not None
    with transaction():
        programme_id = add_programme(manager, given=_fields(manager.unit_id)).id
    with pytest.raises(DomainError), transaction():
        set_target(manager, programme_id=programme_id, key="work_or_studies", percent=percent)


def test_coordinators_change_no_programmes(core: Flask, world: World) -> None:
    coordinator = world.actor(world.staff())
    assert coordinator.unit_id is not None
    with pytest.raises(NotAllowed), transaction():
        add_programme(coordinator, given=_fields(coordinator.unit_id))


def test_a_programme_saved_from_an_old_page_is_a_conflict(core: Flask, world: World) -> None:
    manager = world.actor(world.staff(Role.ADMINISTRATOR))
    assert manager.unit_id is not None
    with transaction():
        programme = add_programme(manager, given=_fields(manager.unit_id))
    given = _fields(manager.unit_id, name="New name")
    with transaction():
        change_programme(manager, programme_id=programme.id, version=1, given=given)
    with pytest.raises(EditConflict) as conflict, transaction():
        change_programme(manager, programme_id=programme.id, version=1, given=given)
    assert conflict.value.current["name"] == "New name"


def test_a_programme_is_known_above_and_below_its_unit_and_not_beside(core: Flask, world: World) -> None:
    top = world.unit()
    middle = world.unit(parent_id=top.id)
    below, beside = world.unit(parent_id=middle.id), world.unit(parent_id=top.id)
    programme = world.programme(middle)
    known = {
        unit.id: programme in programmes_for(world.actor(world.staff(unit=unit)))
        for unit in (top, middle, below, beside)
    }
    assert known == {top.id: True, middle.id: True, below.id: True, beside.id: False}


def test_an_archived_programme_is_no_choice_until_it_is_taken_out(core: Flask, world: World) -> None:
    manager = world.actor(world.staff(Role.MANAGER))
    assert manager.unit_id is not None
    with transaction():
        programme = add_programme(manager, given=_fields(manager.unit_id))
        archive_programme(manager, programme_id=programme.id)
    assert programmes_for(manager) == []
    assert programmes_for(manager, with_archived=True) == [programme]
    with transaction():
        restore_programme(manager, programme_id=programme.id)
    assert programmes_for(manager) == [programme]


def test_the_pages_add_and_change_a_programme(
    core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with core_app.app_context():
        staff = world.staff(Role.MANAGER)
        email, unit_id = staff.email, staff.unit_id
    client = core_app.test_client()
    sign_in(client, email)
    assert client.get("/settings/programmes").status_code == 200
    assert client.get("/settings/programmes/new").status_code == 200
    form = {
        "name": "Fler i Arbete",
        "code": "FIA",
        "unit_id": str(unit_id),
        "starts_on": "2026-01-01",
        "expected_participants": "60",
        "work_or_studies": "60",
        "sends_messages": "y",
    }
    assert client.post("/settings/programmes/new", data={**form, "ends_on": "2025-01-01"}).status_code == 422
    assert client.post("/settings/programmes/new", data=form).status_code == 303
    with core_app.app_context():
        public_id = current_session().scalars(select(Programme.public_id)).one()
    page = client.get(f"/settings/programmes/{public_id}").get_data(as_text=True)
    assert 'value="60"' in page
    changed = {**form, "version": "1", "work_or_studies": "", "sends_messages": ""}
    assert client.post(f"/settings/programmes/{public_id}", data=changed).status_code == 303
    assert client.post(f"/settings/programmes/{public_id}", data=changed).status_code == 422
    client.post(f"/settings/programmes/{public_id}/archive")
    assert "Archived" in client.get("/settings/programmes").get_data(as_text=True)
    client.post(f"/settings/programmes/{public_id}/restore")
    with core_app.app_context():
        programme = current_session().scalars(select(Programme)).one()
        assert (list(programme.targets), programme.sends_messages, programme.archived_at) == ([], False, None)


def test_a_coordinator_finds_no_programme_pages(
    core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with core_app.app_context():
        email = world.staff().email
    client = core_app.test_client()
    sign_in(client, email)
    assert client.get("/settings/programmes").status_code == 403
