"""Bringing in code lists of municipalities."""

import io
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.actors import Actor, Role
from crm.coverage.code_files import CodeRow, read_codes
from crm.coverage.code_services import Brought, bring_in_codes
from crm.coverage.counting import Where, coverage
from crm.coverage.models import CoverageRegion, CoverageTarget
from crm.coverage.queries import region_book
from crm.coverage.regions import one_code, shipped
from crm.db import transaction
from crm.errors import DomainError, NotAllowed
from tests.world import World

OLD = '"code";"parentCode";"level";"name"\n"1804";"";"1";"Bodø"\n"1902";"";"1";"Tromsø"\n'.encode()
NEW = "code;name\n1804;Bodø\n5401;Tromsø\n".encode("cp1252")
BEFORE, AFTER = date(2019, 6, 1), date(2020, 6, 1)


@pytest.fixture
def administrator(core_app: Flask, world: World) -> Iterator[Actor]:
    with core_app.app_context():
        yield world.actor(world.staff(Role.ADMINISTRATOR))


def _bring(actor: Actor, data: bytes, on: date = date(2020, 1, 1), country: str = "NO") -> Brought:
    with transaction():
        return bring_in_codes(actor, country=country, valid_from=on, data=data)


def _codes(on: date, country: str = "NO") -> list[str]:
    return [each.code for each in region_book().of(country, "municipality", on=on)]


def test_a_later_list_ends_what_it_names_no_more(administrator: Actor) -> None:
    assert region_book() is shipped()
    assert _bring(administrator, OLD, date(2018, 1, 1)) == Brought(2, 0, 0)
    assert _bring(administrator, OLD, date(2018, 1, 1)) == Brought(0, 0, 2)
    assert _bring(administrator, NEW) == Brought(1, 1, 1)
    assert (_codes(BEFORE), _codes(AFTER)) == (["1804", "1902"], ["1804", "5401"])
    book = region_book()
    assert book.has_municipalities("NO")
    assert book.of("NO", "municipality", on=AFTER, parent="54")[0].name == "Tromsø"
    assert (book.code_by_name("NO", "Bodo kommune"), book.code_by_name("NO", "Tromsø")) == ("1804", None)
    with pytest.raises(DomainError):
        _bring(administrator, OLD, date(2018, 1, 1))


def test_finnish_codes_know_the_county_that_the_list_says(administrator: Actor) -> None:
    _bring(administrator, b"kunta,nimi,maakunta\n91,Helsinki,1\n049,Espoo,01\n", country="FI")
    book = region_book()
    assert (book.county_of("FI", "091"), book.code_by_name("FI", "espoo")) == ("01", "049")
    assert _codes(AFTER, "FI") == ["049", "091"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"a;b\n1804;Bod\n", "name the columns"),
        (b"code;name\n", "no municipality"),
        (b"code;name\nX;Bod\n", "Line 2"),
        (b"code;name\n1804;\n", "name is missing"),
        (b"code;name\n1804;A\n1804;B\n", "twice"),
        (b"x" * (2 * 1024 * 1024 + 1), "larger"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_changes_nothing(administrator: Actor, data: bytes, said: str) -> None:
    with pytest.raises(DomainError) as refused:
        _bring(administrator, data)
    assert said in str(refused.value.message)
    assert region_book() is shipped()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_file_makes_it_fall(core_app: Flask, data: bytes) -> None:
    with core_app.test_request_context():
        try:
            rows = read_codes(b"code;name\n" + data, "NO")
        except DomainError:
            return
    assert all(isinstance(each, CodeRow) and len(each.code) == 4 for each in rows)


def test_only_administrators_bring_lists_in(core_app: Flask, world: World) -> None:
    with core_app.app_context(), pytest.raises(NotAllowed):
        _bring(world.actor(world.staff(Role.MANAGER)), NEW)


def test_danish_registers_write_a_nought_before_the_code() -> None:
    assert (one_code("DK", "0151"), one_code("SE", "0180")) == ("151", "0180")
    target = CoverageTarget(country="DK", level="municipality", regions=[CoverageRegion(code="151", name="Ballerup")])
    found = coverage(target, [Where(1, "DK", "0151", "BALLERUP")], on=date(2026, 1, 1), book=shipped())
    assert (found.covered, found.nowhere) == (1, 0)


def test_the_page_shows_what_is_missing_and_takes_a_file(
    core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with core_app.app_context():
        unit = world.unit(modules=["coverage"])
        email, other = world.staff(Role.ADMINISTRATOR, unit=unit).email, world.staff(Role.MANAGER, unit=unit).email
    client = core_app.test_client()
    sign_in(client, email)
    page = client.get("/coverage/codes").text
    assert page.count("With the product") == 2
    assert page.count("Missing") == 2
    form = {"country": "NO", "valid_from": "2020-01-01"}
    assert client.post("/coverage/codes", data=form).status_code == 422
    sent = client.post("/coverage/codes", data={**form, "file": (io.BytesIO(NEW), "codes.csv")})
    assert sent.status_code == 303
    page = client.get("/coverage/codes").text
    assert "From a file" in page
    assert "New: 2." in page
    assert "All municipalities: Norway" in client.get("/coverage/new").text
    manager = core_app.test_client()
    sign_in(manager, other)
    assert manager.get("/coverage/codes").status_code == 403
