"""A unit, its coordinator, and an employer with a contact person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.actors import Actor, Role
from crm.agreements.models import Agreement
from crm.agreements.services.drafts import AgreementFields, write_agreement
from crm.agreements.services.sending import send_agreement
from crm.db import current_session, transaction
from crm.documents.models import DocumentTemplate
from crm.documents.services.texts import ensure_shipped
from crm.documents.shipped import proposals
from tests.world import World

NOON = datetime(2026, 11, 18, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)


@dataclass
class Table:
    """Who sits at the table: plain ids, because rows do not outlive their context."""

    actor: Actor
    manager: Actor
    unit_id: int
    employer_id: int
    employer: str
    person_id: int
    owner_id: int
    deputy_id: int


def lay(world: World) -> Table:
    """Make the people and bring the shipped texts in."""
    unit = world.unit("Jobbcentrum", time_zone="Europe/Stockholm", phone="+46101112233")
    owner = world.staff(Role.COORDINATOR, unit=unit, name="Maria Lindqvist", email="maria@example.org")
    deputy = world.staff(Role.COORDINATOR, unit=unit, name="Olle Berg", email="olle@example.org")
    manager = world.staff(Role.MANAGER, unit=unit, name="Karin Ek", email="karin@example.org")
    employer = world.employer("Nordlys Bageri AB", org_number="5560360793", country="SE")
    person = world.contact_person(employer, "Eva Sjöström", email="eva@example.net")
    world.relationship(employer, unit, owner, deputy_id=deputy.id)
    actor, chief = world.actor(owner), world.actor(manager)
    table = Table(actor, chief, unit.id, employer.id, employer.public_id, person.id, owner.id, deputy.id)
    with transaction():
        ensure_shipped(actor)
    return table


def fields_for(table: Table, **changes: object) -> AgreementFields:
    """An intention agreement for a year from today, in Swedish."""
    statement = DocumentTemplate.__table__.select().where(DocumentTemplate.key == "agreement.intention")
    template_id = current_session().execute(statement).first().id  # type: ignore[union-attr]
    usual: dict[str, object] = {
        "template_id": template_id,
        "language": "sv",
        "starts_on": TODAY,
        "ends_on": date(2027, 11, 17),
        "review_on": date(2027, 5, 18),
        "contact_id": table.person_id,
        "owner_id": table.owner_id,
        "deputy_id": table.deputy_id,
        "written": dict(proposals("sv")),
    }
    return AgreementFields(**{**usual, **changes})  # type: ignore[arg-type]


def write(table: Table, **changes: object) -> int:
    """A draft; its id."""
    given = fields_for(table, **changes)
    with transaction():
        return write_agreement(table.actor, employer_id=table.employer_id, unit_id=table.unit_id, given=given).id


def sent(table: Table, **changes: object) -> int:
    """An agreement that waits for both signatures; its id."""
    agreement_id = write(table, **changes)
    with transaction():
        send_agreement(table.actor, agreement_id=agreement_id)
    return agreement_id


def row(agreement_id: int) -> Agreement:
    """The row as it stands in the database."""
    current_session().expire_all()
    return current_session().get_one(Agreement, agreement_id)


@pytest.fixture(autouse=True)
def jump() -> Iterator[Callable[[datetime], None]]:
    """The clock stands at noon; call it to go elsewhere."""
    with clock.travelling(NOON) as go:
        yield go


@pytest.fixture
def app(core_app: Flask) -> Flask:
    """The core alone."""
    return core_app


@pytest.fixture
def table(app: Flask, world: World) -> Iterator[Table]:
    """For tests of services, inside an application context."""
    with app.app_context():
        yield lay(world)


@pytest.fixture
def outside(app: Flask, world: World) -> Table:
    """The same for tests of pages."""
    with app.app_context():
        return lay(world)


@pytest.fixture
def maria(app: Flask, outside: Table, sign_in: Callable[[FlaskClient, str], None]) -> FlaskClient:
    """A browser in which the coordinator is signed in."""
    client = app.test_client()
    sign_in(client, "maria@example.org")
    return client
