"""Talks, press, conferences and testimonials among the measures, and what a manager is told."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.accounts.models import Unit
from crm.cooperation.models import Appearance
from crm.db import current_session, transaction
from crm.measures import heard_rows, services
from crm.measures.lines import Line, figure_lines
from crm.measures.rows import Rows, Wanted, rows_of
from crm.partnerships import models as partnerships
from crm.reports.filters import read_filters
from tests.measures.conftest import TODAY, contact, found
from tests.participants.conftest import Here
from tests.world import World

MONDAY = date(2026, 11, 9)
Browser = Callable[[str], FlaskClient]


def _switch_on(unit_id: int, *modules: str) -> None:
    with transaction() as session:
        session.get_one(Unit, unit_id).modules = list(modules)


def _appearance(world: World, unit_id: int, kind: str, **values: Any) -> Appearance:
    row: Appearance = world.save(
        Appearance(
            **{"unit_id": unit_id, "kind": kind, "on_date": date(2026, 5, 1), "title": f"A {kind}",
               "created_at": clock.now(), **values}
        )
    )  # fmt: skip
    return row


def _year_of_the_study(world: World, here: Here) -> None:
    """Five articles, talks in three municipalities that asked for them, and one conference; others do not count."""
    for number in range(5):
        _appearance(world, here.unit_id, "press", reach=1000 * number or None)
    for town in ("Karlskoga", "Degerfors", "Laxå"):
        _appearance(world, here.unit_id, "talk", municipality=town, by_request=True, reach=30)
    _appearance(world, here.unit_id, "conference")
    _appearance(world, here.unit_id, "talk", on_date=date(2024, 5, 1))
    _appearance(world, here.unit_id, "talk", removed_at=clock.now())
    _appearance(world, world.unit("Far away", modules=["talks"]).id, "talk")


def _testimonials(world: World, here: Here) -> None:
    employer = world.employer("ICA Supermarket")
    for day, shown in ((date(2026, 5, 1), True), (date(2026, 6, 1), False), (date(2024, 6, 1), True)):
        world.save(
            partnerships.Testimonial(
                employer_id=employer.id, unit_id=here.unit_id, said_by="The owner", said_on=day, text="Good",
                may_publish=shown, consent_on=day if shown else None, created_at=clock.now(),
            )
        )  # fmt: skip


def _lines(core: Flask, here: Here) -> dict[str, Line]:
    with core.test_request_context():
        filters = read_filters(here.manager, {})
        return {line.name: line for line in figure_lines(found(here.manager), filters)}


def _rows(core: Flask, here: Here, measure: str, stage: str = "") -> Rows:
    with core.test_request_context():
        made = rows_of(heard_rows.MAKERS, measure, read_filters(here.manager, {}), Wanted(stage=stage))
    assert made is not None
    return made


def test_talks_articles_and_conferences_are_counted_by_period_and_have_their_rows(
    core: Flask, here: Here, world: World
) -> None:
    _switch_on(here.unit_id, "talks")
    _year_of_the_study(world, here)
    lines = _lines(core, here)
    assert [lines[name].value for name in ("Talks", "Articles and interviews", "Conferences")] == ["3", "5", "1"]
    assert lines["Talks"].basis == "3 because somebody asked for it"
    assert (lines["Municipalities"].value, lines["Municipalities"].basis) == ("3", "3 of them asked for it")
    assert (lines["People reached"].number, lines["People reached"].basis) == (10_090, "2 are not known")
    for kind, count in (("talk", 3), ("press", 5), ("conference", 1), ("", 9)):
        assert _rows(core, here, "appearances", kind).total == count


def test_testimonials_of_the_period_are_counted_and_have_their_rows(core: Flask, here: Here, world: World) -> None:
    _switch_on(here.unit_id, "partnerships")
    _testimonials(world, here)
    line, behind = _lines(core, here)["Testimonials of the period"], _rows(core, here, "testimonials")
    assert (line.value, line.basis, line.rows) == ("2", "1 may be shown to others", "testimonials")
    assert (behind.total, [list(row.cells[2:]) for row in behind.rows]) == (2, [["No"], ["Yes"]])


def test_where_their_module_is_off_nothing_is_said_of_them(core: Flask, here: Here, world: World) -> None:
    _year_of_the_study(world, here)
    _testimonials(world, here)
    assert not {"Talks", "Conferences", "Testimonials of the period"} & _lines(core, here).keys()
    assert _rows(core, here, "appearances").total == 0
    assert _rows(core, here, "testimonials").total == 0


def test_their_rows_open_from_the_page(core_app: Flask, there: Here, world: World, browser: Browser) -> None:
    with core_app.app_context():
        _switch_on(there.unit_id, "talks", "partnerships")
        _year_of_the_study(world, there)
        _testimonials(world, there)
    client = browser("manager")
    page = client.get("/measures").text
    for address in ("/measures/rows/appearances?stage=press", "/measures/rows/testimonials"):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200
    assert "A press" in client.get("/measures/rows/appearances?stage=press").text
    assert "A talk" not in client.get("/measures/rows/appearances?stage=press").text


def test_a_manager_is_told_where_a_units_figures_are_those_of_one_person(core: Flask, here: Here, world: World) -> None:
    contact(world, here, MONDAY)
    unit = current_session().get_one(Unit, here.unit_id)
    assert found(here.manager).alone == [unit.name]
    assert found(here.coordinator).alone == []
    contact(world, here, MONDAY, staff_id=world.staff(unit=unit).id)
    assert found(here.manager).alone == []


def test_where_staff_agreed_nothing_needs_to_be_told(core: Flask, here: Here, world: World) -> None:
    contact(world, here, MONDAY)
    with transaction():
        current_session().get_one(Unit, here.unit_id).coordinator_figures_agreed = "On"
        services.record_staff_agreement(here.manager, unit_id=here.unit_id, agreed_on=TODAY, agreed_with="All")
    assert found(here.manager).alone == []
