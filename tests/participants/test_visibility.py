"""Who sees whom."""

import pytest
from flask import Flask

from crm.actors import Role
from crm.db import current_session
from crm.participants.models import ParticipantNamedStaff
from crm.participants.queries import sees
from tests.world import World


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((Role.MANAGER,), True),
        ((Role.COORDINATOR,), False),
        ((Role.COORDINATOR, Role.MANAGER), True),
        ((Role.ADMINISTRATOR,), False),
        ((Role.EVALUATOR,), False),
    ],
)
def test_by_role_a_colleague_sees_somebody_elses_participant(
    core: Flask, world: World, roles: tuple[Role, ...], expected: bool
) -> None:
    unit = world.unit()
    person = world.participant(unit)
    world.enrolment(person, world.programme(unit), world.staff(unit=unit))
    assert sees(world.actor(world.staff(*roles, unit=unit)), person.public_id) is expected


def test_a_coordinator_sees_those_whom_nobody_coordinates_in_their_own_unit_only(core: Flask, world: World) -> None:
    unit, elsewhere = world.unit(), world.unit()
    person = world.participant(unit)
    world.enrolment(person, world.programme(unit))
    assert sees(world.actor(world.staff(unit=unit)), person.public_id)
    assert not sees(world.actor(world.staff(unit=elsewhere)), person.public_id)


def test_a_manager_sees_the_units_below_and_not_those_beside(core: Flask, world: World) -> None:
    top = world.unit()
    below, beside = world.unit(parent_id=top.id), world.unit(parent_id=top.id)
    person = world.participant(below)
    assert sees(world.actor(world.staff(Role.MANAGER, unit=top)), person.public_id)
    assert not sees(world.actor(world.staff(Role.MANAGER, unit=beside)), person.public_id)


def test_a_protected_participant_is_hidden_from_everyone_who_is_not_named(core: Flask, world: World) -> None:
    unit = world.unit()
    coordinator, manager, named = (
        world.staff(unit=unit),
        world.staff(Role.MANAGER, unit=unit),
        world.staff(unit=unit),
    )
    person = world.participant(unit, protected=True)
    world.enrolment(person, world.programme(unit), coordinator)
    current_session().add(ParticipantNamedStaff(participant_id=person.id, staff_id=named.id))
    current_session().commit()
    seen = {staff.id: sees(world.actor(staff), person.public_id) for staff in (coordinator, manager, named)}
    assert seen == {coordinator.id: False, manager.id: False, named.id: True}


def test_a_coordinator_who_was_moved_to_another_unit_no_longer_sees_the_participant(core: Flask, world: World) -> None:
    unit, elsewhere = world.unit(), world.unit()
    coordinator = world.staff(unit=unit)
    person = world.participant(unit)
    world.enrolment(person, world.programme(unit), coordinator)
    coordinator.unit_id = elsewhere.id
    current_session().commit()
    assert not sees(world.actor(coordinator), person.public_id)
