"""A placement at a chapter rolls up to its organisation (an association hosts work training in its county chapters)."""

from collections.abc import Callable
from datetime import date

from flask import Flask
from sqlalchemy import select

from crm.db import current_session
from crm.employers.models import Employer, EmployerKind
from crm.placements.rollup import placements_below
from tests.registers.conftest import Desk
from tests.world import World

DeskOf = Callable[[str, str], Desk]


def test_a_placement_at_a_chapter_counts_on_the_page_of_the_organisation(
    app: Flask, desk_of: DeskOf, world: World
) -> None:
    desk = desk_of("Bodo", "NO")
    with app.app_context():
        leve = world.employer("LEVE", country="NO", kind="non_profit")
        nordland = world.employer("LEVE Nordland", country="NO", kind="non_profit", parent_id=leve.id)
        salten = world.employer("LEVE Salten", country="NO", kind="non_profit", parent_id=nordland.id)
        person = world.participant(unit=world.unit("Elsewhere"))
        enrolment = world.enrolment(person, world.programme())
        world.placement(enrolment, nordland, ends_on=date(2026, 4, 1))
        world.placement(enrolment, nordland, ends_on=date(2026, 5, 1))
        world.placement(enrolment, salten, ends_on=None)
        world.placement(enrolment, leve)
        found = [(part.name, part.total, part.running) for part in placements_below(leve.id)]
        assert found == [("LEVE Nordland", 2, 0), ("LEVE Salten", 1, 1)]
        assert placements_below(salten.id) == []
        address = f"/employers/{leve.public_id}"
        secret = person.last_name
    page = desk.client.get(f"{address}/details").text
    assert "Placements at its parts" in page
    assert "3 placements" in page
    assert secret not in page


def test_a_chapter_is_entered_under_its_organisation_with_a_volunteer_as_contact_person(
    app: Flask, desk_of: DeskOf
) -> None:
    """Both are non-profit organisations; whom to call is an officer whom the members elected, and no manager."""
    desk = desk_of("Bodo", "NO")
    given = {"country": "NO", "kind": "non_profit"}
    assert desk.client.post("/employers/new", data={**given, "name": "LEVE"}).status_code == 303
    chapter = desk.client.post("/employers/new", data={**given, "name": "Landsforeningen i Nordland", "parent": "LEVE"})
    address = chapter.location.split("?")[0]
    officer = {"name": "Kari Nordmann", "title": "Tillitsvalgt", "phone": "+47 22 22 55 55"}
    assert desk.client.post(f"{address}/people/new", data=officer).status_code == 303
    page = desk.client.get(address).text + desk.client.get(f"{address}/details").text
    for text in ("Non-profit organisation", "Kari Nordmann", "Tillitsvalgt", ">LEVE<"):
        assert text in page, text
    with app.app_context():
        row = current_session().scalars(select(Employer).where(Employer.parent_id.is_not(None))).one()
        assert row.parent_id is not None
        assert (row.kind, current_session().get_one(Employer, row.parent_id).name) == (EmployerKind.NON_PROFIT, "LEVE")
    found = desk.client.get("/employers?owner=all&kind=non_profit").text
    assert "Landsforeningen i Nordland" in found
    assert "Landsforeningen i Nordland" not in desk.client.get("/employers?owner=all&kind=public").text


def test_organisations_that_stand_under_each_other_by_mistake_are_counted_once(app: Flask, world: World) -> None:
    with app.app_context():
        one = world.employer("One")
        other = world.employer("Other", parent_id=one.id)
        one.parent_id = other.id
        world.save(one)
        enrolment = world.enrolment(world.participant(), world.programme())
        world.placement(enrolment, other)
        assert [part.total for part in placements_below(one.id)] == [1]
