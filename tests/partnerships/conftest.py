"""An employer, a unit whose coordinator has switched the module on, and a participant."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.actors import Actor, Role
from crm.db import transaction
from crm.employers.models import Contact
from crm.partnerships.fields import CommitmentFields, PartnershipFields
from crm.partnerships.models import Commitment, Partnership
from crm.partnerships.services.commitments import add_commitment
from crm.partnerships.services.partnerships import begin_partnership
from tests.world import World

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
NOON = datetime(2026, 6, 30, 10, 0, tzinfo=UTC)


@dataclass
class Place:
    """Where the tests happen. Rows are made in an application context."""

    world: World
    unit_id: int
    employer_id: int
    employer: str
    coordinator: Actor
    stranger: Actor
    emails: dict[str, str] = field(default_factory=dict)

    def partnership(self, **values: Any) -> Partnership:
        given = PartnershipFields(**{"name": "Together", "starts_on": YEAR[0], "ends_on": YEAR[1], **values})
        with transaction():
            return begin_partnership(
                self.coordinator,
                employer_id=self.employer_id,
                unit_id=self.unit_id,
                given=given,
                beside_others=True,
            )

    def commitment(self, partnership: Partnership, kind: str, quantity: int, **values: Any) -> Commitment:
        given = CommitmentFields(
            **{"kind": kind, "text": f"{kind} promised", "quantity": quantity, "starts_on": YEAR[0],
               "ends_on": YEAR[1], **values}
        )  # fmt: skip
        with transaction():
            return add_commitment(self.coordinator, partnership_id=partnership.id, given=given)

    def placement(self, kind: str, starts_on: date, *, employer: Any = None, unit: Any = None, **values: Any) -> Any:
        unit = unit or self.world.session.get(self.world.unit().__class__, self.unit_id)
        person = self.world.participant(unit)
        enrolment = self.world.enrolment(person, self.world.programme(unit))
        target = employer or self.world.session.get(self.world.employer().__class__, self.employer_id)
        return self.world.placement(enrolment, target, kind=kind, starts_on=starts_on, **values)

    def contact(self, channel: str, on_date: date, **values: Any) -> Contact:
        return self.world.save(
            Contact(
                **{"employer_id": self.employer_id, "unit_id": self.unit_id, "staff_id": self.coordinator.staff_id,
                   "outcome": "interested", "created_at": clock.now(), "channel": channel, "on_date": on_date, **values}
            )
        )  # fmt: skip


def make_place(world: World) -> Place:
    unit = world.unit("Osby", modules=["partnerships", "coverage"])
    coordinator = world.staff(unit=unit, name="Maria Lindqvist")
    manager = world.staff(Role.MANAGER, unit=unit, name="Karin Berg")
    evaluator = world.staff(Role.EVALUATOR, unit=unit)
    other = world.unit("Kil", modules=["partnerships", "coverage"])
    stranger = world.staff(unit=other)
    employer = world.employer("ICA Supermarket")
    return Place(
        world=world,
        unit_id=unit.id,
        employer_id=employer.id,
        employer=employer.public_id,
        coordinator=world.actor(coordinator),
        stranger=world.actor(stranger),
        emails={
            "coordinator": coordinator.email,
            "manager": manager.email,
            "evaluator": evaluator.email,
            "stranger": stranger.email,
        },
    )


@pytest.fixture(autouse=True)
def midsummer() -> Iterator[None]:
    """Half of the year has passed."""
    with clock.travelling(NOON):
        yield


@pytest.fixture
def place(core_app: Flask, world: World) -> Iterator[Place]:
    """For tests of services."""
    with core_app.app_context():
        yield make_place(world)


@pytest.fixture
def outside(core_app: Flask, world: World) -> Place:
    """For tests of pages: made in a context that is closed again before the first request."""
    with core_app.app_context():
        return make_place(world)


@pytest.fixture
def browser(
    core_app: Flask, outside: Place, sign_in: Callable[[FlaskClient, str], None]
) -> Callable[[str], FlaskClient]:
    """``browser("manager")`` is a client with that person signed in."""

    def as_somebody(who: str) -> FlaskClient:
        client = core_app.test_client()
        sign_in(client, outside.emails[who])
        return client

    return as_somebody
