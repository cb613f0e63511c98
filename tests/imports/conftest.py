"""An empty unit with a programme and staff, and files."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient

from crm.actors import Actor, Role
from crm.imports.lookups import Defaults
from tests.world import World


@dataclass(frozen=True)
class Office:
    """One unit."""

    unit_id: int
    programme_id: int
    code: str
    manager: Actor
    coordinator: Actor
    manager_email: str
    coordinator_email: str

    @property
    def defaults(self) -> Defaults:
        return Defaults(unit_id=self.unit_id, programme_id=self.programme_id)


def make_office(world: World) -> Office:
    unit = world.unit("Umeå")
    programme = world.programme(unit)
    manager = world.staff(Role.MANAGER, unit=unit)
    coordinator = world.staff(unit=unit, name="Maria Lindqvist")
    return Office(
        unit_id=unit.id,
        programme_id=programme.id,
        code=programme.code,
        manager=world.actor(manager),
        coordinator=world.actor(coordinator),
        manager_email=manager.email,
        coordinator_email=coordinator.email,
    )


def csv_of(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


def xlsx_of(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = workbook.add_worksheet()
    day = workbook.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if hasattr(cell, "year"):
                sheet.write_datetime(number, column, cell, day)
            else:
                sheet.write(number, column, cell)
    workbook.close()
    return out.getvalue()


@pytest.fixture
def core(core_app: Flask) -> Iterator[Flask]:
    """An application context of the core alone, for tests of services."""
    with core_app.app_context():
        yield core_app


@pytest.fixture
def office(core: Flask, world: World) -> Office:
    """For tests of services."""
    return make_office(world)


@pytest.fixture
def there(core_app: Flask, world: World) -> Office:
    """For tests of pages and commands."""
    with core_app.app_context():
        return make_office(world)


@pytest.fixture
def browser(core_app: Flask, sign_in: Callable[[FlaskClient, str], None]) -> Callable[[str], FlaskClient]:
    """``browser(email)`` is a client with that person signed in."""

    def as_somebody(email: str) -> FlaskClient:
        client = core_app.test_client()
        sign_in(client, email)
        return client

    return as_somebody
