"""The sample organisation: a top unit, two units in two countries, and the people who work there."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_security.utils import hash_password

from crm import clock
from crm.accounts.current import actor_for
from crm.accounts.models import Staff, Unit
from crm.accounts.services import ensure_roles
from crm.accounts.unit_services import UnitFields, add_unit
from crm.actors import Actor, Role, system_actor
from crm.db import current_session, new_public_id
from crm.programmes.models import Programme, ProgrammeTarget

PASSWORD = "sample-password-for-looking-around"
"""Of every sample account. Such accounts exist in development installations only."""

ACTOR = system_actor("samples")
CLOSED_FROM, CLOSED_UNTIL = date(2023, 1, 1), date(2024, 12, 31)


@dataclass(frozen=True)
class Account:
    """A sample account: who it is for, and what they may do."""

    name: str
    email: str
    roles: frozenset[Role]
    unit: str
    language: str


TOP, SWEDISH, NORWEGIAN = "Brobygg", "Arbetsmarknad Lindö", "Jobbhuset Fjellvik"
ACCOUNTS = (
    Account("Karin Lindhult", "manager@example.org", frozenset({Role.MANAGER}), TOP, "en"),
    Account("Emma Skoglund", "coordinator@example.org", frozenset({Role.COORDINATOR}), SWEDISH, "en"),
    Account("Eirik Fjellheim", "coordinator.no@example.org", frozenset({Role.COORDINATOR}), NORWEGIAN, "nb"),
    Account("Johan Norling", "admin@example.org", frozenset({Role.ADMINISTRATOR}), TOP, "en"),
    Account("Ulla Granvik", "evaluator@example.org", frozenset({Role.EVALUATOR}), TOP, "en"),
)


@dataclass(frozen=True)
class Organisation:
    """What the rest of the sample data hangs on."""

    swedish: Unit
    norwegian: Unit
    manager: Staff
    coordinators: dict[int, Staff]
    """The coordinator of each unit, by the unit's id."""
    closed: Programme
    running: Programme

    def actor(self, unit: Unit) -> Actor:
        """The coordinator of a unit as an actor."""
        return actor_for(self.coordinators[unit.id])


def make_organisation(name: str) -> Organisation:
    """Units, accounts and the two programmes. Runs inside ``transaction()``."""
    top = add_unit(ACTOR, fields=UnitFields(name=name, parent_id=None, phone="+46313900600"))
    swedish = add_unit(ACTOR, fields=UnitFields(name=SWEDISH, parent_id=top.id, phone="+46313900601"))
    norwegian = add_unit(
        ACTOR,
        fields=UnitFields(
            name=NORWEGIAN, parent_id=top.id, country="NO", language="nb", time_zone="Europe/Oslo", phone="+46313900602"
        ),
    )
    staff = _make_staff({TOP: top, SWEDISH: swedish, NORWEGIAN: norwegian})
    closed, running = _make_programmes(top, swedish)
    current_session().flush()  # Everything that follows names these rows by id.
    return Organisation(
        swedish=swedish,
        norwegian=norwegian,
        manager=staff["manager@example.org"],
        coordinators={
            swedish.id: staff["coordinator@example.org"],
            norwegian.id: staff["coordinator.no@example.org"],
        },
        closed=closed,
        running=running,
    )


def _make_staff(units: dict[str, Unit]) -> dict[str, Staff]:
    roles = ensure_roles()
    # One hash for all: making it is slow on purpose, and the password is no secret.
    password = hash_password(PASSWORD)
    staff = {
        account.email: Staff(
            name=account.name,
            email=account.email,
            unit=units[account.unit],
            language=account.language,
            password=password,
            fs_uniquifier=new_public_id() + new_public_id(),
            confirmed_at=clock.now(),
            create_datetime=clock.now(),
            roles=[roles[role] for role in sorted(account.roles)],
        )
        for account in ACCOUNTS
    }
    current_session().add_all(staff.values())
    return staff


def _make_programmes(top: Unit, swedish: Unit) -> tuple[Programme, Programme]:
    closed = Programme(
        code="NYTT-STEG",
        name="Nytt steg 2023–2024",
        unit_id=swedish.id,
        starts_on=CLOSED_FROM,
        ends_on=CLOSED_UNTIL,
        funder="Europeiska socialfonden",
        expected_participants=60,
        sends_messages=False,
        targets=[ProgrammeTarget(key="work_or_studies", percent=Decimal(60))],
    )
    running = Programme(
        code="VAGEN-IN",
        name="Vägen in",
        unit_id=top.id,
        starts_on=date(clock.today().year - 2, 1, 1),
        expected_participants=120,
        targets=[
            ProgrammeTarget(key="work_or_studies", percent=Decimal(50)),
            ProgrammeTarget(key="response_rate", percent=Decimal(70)),
        ],
    )
    current_session().add_all([closed, running])
    return closed, running
