"""A unit in which people leave and are asked: what most tests of surveys begin with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.actors import Role, system_actor
from crm.db import current_session, transaction
from crm.messaging.models import MailboxItem, OutboxMessage
from crm.messaging.outbox import sweep as send_messages
from crm.participants.models import EnrolmentExit, Participant
from crm.participants.services.exits import exit_enrolment
from surveys.installing import ensure_content
from surveys.models import DueRow
from surveys.sweeping import sweep
from surveys.tokens import opt_out_token, survey_token
from tests.world import PASSWORD, World

SYSTEM = system_actor("test")


class Scene:
    """One unit, its coordinator and programme; people who leave it; and the machinery that asks them."""

    def __init__(self, world: World, travel: Callable[[datetime], None]) -> None:
        self.world, self.travel = world, travel
        self.unit = world.unit(language="sv")
        self.coordinator = world.staff(unit=self.unit, name="Karin Lind", phone="+46701112233")
        self.manager = world.staff(Role.MANAGER, unit=self.unit, name="Maja Berg")
        self.programme = world.programme(self.unit)
        self.exits: list[EnrolmentExit] = []
        with transaction():
            ensure_content(SYSTEM)

    def person(self, **values: Any) -> Participant:
        return self.world.participant(self.unit, **values)

    def leave(
        self, person: Participant | None = None, *, on: date | None = None, reason: str = "work_ordinary", **values: Any
    ) -> EnrolmentExit:
        """Somebody is enrolled and leaves, through the real service."""
        person = person or self.person()
        programme = values.pop("programme", self.programme)
        on = on or clock.today()
        values.setdefault("starts_on", min(on, date(2026, 2, 1)))
        enrolment = self.world.enrolment(person, programme, self.coordinator, **values)
        with transaction():
            exit_, told = exit_enrolment(SYSTEM, enrolment_id=enrolment.id, exit_on=on, reason=reason)
            assert told.failed_plugins == ()
        self.exits.append(exit_)
        return exit_

    def row(self, exit_: EnrolmentExit, wave: str = "exit") -> DueRow:
        current_session().expire_all()
        return current_session().scalars(select(DueRow).where(DueRow.exit_id == exit_.id, DueRow.wave == wave)).one()

    def token(self, exit_: EnrolmentExit, wave: str = "exit") -> str:
        row = self.row(exit_, wave)
        return survey_token(row.public_id, row.token_version)

    def opt_out_token(self, exit_: EnrolmentExit, wave: str = "exit") -> str:
        row = self.row(exit_, wave)
        return opt_out_token(row.public_id, row.token_version)

    def work(self) -> None:
        """One minute of the background: plan what is due, send what is planned."""
        sweep()
        send_messages(1000)

    def days_pass(self, days: int) -> None:
        self.travel(clock.now() + timedelta(days=days))

    def mailbox(self) -> list[MailboxItem]:
        current_session().expire_all()
        return list(current_session().scalars(select(MailboxItem).order_by(MailboxItem.id)))

    def outbox(self) -> list[OutboxMessage]:
        current_session().expire_all()
        return list(current_session().scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


class Office:
    """The scene for tests of staff pages: its rows live in application contexts of their own, so that a request
    never meets the sign-in of another."""

    def __init__(self, app: Flask, world: World, travel: Callable[[datetime], None]) -> None:
        self.app = app
        with app.app_context():
            self._scene = Scene(world, travel)
            self.coordinator = self._scene.coordinator.email
            self.manager = self._scene.manager.email
            self.administrator = world.staff(Role.ADMINISTRATOR, unit=self._scene.unit).email
            self.colleague = world.staff(Role.COORDINATOR, unit=self._scene.unit, name="Nils Ek").email

    @contextmanager
    def inside(self) -> Iterator[Scene]:
        """The scene in an application context."""
        scene = self._scene
        with self.app.app_context():
            rows = (scene.unit, scene.coordinator, scene.manager, scene.programme, *scene.exits)
            current_session().add_all(rows)
            yield scene

    def signed_in(self, email: str) -> FlaskClient:
        """A browser in which somebody is signed in."""
        client = self.app.test_client()
        answer = client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code in (302, 303)
        return client
