"""Fixtures: the simulators as servers of their own, clients that speak to them, and an application that uses both."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from crm.actors import Actor, Role
from crm.employers.registers.connection import Reach
from crm.employers.registers.ports import bind_registers
from crm.employers.registers.simulating import Simulator
from crm.register_points import Register
from plugins.register_dk.client import Cvr
from plugins.register_dk.configuration import SIMULATED as DANISH_ACCOUNT
from plugins.register_dk.simulator import CvrSimulator
from plugins.register_fi.client import Prh
from plugins.register_fi.simulator import PrhSimulator
from plugins.register_no.client import Enhetsregisteret
from plugins.register_no.simulator import EnhetsregisteretSimulator
from plugins.register_se.client import Bolagsverket, Credentials
from plugins.register_se.configuration import SIMULATED as SWEDISH_ACCOUNT
from plugins.register_se.simulator import BolagsverketSimulator
from tests.apps import Lender
from tests.conftest import lent
from tests.world import World


@dataclass
class Control:
    """The control channel of a simulator, over HTTP as everything else."""

    simulator: Simulator

    def _post(self, action: str, argument: Mapping[str, Any]) -> None:
        requests.post(f"{self.simulator.url}/_sim/{action}", json=dict(argument), timeout=5).raise_for_status()

    def fault(self, kind: str, **options: Any) -> None:
        self._post("faults", {"kind": kind, **options})

    def change(self, number: str, **values: Any) -> None:
        self._post("change", {"number": number, "values": values})

    def limit(self, number: int | None) -> None:
        self._post("limit", {"requests": number})

    def reset(self) -> None:
        self._post("reset", {})

    def asked(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = requests.get(f"{self.simulator.url}/_sim/state", timeout=5).json()["asked"]
        return found


def _served(simulator: Simulator) -> Iterator[Control]:
    simulator.start()
    yield Control(simulator)
    simulator.stop()


@pytest.fixture(scope="session")
def norway() -> Iterator[Control]:
    yield from _served(EnhetsregisteretSimulator())


@pytest.fixture(scope="session")
def sweden() -> Iterator[Control]:
    yield from _served(BolagsverketSimulator())


@pytest.fixture(scope="session")
def denmark() -> Iterator[Control]:
    yield from _served(CvrSimulator())


@pytest.fixture(scope="session")
def finland() -> Iterator[Control]:
    yield from _served(PrhSimulator())


def reach(control: Control, name: str) -> Reach:
    """A register that may be asked as often as a test likes, and must answer within half a second."""
    return Reach(name, control.simulator.url, per_second=1000, connect_seconds=0.5, reply_seconds=0.5)


@pytest.fixture
def no(norway: Control) -> Enhetsregisteret:
    norway.reset()
    return Enhetsregisteret(reach(norway, "Enhetsregisteret"))


@pytest.fixture
def se(sweden: Control) -> Bolagsverket:
    sweden.reset()
    at = reach(sweden, "Bolagsverket")
    return Bolagsverket(at, at, Credentials(*SWEDISH_ACCOUNT))


@pytest.fixture
def dk(denmark: Control) -> Cvr:
    denmark.reset()
    return Cvr(reach(denmark, "CVR"), DANISH_ACCOUNT)


@pytest.fixture
def fi(finland: Control) -> Prh:
    finland.reset()
    return Prh(reach(finland, "PRH"))


@pytest.fixture
def app(lender: Lender, no: Enhetsregisteret, se: Bolagsverket, dk: Cvr, fi: Prh) -> Iterator[Flask]:
    """The application with the four registers."""
    found: dict[str, Register] = {each.country: each for each in (no, se, dk, fi)}
    with lent(lender, "register_no,register_se,register_dk,register_fi") as app:
        bind_registers(app, found)
        yield app


@dataclass
class Desk:
    """A signed-in coordinator of a unit of their own."""

    client: FlaskClient
    staff_id: int
    unit_id: int
    manager_id: int
    actor: Actor


@pytest.fixture
def desk_of(app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]) -> Callable[[str, str], Desk]:
    """Make a unit in a country, with a manager and a coordinator who is signed in."""

    def make(town: str, country: str) -> Desk:
        email = f"{town.casefold()}@example.org"
        with app.app_context():
            unit = world.unit(town, country=country)
            staff = world.staff(Role.COORDINATOR, unit=unit, name=f"Coordinator of {town}", email=email)
            manager = world.staff(Role.MANAGER, unit=unit, name=f"Manager of {town}", email=f"m.{email}")
            made = Desk(app.test_client(), staff.id, unit.id, manager.id, world.actor(staff))
        sign_in(made.client, email)
        return made

    return make
