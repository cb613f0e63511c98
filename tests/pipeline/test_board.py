"""The board and its table: counts, filters, what it costs, moving without scripts."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm import clock
from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.models import Employer, EmployerKind, EmployerRelationship, Stage
from crm.pipeline.queries import CARDS
from crm.samples.rows import insert_rows
from tests.employers.conftest import Desk, counted
from tests.world import World

FIVE = [stage.value for stage in Stage]


def fill(desk: Desk, count: int, **values: object) -> None:
    """Many relationships, spread evenly over the five stages."""
    now = clock.now()
    with transaction():
        employers = insert_rows(
            Employer,
            [
                {"name": f"Employer {number:04}", "sort_name": f"employer {number:04}", "created_at": now} | values
                for number in range(count)
            ],
        )
        insert_rows(
            EmployerRelationship,
            [
                {
                    "employer_id": employer_id, "unit_id": desk.unit_id, "owner_id": desk.staff_id,
                    "stage": FIVE[number % 5], "stage_since": now - timedelta(days=number % 90), "created_at": now,
                }
                for number, employer_id in enumerate(employers)
            ],
        )  # fmt: skip


def counts(page: str) -> list[str]:
    return re.findall(r'class="kb-n">([\d,]+)<', page)


def names(page: str) -> list[str]:
    return re.findall(r'class="kb-card" tabindex="-1" data-name="([^"]*)"', page)


def test_a_board_of_two_thousand_cards_takes_ten_statements_and_shows_few_cards(app: Flask, desk: Desk) -> None:
    with app.app_context():
        fill(desk, 2000)
    desk.client.get("/pipeline")
    with counted(app) as statements:
        page = desk.client.get("/pipeline")
    assert page.status_code == 200
    assert counts(page.text) == ["400"] * 5
    assert len(names(page.text)) == 5 * CARDS
    assert CARDS <= 30
    assert len(statements) <= 10, "\n".join(each[:200] for each in statements)
    assert len(page.data) < 250_000


def test_show_more_leads_to_the_next_cards_of_one_stage(app: Flask, desk: Desk) -> None:
    with app.app_context():
        fill(desk, 5 * CARDS + 10)
    first = desk.client.get("/pipeline").text
    link = re.search(r'href="([^"]*only=contact[^"]*)">Show more of In contact \(2\)', first)
    assert link
    more = desk.client.get(link[1].replace("&amp;", "&")).text
    assert len(names(more)) == 2
    assert not set(names(more)) & set(names(first))


def test_the_filters_of_the_address_narrow_board_and_table(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        unit = current_session().get(type(world.unit()), desk.unit_id)
        other = world.staff(unit=unit, name="Johan Ek")
        world.relationship(world.employer("Fika AB", municipality="Umeå"), unit, other)
        world.relationship(world.employer("Kommunen", municipality="Vännäs", kind=EmployerKind.PUBLIC), unit, None)
        other_id = other.id
    for query, found in (
        (f"owner={other_id}", ["Fika AB"]),
        ("owner=none", ["Kommunen"]),
        ("owner=mine", []),
        ("municipality=vännäs", ["Kommunen"]),
        ("kind=public", ["Kommunen"]),
        ("owner=nonsense&kind=nothing", ["Fika AB", "Kommunen"]),
    ):
        assert sorted(names(desk.client.get(f"/pipeline?{query}").text)) == found, query
        table = desk.client.get(f"/pipeline?view=table&{query}").text
        assert [name for name in ("Fika AB", "Kommunen") if f">{name}</a>" in table] == found, query


def test_partners_stand_on_a_board_of_their_own_with_counts_for_each_stage(
    app: Flask, world: World, desk: Desk
) -> None:
    """The partner pipeline is the same as the employer pipeline."""
    with app.app_context():
        fill(desk, 12, kind=EmployerKind.PARTNER_AUTHORITY)
        unit = current_session().get(type(world.unit()), desk.unit_id)
        world.relationship(world.employer("No partner AB"), unit)
    page = desk.client.get("/pipeline?kind=partner_authority").text
    assert counts(page) == ["3", "3", "2", "2", "2"]
    assert "No partner AB" not in page


def test_a_card_is_moved_without_scripts_and_undone_with_one_click(app: Flask, desk: Desk) -> None:
    with app.app_context():
        fill(desk, 1)
    page = desk.client.get("/pipeline?owner=mine").text
    action, version, back = re.search(
        r'action="([^"]*/stage)" class="kb-move">.*?name="version" value="(\d+)".*?name="next" value="([^"]*)"', page
    ).groups()
    data = {"version": version, "stage": "contact", "next": back}
    answer = desk.client.post(action, data=data)
    assert answer.location.startswith("/pipeline?owner=mine#card-")
    page = desk.client.get(answer.location).text
    assert counts(page) == ["0", "1", "0", "0", "0"]
    undo = re.search(r'action="([^"]*/stage/undo)" class="inline-form">(.*?)</form>', page)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', undo[2]))
    page = desk.client.post(undo[1], data=fields, follow_redirects=True).text
    assert counts(page) == ["1", "0", "0", "0", "0"]


def test_a_card_says_who_when_what_next_and_what_to_be_careful_of(app: Flask, world: World, desk: Desk) -> None:
    from crm.tasks.services import add_task

    with app.app_context():
        unit = current_session().get(type(world.unit()), desk.unit_id)
        employer = world.employer("Fika AB", do_not_contact=True, warning="Ask for Eva", municipality="Umeå")
        owner = current_session().get(type(world.staff()), desk.staff_id)
        world.relationship(employer, unit, owner, last_contact_at=datetime(2026, 3, 2, 11, tzinfo=UTC))
        with transaction():
            add_task(
                desk.actor, title={"": "Ring igen"}, due_on=clock.today() - timedelta(days=3), unit_id=desk.unit_id,
                owner_id=desk.staff_id, employer_id=employer.id,
            )  # fmt: skip
    for address in ("/pipeline", "/pipeline?view=table"):
        page = desk.client.get(address).text
        for words in ("Maria Lindqvist", "2 Mar 2026", "Ring igen", "Overdue", "Do not contact", "Warning"):
            assert words in page, (address, words)


def test_a_task_about_a_participant_is_not_on_the_board(app: Flask, world: World, desk: Desk) -> None:
    from crm.tasks.services import add_task

    with app.app_context():
        unit = current_session().get(type(world.unit()), desk.unit_id)
        employer = world.employer("Fika AB")
        world.relationship(employer, unit)
        person = world.participant(unit=unit)
        with transaction():
            add_task(
                desk.actor, title={"": "Samtal med Åsa"}, due_on=clock.today(), unit_id=desk.unit_id,
                owner_id=desk.staff_id, employer_id=employer.id, participant_id=person.id,
            )  # fmt: skip
    assert "Samtal med Åsa" not in desk.client.get("/pipeline").text


def test_relationships_of_other_units_are_not_on_the_board(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        world.relationship(world.employer("Somewhere else AB"), world.unit("Other"))
    for address in ("/pipeline", "/pipeline?view=table", "/pipeline/stalled"):
        assert "Somewhere else AB" not in desk.client.get(address).text


@pytest.mark.parametrize("query", ["only=nothing", "page=999", "only=new&page=99", "unit=77", "view=table&sort=-no"])
def test_an_address_of_nothing_still_opens(app: Flask, desk: Desk, query: str) -> None:
    with app.app_context():
        fill(desk, 3)
    assert desk.client.get(f"/pipeline?{query}").status_code == 200


def test_an_employer_that_works_with_two_units_is_counted_once_beside_the_cards(
    app: Flask, world: World, client: FlaskClient, sign_in: Callable[[FlaskClient, str], None]
) -> None:
    with app.app_context():
        above = world.unit("Länet")
        first, second = world.unit("Umeå", parent_id=above.id), world.unit("Vännäs", parent_id=above.id)
        world.staff(Role.MANAGER, unit=above, email="chef@example.org")
        owners = {unit: world.staff(Role.COORDINATOR, unit=unit) for unit in (first, second)}
        both = world.employer("Båda AB")
        for unit, owner in owners.items():
            world.relationship(both, unit, owner)
        world.relationship(world.employer("En AB"), first, owners[first])
    sign_in(client, "chef@example.org")
    for address in ("/pipeline", "/pipeline?view=table", "/pipeline?only=new"):
        assert "3 (2 employers)" in client.get(address).text, address
    assert "(1 employer)" not in client.get("/pipeline?q=En").text


def test_what_is_moved_by_a_service_stands_on_top(app: Flask, desk: Desk) -> None:
    with app.app_context():
        fill(desk, 20)
        row = current_session().query(EmployerRelationship).filter_by(stage="new").order_by("id").first()
        with transaction():
            services.change_stage(desk.actor, relationship_id=row.id, stage="resting")
        name = current_session().get(Employer, row.employer_id).name
    assert names(desk.client.get("/pipeline?only=resting").text)[0] == name
