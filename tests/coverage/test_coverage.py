"""Coverage of regions: the seed's own numbers, the register, and the pages."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.actors import Actor, Role
from crm.coverage.models import CoverageTarget
from crm.coverage.queries import coverage_of, targets_for
from crm.coverage.regions import shipped
from crm.coverage.services import TargetFields, add_target, change_target
from crm.db import current_session, transaction
from crm.employers.models import Contact, Workplace
from crm.errors import DomainError, EditConflict, NotAllowed
from tests.world import World

VARMLAND = [
    "1715", "1730", "1737", "1760", "1761", "1762", "1763", "1764", "1765", "1766", "1780", "1781", "1782", "1783",
    "1784", "1785",
]  # fmt: skip
"""Kil, Eda, Torsby, Storfors, Hammarö, Munkfors, Forshaga, Grums, Årjäng, Sunne, Karlstad, Kristinehamn, Filipstad,
Hagfors, Arvika and Säffle."""


@pytest.fixture
def unit(core_app: Flask, world: World) -> Iterator[Unit]:
    with core_app.app_context():
        yield world.unit("Karlstad", modules=["coverage"])


def _target(manager: Actor, codes: list[str], **values: Any) -> CoverageTarget:
    given = {
        "name": "Everywhere", "unit_id": manager.unit_id, "counted": "placement", "country": "SE",
        "level": "municipality", "starts_on": date(2026, 1, 1), "deadline": date(2026, 12, 31), **values,
    }  # fmt: skip
    with transaction():
        return add_target(manager, given=TargetFields(**given), codes=codes)  # type: ignore[arg-type]


def _placed(world: World, unit: Unit, starts_on: date = date(2026, 3, 1), **employer: Any) -> Any:
    person = world.participant(unit)
    enrolment = world.enrolment(person, world.programme(unit))
    return world.placement(enrolment, world.employer(**employer), starts_on=starts_on)


def test_one_county_of_nineteen_is_not_reached_at_the_deadline(unit: Unit, world: World) -> None:
    """A post in every county within three years; one was found, in Nordland."""
    manager = world.actor(world.staff(Role.MANAGER, unit=unit))
    counties = [each.code for each in shipped().of("NO", "county", on=date(2010, 1, 1))]
    target = _target(
        manager, counties, country="NO", level="county", starts_on=date(2010, 1, 1), deadline=date(2012, 12, 31)
    )
    _placed(world, unit, date(2010, 5, 1), country="NO", municipality_code="1804")
    found = coverage_of(target, on=date(2012, 12, 31))
    assert (found.covered, found.total, found.state) == (1, 19, "not_reached")
    assert round(100 * (found.share or 0), 1) == 5.3
    assert "Hedmark" in [each.name for each in found.uncovered]
    assert len(found.uncovered) == 18
    assert coverage_of(target, on=date(2012, 12, 30)).state == "under_way"


def test_the_list_that_is_shipped_has_the_sixteen_municipalities_of_the_county() -> None:
    shipped_codes = [each.code for each in shipped().of("SE", "municipality", on=date(2026, 1, 1), parent="17")]
    assert sorted(shipped_codes) == VARMLAND


def test_all_of_varmland_and_one_missing(unit: Unit, world: World) -> None:
    """16 of 16; without one of them 15 of 16 = 93.75 %."""
    manager = world.actor(world.staff(Role.MANAGER, unit=unit))
    target = _target(manager, VARMLAND)
    for code in VARMLAND[:-1]:
        _placed(world, unit, municipality_code=code)
    found = coverage_of(target, on=date(2026, 6, 1))
    assert (found.covered, found.total, found.share, found.state) == (15, 16, 0.9375, "under_way")
    assert [each.name for each in found.uncovered] == ["Säffle"]
    _placed(world, unit, municipality="Säffle kommun")
    whole = coverage_of(target, on=date(2026, 6, 1))
    assert (whole.covered, whole.state, whole.uncovered) == (16, "reached", [])


def test_each_kind_of_target_counts_its_own_rows(unit: Unit, world: World) -> None:
    staff = world.staff(Role.MANAGER, unit=unit)
    manager = world.actor(staff)
    placement = _placed(world, unit, municipality_code="1780")
    world.save(Workplace(employer_id=placement.employer_id, name="Kil shop", municipality_code="1715"))
    _placed(world, world.unit(), municipality_code="1781")
    visited = world.employer(municipality_code="1784")
    for outcome, employer in (("interested", visited), ("no_answer", world.employer(municipality_code="1785"))):
        world.save(
            Contact(
                employer_id=employer.id, unit_id=unit.id, staff_id=staff.id, channel="visit", outcome=outcome,
                on_date=date(2026, 2, 1), created_at=clock.now(),
            )
        )  # fmt: skip
    covered = {}
    for counted in ("placement", "contact", "participants", "agreement"):
        found = coverage_of(_target(manager, VARMLAND, counted=counted), on=date(2026, 6, 1))
        covered[counted] = [row.region.code for row in found.rows if row.count]
    assert covered == {"placement": ["1780"], "contact": ["1784"], "participants": ["1780"], "agreement": []}


def test_what_lies_elsewhere_or_nowhere_is_said(unit: Unit, world: World) -> None:
    manager = world.actor(world.staff(Role.MANAGER, unit=unit))
    target = _target(manager, VARMLAND)
    _placed(world, unit, municipality_code="0180")
    _placed(world, unit)
    _placed(world, unit, country="NO", municipality_code="1715")
    found = coverage_of(target, on=date(2026, 6, 1))
    assert (found.covered, found.nowhere) == (0, 3)


def test_only_placements_of_the_programme_count(unit: Unit, world: World) -> None:
    manager = world.actor(world.staff(Role.MANAGER, unit=unit))
    placement = _placed(world, unit, municipality_code="1780")
    of_it = _target(manager, VARMLAND, programme_id=placement.enrolment.programme_id)
    of_another = _target(manager, VARMLAND, programme_id=world.programme(unit).id)
    assert coverage_of(of_it, on=date(2026, 6, 1)).covered == 1
    assert coverage_of(of_another, on=date(2026, 6, 1)).covered == 0


def test_the_register_is_whole_where_it_says_so() -> None:
    today = date(2026, 11, 22)
    swedish = Counter(each.parent for each in shipped().of("SE", "municipality", on=today))
    assert swedish == {
        "01": 26, "03": 8, "04": 9, "05": 13, "06": 13, "07": 8, "08": 12, "09": 1, "10": 5, "12": 33, "13": 6,
        "14": 49, "17": 16, "18": 12, "19": 10, "20": 15, "21": 10, "22": 7, "23": 8, "24": 15, "25": 14,
    }  # fmt: skip
    assert sum(swedish.values()) == 290
    assert all(each.code[:2] == each.parent for each in shipped().of("SE", "municipality", on=today))
    assert [len(shipped().of("NO", "county", on=date(year, 1, 1))) for year in (2010, 2018, 2020, 2024)] == [
        19, 18, 11, 15,
    ]  # fmt: skip
    assert Counter(each.parent for each in shipped().of("DK", "municipality", on=today)) == {
        "1084": 29, "1085": 17, "1083": 22, "1082": 19, "1081": 11,
    }  # fmt: skip
    assert (len(shipped().of("SE", "county", on=today)), len(shipped().of("FI", "county", on=today))) == (21, 19)
    keys = [(each.country, each.level, each.code) for each in shipped().regions]
    assert len(keys) == len(set(keys))


def test_places_are_found_by_name_and_by_code() -> None:
    book = shipped()
    assert (book.code_by_name("SE", "OSBY"), book.code_by_name("SE", "Arjang")) == ("1273", "1765")
    assert book.code_by_name("SE", "Nowhere") is None
    assert (book.county_of("NO", "1804"), book.county_of("DK", "751"), book.county_of("SE", "17")) == (
        "18", "1082", None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "codes", "wrong"),
    [
        ({"name": " "}, VARMLAND, "name"),
        ({"counted": "logos"}, VARMLAND, "counted"),
        ({"country": "US"}, VARMLAND, "area"),
        ({"deadline": date(2025, 1, 1)}, VARMLAND, "deadline"),
        ({}, [], "codes"),
        ({}, ["9999"], "codes"),
        ({"unit_id": 999}, VARMLAND, "unit_id"),
        ({"programme_id": 999}, VARMLAND, "programme_id"),
    ],
)
def test_what_breaks_a_rule_is_named_by_its_field(
    unit: Unit, world: World, values: dict[str, Any], codes: list[str], wrong: str
) -> None:
    manager = world.actor(world.staff(Role.MANAGER, unit=unit))
    with pytest.raises(DomainError) as refused:
        _target(manager, codes, **values)
    assert refused.value.field == wrong


def test_regions_are_left_out_and_old_pages_are_a_conflict(unit: Unit, world: World) -> None:
    manager = world.actor(world.staff(Role.MANAGER, unit=unit))
    target = _target(manager, VARMLAND)
    given = TargetFields(
        name="Without Karlstad", unit_id=unit.id, counted="contact", country="SE", level="municipality",
        starts_on=date(2026, 1, 1), deadline=date(2026, 12, 31),
    )  # fmt: skip
    without = [code for code in VARMLAND if code != "1780"]
    with transaction():
        change_target(manager, target_id=target.id, version=1, given=given, codes=without)
    assert [each.code for each in target.regions] == without
    with pytest.raises(EditConflict), transaction():
        change_target(manager, target_id=target.id, version=1, given=given, codes=VARMLAND)


def test_coordinators_see_targets_and_set_none(unit: Unit, world: World) -> None:
    manager = world.actor(world.staff(Role.MANAGER, unit=unit))
    coordinator, stranger = world.actor(world.staff(unit=unit)), world.actor(world.staff())
    target = _target(manager, VARMLAND)
    assert targets_for(coordinator) == [target]
    assert targets_for(stranger) == []
    with pytest.raises(NotAllowed):
        _target(coordinator, VARMLAND)


def test_the_pages_set_change_show_and_print_a_target(
    core_app: Flask, world: World, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with core_app.app_context():
        here = world.unit("Karlstad", modules=["coverage"])
        manager, unit_id = world.staff(Role.MANAGER, unit=here).email, here.id
        _placed(world, here, municipality_code="1780")
        off = world.staff(Role.MANAGER).email
    client = core_app.test_client()
    with clock.travelling(datetime(2026, 11, 22, 10, tzinfo=UTC)):
        sign_in(client, manager)
        assert "No targets yet" in client.get("/coverage").text
        assert "All municipalities of Värmland" in client.get("/coverage/new").text
        form = {
            "name": "Whole county", "counted": "placement", "area": "SE:municipality:17", "unit_id": str(unit_id),
            "starts_on": "2026-01-01", "deadline": "2026-12-31",
        }  # fmt: skip
        assert client.post("/coverage/new", data={**form, "area": ""}).status_code == 422
        made = client.post("/coverage/new", data=form)
        assert made.status_code == 303
        address = made.location
        page = client.get(address).text
        assert "1 of 16 = 6.3" in page
        assert "Arvika" in page
        assert "1 of 16 = 6.3" in client.get(f"{address}/print").text
        assert "1780;Karlstad;1;Yes" in client.get(f"{address}/export.csv").get_data(as_text=True)
        assert client.get(f"{address}/export.xlsx").data.startswith(b"PK")
        edit = client.get(f"{address}/edit").text
        assert edit.count('name="codes"') == 290
        assert edit.index('value="1780"') < edit.index('value="0114"'), "those of the target come first"
        changed = {**form, "area": "SE:municipality:", "version": "1", "codes": ["1780", "1715"]}
        assert client.post(f"{address}/edit", data=changed).status_code == 303
        assert client.post(f"{address}/edit", data=changed).status_code == 422
        assert "1 of 2 = 50.0" in client.get("/coverage").text
        assert client.post(f"{address}/archive").status_code == 303
        assert "Whole county" in client.get("/coverage?show=archived").text
        assert client.post(f"{address}/restore").status_code == 303
        elsewhere = core_app.test_client()
        sign_in(elsewhere, off)
        assert elsewhere.get("/coverage").status_code == 404
    with core_app.app_context():
        assert current_session().scalars(select(CoverageTarget)).one().archived_at is None
