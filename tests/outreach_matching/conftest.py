"""A unit with mentors, a coordinator, a colleague, and a participant who may choose."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Actor, Role
from crm.db import transaction
from crm.participants.models import Participant
from outreach.matching.fields import MentorFields, ProfileFields
from outreach.matching.models import Match, MatchOffer, MatchProfile, Mentor
from outreach.matching.services.mentors import add_mentor
from outreach.matching.services.offers import choose, make_offer
from outreach.matching.services.profiles import save_mentor_profile
from tests.world import World

NOON = datetime(2026, 6, 30, 10, 0, tzinfo=UTC)
TODAY = date(2026, 6, 30)


def picture(size: tuple[int, int] = (900, 1200), kind: str = "JPEG", **saved: Any) -> bytes:
    """A photo as a phone makes it."""
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **saved)
    return out.getvalue()


@dataclass
class Place:
    """Where the tests happen. Rows are made in an application context."""

    world: World
    unit_id: int
    participant_id: int
    participant: str
    coordinator: Actor
    manager: Actor
    colleague: Actor
    stranger: Actor
    emails: dict[str, str] = field(default_factory=dict)

    def mentor(self, name: str = "Poul Poulsen", *, actor: Actor | None = None, **values: Any) -> Mentor:
        given = {"recruited_on": date(2026, 1, 10), "staff_id": (actor or self.coordinator).staff_id, **values}
        with transaction():
            return add_mentor(actor or self.coordinator, given=MentorFields(name=name, **given))

    def profile(self, name: str = "Poul Poulsen", *, agreed: tuple[str, ...] = ("name",), **texts: str) -> MatchProfile:
        mentor_id = self.mentor(name).id
        given = ProfileFields({"name": name, **texts}, agreed, TODAY if agreed else None)
        with transaction():
            return save_mentor_profile(self.coordinator, mentor_id=mentor_id, given=given)

    def offer(self, *profiles: MatchProfile, participant_id: int | None = None, **values: Any) -> MatchOffer:
        ids = [each.public_id for each in profiles]
        with transaction():
            return make_offer(
                self.coordinator, participant_id=participant_id or self.participant_id, profiles=ids, **values
            )

    def match(self, profile: MatchProfile | None = None, **values: Any) -> Match:
        profile = profile or self.profile()
        offer = self.offer(profile, other_number=True, **values)
        candidate, offer_id = offer.candidates[0].public_id, offer.id
        with transaction():
            return choose(self.coordinator, offer_id=offer_id, candidate=candidate)

    def person(self, **values: Any) -> Participant:
        unit = self.world.session.get_one(Unit, self.unit_id)
        return self.world.participant(unit=unit, **values)


def make_place(world: World) -> Place:
    unit = world.unit("Osby", modules=["matching"])
    coordinator = world.staff(unit=unit, name="Maria Lindqvist")
    manager = world.staff(Role.MANAGER, unit=unit, name="Karin Berg")
    colleague = world.staff(unit=unit, name="Olle Ek")
    evaluator = world.staff(Role.EVALUATOR, unit=unit)
    stranger = world.staff(unit=world.unit("Kil", modules=["matching"]))
    person = world.participant(unit=unit, first_name="Kim", last_name="Egenberg", language="sv")
    world.enrolment(person, world.programme(unit), coordinator)
    people = {
        "coordinator": coordinator, "manager": manager, "colleague": colleague, "evaluator": evaluator,
        "stranger": stranger,
    }  # fmt: skip
    return Place(
        world=world,
        unit_id=unit.id,
        participant_id=person.id,
        participant=person.public_id,
        coordinator=world.actor(coordinator),
        manager=world.actor(manager),
        colleague=world.actor(colleague),
        stranger=world.actor(stranger),
        emails={name: each.email for name, each in people.items()},
    )


@pytest.fixture(autouse=True)
def midsummer() -> Iterator[Callable[[datetime], None]]:
    """Half of the year has passed; a test may jump."""
    with clock.travelling(NOON) as jump:
        yield jump


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
