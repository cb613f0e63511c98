"""The share of workplaces that cooperate is that of the unit's own area, where it has targets for coverage."""

from dataclasses import replace
from datetime import date

from flask import Flask

from crm import clock
from crm.accounts.models import Unit
from crm.coverage.models import CoverageRegion, CoverageTarget
from crm.db import current_session, transaction
from crm.measures import services
from crm.measures.formulas import Share
from crm.measures.lines import figure_lines
from crm.measures.services import WorkplaceFields
from crm.reports.filters import read_filters
from tests.measures.conftest import contact, found
from tests.measures.test_rows_add_up import rows
from tests.participants.conftest import Here
from tests.world import World

KARLSTAD, KIL, OSBY = ("1780", "Karlstad"), ("1715", "Kil"), ("1273", "Osby")


def target(world: World, unit_id: int, *regions: tuple[str, str], **values: object) -> CoverageTarget:
    given = {"level": "municipality", "starts_on": date(2026, 1, 1), "deadline": date(2026, 12, 31), **values}
    row: CoverageTarget = world.save(
        CoverageTarget(unit_id=unit_id, name="Area", counted="placement", country="SE", created_at=clock.now(),
                       regions=[CoverageRegion(code=code, name=name) for code, name in regions], **given)
    )  # fmt: skip
    return row


def workplaces(world: World, here: Here) -> None:
    """100 in Karlstad, 50 in Osby, none entered for Kil; one employer of ours in each, two in Karlstad."""
    enrolment = world.enrolment(world.participant(current_session().get_one(Unit, here.unit_id)), world.programme())
    for code, _name in (KARLSTAD, KARLSTAD, KIL, OSBY):
        world.placement(enrolment, world.employer(municipality_code=code), starts_on=date(2026, 5, 1))
    with transaction():
        for (code, name), count in ((KARLSTAD, 100), (OSBY, 50)):
            services.set_workplaces(here.manager, fields=WorkplaceFields(code, name, 2025, count))


def test_without_targets_everything_entered_is_the_area(core: Flask, here: Here, world: World) -> None:
    workplaces(world, here)
    seen = found(here.manager).penetration
    assert (seen.share, seen.unknown, seen.outside, tuple(seen.area)) == (Share(3, 150), 1, 0, ())


def test_a_unit_s_own_municipalities_are_its_area(core: Flask, here: Here, world: World) -> None:
    workplaces(world, here)
    target(world, here.unit_id, KARLSTAD, KIL)
    seen = found(here.manager).penetration
    assert (seen.share, seen.unknown, seen.outside, tuple(seen.area)) == (Share(2, 100), 1, 1, ("Karlstad", "Kil"))
    behind = rows(core, here.manager, "cooperation")
    assert (behind.sum, behind.total) == (Share(2, 100), 4)
    assert [row.cells[-1][:22] for row in behind.rows] == [
        "Yes",
        "Yes",
        "No, the number of work",
        "No, it is outside the ",
    ]


def test_a_county_is_an_area_too(core: Flask, here: Here, world: World) -> None:
    workplaces(world, here)
    target(world, here.unit_id, ("17", "Värmland"), level="county")
    assert found(here.manager).penetration.share == Share(2, 100)


def test_targets_that_are_over_or_put_away_set_no_area(core: Flask, here: Here, world: World) -> None:
    workplaces(world, here)
    target(world, here.unit_id, OSBY, starts_on=date(2020, 1, 1), deadline=date(2020, 12, 31))
    target(world, here.unit_id, OSBY, archived_at=clock.now())
    assert found(here.manager).penetration.share == Share(3, 150)


def test_units_above_and_below_share_their_areas(core: Flask, here: Here, world: World) -> None:
    """Karlstad's and Osby's teams together are the office's area; a team without its own has the office's."""
    workplaces(world, here)
    office = world.unit("Office")
    teams = [world.unit(name, parent_id=office.id) for name in ("North", "South")]
    manager = replace(here.manager, unit_ids=frozenset({office.id, *(team.id for team in teams)}))
    target(world, teams[0].id, KARLSTAD)
    assert found(manager).penetration.area == ()
    target(world, teams[1].id, OSBY)
    assert found(manager).penetration.area == ("Karlstad", "Osby")
    assert found(manager, unit=teams[1].public_id).penetration.share.base == 50
    third = world.unit("Third", parent_id=teams[0].id)
    alone = replace(here.manager, unit_id=third.id, unit_ids=frozenset({third.id}))
    assert found(alone).penetration.area == ("Karlstad",)


def test_the_page_says_which_area_and_what_it_leaves_out(core: Flask, here: Here, world: World) -> None:
    """Attempts stand beside the contacts, so that the page of follow-up can be compared."""
    workplaces(world, here)
    target(world, here.unit_id, KARLSTAD, KIL)
    for outcome in ("interested", "no_answer", "wrong_person"):
        contact(world, here, date(2026, 11, 9), outcome=outcome)
    filters = read_filters(here.manager, {})
    with core.test_request_context():
        lines = {line.name: line.basis for line in figure_lines(found(here.manager), filters)}
    area = lines["Workplaces of the area that cooperate"]
    assert area.startswith("2 of 100 · area: Karlstad, Kil · one more in a municipality")
    assert area.endswith("one more outside the area")
    assert lines["Employers spoken with"] == "1 contact and 2 attempts at which nobody was reached"
