"""A unit that holds a breakfast, employers of every kind, and people who answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Actor, Role, respondent_actor
from crm.db import transaction
from crm.employers.models import ContactPerson, Employer
from crm.messaging.models import MailboxItem
from crm.messaging.outbox import send_due
from outreach.events.choosing import InviteWish
from outreach.events.fields import EventFields, Reply
from outreach.events.links import visit_by_token
from outreach.events.models import EventInvitation, OutreachEvent
from outreach.events.services.answering import answer_by_link
from outreach.events.services.inviting import invite
from outreach.events.services.planning import add_event
from outreach.events.tokens import reply_token
from tests.world import World

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
"""A Wednesday, ten in the morning in Stockholm."""
DAY = date(2026, 12, 3)
AT_THE_DOOR = datetime(2026, 12, 3, 6, 45, tzinfo=UTC)


@dataclass
class Breakfast:
    """Where the tests happen. Rows are made in an application context."""

    world: World
    unit_id: int
    coordinator: Actor
    manager: Actor
    stranger: Actor
    emails: dict[str, str] = field(default_factory=dict)

    @property
    def unit(self) -> Unit:
        return self.world.session.get_one(Unit, self.unit_id)

    def event(self, **values: Any) -> OutreachEvent:
        given = {
            "kind": "breakfast", "title": "Frukost om arbete", "starts_at": datetime(2026, 12, 3, 8),
            "ends_at": datetime(2026, 12, 3, 9, 30), "place": "Rådhuset", "reply_by": date(2026, 11, 30),
            "owner_id": self.coordinator.staff_id, **values,
        }  # fmt: skip
        with transaction():
            return add_event(self.coordinator, unit_id=self.unit_id, given=EventFields(**given))

    def employer(
        self, name: str, *, wants: str | None = "general", person: str | None = "Eva Ek", **values: Any
    ) -> Employer:
        values.setdefault("email", f"info@{name.split()[0].lower()}.example")
        employer = self.world.employer(name, **values)
        self.world.relationship(employer, self.unit, preferred_information=wants)
        if person:
            self.person(employer, person)
        return employer

    def person(self, employer: Employer, name: str, **values: Any) -> ContactPerson:
        values.setdefault("email", f"{name.split()[0].lower()}@{employer.name.split()[0].lower()}.example")
        return self.world.contact_person(employer, name, **values)

    def invite(
        self, event: OutreachEvent, *employers: Employer, batch: str = "batch-1", **wish: Any
    ) -> list[EventInvitation]:
        ids = [each.id for each in employers]
        with transaction():
            invite(self.coordinator, event_id=event.id, wish=InviteWish(ids, **wish), batch=batch)
        return self.rows(event)

    def rows(self, event: OutreachEvent) -> list[EventInvitation]:
        self.world.session.rollback()
        statement = select(EventInvitation).where(EventInvitation.event_id == event.id).order_by(EventInvitation.id)
        return list(self.world.session.scalars(statement))

    def guests(self, event: OutreachEvent, number: int) -> list[EventInvitation]:
        """So many employers, each with one invitation."""
        return self.invite(event, *(self.employer(f"Firma{each} AB") for each in range(number)))

    def says(self, row: EventInvitation, comes: bool, places: int = 1, **values: Any) -> EventInvitation:
        visit = visit_by_token(reply_token(row.public_id))
        with transaction():
            return answer_by_link(respondent_actor(), invitation=visit.invitation, reply=Reply(comes, places, **values))

    def mail(self, at: datetime | None = None) -> dict[str, list[MailboxItem]]:
        """Let everything leave that may, and return the mailbox by receiver."""
        self.world.session.rollback()
        with clock.travelling(at or max(clock.now(), NOW).replace(minute=30)):
            send_due()
        found: dict[str, list[MailboxItem]] = {}
        for item in self.world.session.scalars(select(MailboxItem).order_by(MailboxItem.id)):
            found.setdefault(item.to, []).append(item)
        return found


def make_breakfast(world: World) -> Breakfast:
    unit = world.unit("Lindö", modules=["events", "partnerships"], email="lindo@example.org")
    coordinator = world.staff(unit=unit, name="Maria Lindqvist")
    manager = world.staff(Role.MANAGER, unit=unit, name="Karin Berg")
    evaluator = world.staff(Role.EVALUATOR, unit=unit)
    stranger = world.staff(unit=world.unit("Kil", modules=["events"]))
    return Breakfast(
        world=world,
        unit_id=unit.id,
        coordinator=world.actor(coordinator),
        manager=world.actor(manager),
        stranger=world.actor(stranger),
        emails={
            "coordinator": coordinator.email,
            "manager": manager.email,
            "evaluator": evaluator.email,
            "stranger": stranger.email,
        },
    )


@pytest.fixture(autouse=True)
def november() -> Iterator[Callable[[datetime], None]]:
    """The clock stands, and can be moved."""
    with clock.travelling(NOW) as jump:
        yield jump


@pytest.fixture
def place(app: Flask, world: World) -> Iterator[Breakfast]:
    """For tests of services."""
    with app.app_context():
        yield make_breakfast(world)


@pytest.fixture
def outside(app: Flask, world: World) -> Breakfast:
    """For tests of pages: made in a context that is closed again before the first request."""
    with app.app_context():
        return make_breakfast(world)


@pytest.fixture
def browser(
    app: Flask, outside: Breakfast, sign_in: Callable[[FlaskClient, str], None]
) -> Callable[[str], FlaskClient]:
    """``browser("manager")`` is a client with that person signed in."""

    def as_somebody(who: str) -> FlaskClient:
        client = app.test_client()
        sign_in(client, outside.emails[who])
        return client

    return as_somebody
