"""A unit with people in it, as plain ids and addresses, and somebody signed in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.actors import Actor, Role
from crm.participants.models import EnrolmentStage
from tests.world import World


@dataclass(frozen=True)
class Here:
    """One unit: a coordinator, a colleague, a manager, a programme, and a participant of the coordinator's."""

    unit_id: int
    programme_id: int
    person_id: int
    person: str
    enrolment_id: int
    enrolment: str
    coordinator: Actor
    colleague: Actor
    manager: Actor
    emails: dict[str, str]


def make_here(world: World) -> Here:
    unit = world.unit("Umeå")
    coordinator = world.staff(unit=unit, name="Maria Lindqvist")
    colleague = world.staff(unit=unit, name="Johan Ek")
    manager = world.staff(Role.MANAGER, unit=unit, name="Karin Berg")
    programme = world.programme(unit)
    person = world.participant(unit, first_name="Åsa", last_name="Öberg", phone="+46701740605")
    enrolment = world.enrolment(
        person, programme, coordinator, starts_on=date(2026, 2, 1), stage=EnrolmentStage.MATCHING
    )
    return Here(
        unit_id=unit.id,
        programme_id=programme.id,
        person_id=person.id,
        person=person.public_id,
        enrolment_id=enrolment.id,
        enrolment=enrolment.public_id,
        coordinator=world.actor(coordinator),
        colleague=world.actor(colleague),
        manager=world.actor(manager),
        emails={"coordinator": coordinator.email, "colleague": colleague.email, "manager": manager.email},
    )


@pytest.fixture
def core(core_app: Flask) -> Iterator[Flask]:
    """An application context of the core alone, for tests of services."""
    with core_app.app_context():
        yield core_app


@pytest.fixture
def here(core: Flask, world: World) -> Here:
    """For tests of services."""
    return make_here(world)


@pytest.fixture
def there(core_app: Flask, world: World) -> Here:
    """For tests of pages: made in a context that is closed again before the first request."""
    with core_app.app_context():
        return make_here(world)


@pytest.fixture
def browser(core_app: Flask, there: Here, sign_in: Callable[[FlaskClient, str], None]) -> Callable[[str], FlaskClient]:
    """``browser("manager")`` is a client with that person signed in."""

    def as_somebody(who: str) -> FlaskClient:
        client = core_app.test_client()
        sign_in(client, there.emails[who])
        return client

    return as_somebody
