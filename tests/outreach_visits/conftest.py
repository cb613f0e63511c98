"""A unit with a coordinator, a colleague, a manager, a stranger, and an employer to visit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.actors import Actor, Role
from crm.db import transaction
from crm.employers.fields import ContactFields
from outreach.visits.fields import LoggedVisit, SentReport, VisitFields
from outreach.visits.models import Visit
from outreach.visits.services.booking import book_visit
from tests.world import World

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)


@dataclass
class Place:
    """Where the tests happen: plain values, because rows do not outlive their context."""

    world: World
    unit_id: int
    employer_id: int
    employer: str
    person_id: int
    coordinator: Actor
    colleague: Actor
    manager: Actor
    administrator: Actor
    stranger: Actor
    emails: dict[str, str] = field(default_factory=dict)

    def visit(self, actor: Actor | None = None, **values: Any) -> Visit:
        given = VisitFields(
            **{"on": TODAY, "at": time(14, 0), "person_id": self.person_id, "purpose": "needs", **values}
        )
        with transaction():
            return book_visit(actor or self.coordinator, employer_id=self.employer_id, given=given)


def logged(key: str = "a" * 36, *, on_date: date = TODAY, outcome: str = "interested", **values: Any) -> LoggedVisit:
    """What happened at a visit."""
    next_step = values.pop("next_step", None)
    contact = ContactFields(channel="visit", on_date=on_date, outcome=outcome, submission_key=key, **values)
    return LoggedVisit(contact, next_step)


def sent(visit: Visit, key: str = "a" * 36, **values: Any) -> SentReport:
    """What a telephone sends about a visit."""
    version = values.pop("version", visit.version_id)
    private = values.pop("looks_private", False)
    return SentReport(
        key=key,
        version=version,
        typed={"outcome": ["interested"], "note": ["What was said"]},
        logged=logged(key, **values),
        looks_private=private,
    )


def make_place(world: World) -> Place:
    unit = world.unit("Osby", time_zone="Europe/Stockholm")
    coordinator = world.staff(unit=unit, name="Maria Lindqvist")
    colleague = world.staff(unit=unit, name="Olle Berg")
    manager = world.staff(Role.MANAGER, unit=unit, name="Karin Ek")
    administrator = world.staff(Role.ADMINISTRATOR, unit=unit)
    stranger = world.staff(unit=world.unit("Kil"))
    evaluator = world.staff(Role.EVALUATOR, unit=unit)
    employer = world.employer(
        "Nordlys Bageri AB", country="SE", address="Storgatan 1", postcode="283 31", city="Osby", phone="+46101112233"
    )
    person = world.contact_person(employer, "Eva Sjöström", phone="+46701740605")
    people = {
        "coordinator": coordinator,
        "colleague": colleague,
        "manager": manager,
        "administrator": administrator,
        "stranger": stranger,
        "evaluator": evaluator,
    }
    return Place(
        world=world,
        unit_id=unit.id,
        employer_id=employer.id,
        employer=employer.public_id,
        person_id=person.id,
        coordinator=world.actor(coordinator),
        colleague=world.actor(colleague),
        manager=world.actor(manager),
        administrator=world.actor(administrator),
        stranger=world.actor(stranger),
        emails={name: staff.email for name, staff in people.items()},
    )


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Noon of a Wednesday in November."""
    with clock.travelling(NOON):
        yield


@pytest.fixture
def place(app: Flask, world: World) -> Iterator[Place]:
    """For tests of services."""
    with app.app_context():
        yield make_place(world)


@pytest.fixture
def outside(app: Flask, world: World) -> Place:
    """For tests of pages: made in a context that is closed again before the first request."""
    with app.app_context():
        return make_place(world)


@pytest.fixture
def browser(app: Flask, outside: Place, sign_in: Callable[[FlaskClient, str], None]) -> Callable[[str], FlaskClient]:
    """``browser("manager")`` is a client with that person signed in."""

    def as_somebody(who: str) -> FlaskClient:
        client = app.test_client()
        sign_in(client, outside.emails[who])
        return client

    return as_somebody
