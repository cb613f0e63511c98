"""Saved views, columns, files of exactly what is shown, and the same for many employers at once."""

import io
import re
from datetime import date, timedelta

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from crm import clock
from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.models import EmployerRelationship
from crm.employers.saved_views import remove_view, save_view, views_for
from crm.employers.services.bulk import MOST, BulkWish, do_bulk, plan_bulk, undo_bulk
from crm.employers.services.stage_plans import choose_stages
from crm.employers.view_models import SavedView
from crm.errors import DomainError, NotAllowed
from crm.tasks.models import Task
from tests.employers.conftest import Desk
from tests.world import World


def owned(world: World, desk: Desk, *names: str) -> list[int]:
    """Employers that the coordinator is responsible for."""
    ids = [world.employer(name).id for name in names]
    for employer_id in ids:
        with transaction():
            services.take_relationship(
                desk.actor, employer_id=employer_id, unit_id=desk.unit_id, owner_id=desk.staff_id
            )
    return ids


def colleague(world: World, desk: Desk, *roles: Role) -> int:
    unit = current_session().get(type(world.unit()), desk.unit_id)
    return int(world.staff(*roles, unit=unit, name="Johan Ek").id)


def owners() -> set[int | None]:
    return set(current_session().scalars(select(EmployerRelationship.owner_id)))


def test_a_view_keeps_filters_order_and_columns_and_opens_with_them(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        owned(world, desk, "Mine AB")
        world.employer("Others AB")
    query = "owner=mine&sort=-name&c=phone&c=owner"
    answer = desk.client.post("/lists/employers/views", data={"name": "Mina", "query": query, "as_default": "y"})
    assert answer.location.startswith(f"/employers?{query}&view=")
    opened = desk.client.get("/employers")
    assert opened.status_code == 302
    page = desk.client.get(opened.location).text
    assert "Mine AB" in page
    assert "Others AB" not in page
    headings = re.findall(r'<th scope="col">([A-Z][^<]*)</th>', page)
    assert headings == ["Responsible", "Phone"]
    desk.client.post("/lists/employers/views/no-default")
    assert desk.client.get("/employers").status_code == 200


def test_a_private_view_is_nobody_else_s_and_a_shared_one_the_unit_s(app: Flask, world: World, desk: Desk) -> None:
    with app.test_request_context():
        unit = current_session().get(type(world.unit()), desk.unit_id)
        other = world.actor(world.staff(unit=unit))
        stranger = world.actor(world.staff())
        with transaction():
            save_view(desk.actor, name="Private", query="owner=mine")
            shared = save_view(desk.actor, name="Shared", query="owner=unit", shared=True).id
        assert [view.name for view in views_for(desk.actor)] == ["Private", "Shared"]
        assert [view.name for view in views_for(other)] == ["Shared"]
        assert views_for(stranger) == []
        with pytest.raises(NotAllowed), transaction():
            remove_view(other, view_id=shared)
        with transaction():
            remove_view(desk.actor, view_id=shared)
        assert views_for(other) == []


def test_the_same_name_is_written_over(app: Flask, desk: Desk) -> None:
    with app.app_context():
        for query in ("owner=mine", "owner=unit"):
            with transaction():
                save_view(desk.actor, name="Mina", query=query)
        assert [view.query for view in current_session().scalars(select(SavedView))] == ["owner=unit"]


def test_a_view_keeps_nothing_else_of_an_address(desk: Desk) -> None:
    data = {"name": "X", "query": "owner=mine&page=3&next=//evil.example&c=phone"}
    answer = desk.client.post("/lists/employers/views", data=data)
    assert answer.location.startswith("/employers?owner=mine&c=phone&view=")


def test_files_hold_exactly_the_columns_shown_and_no_formulas(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        world.employer("=cmd", phone="+46901234", city="@Umeå", employee_count=12)
    query = "?c=employees&c=phone&c=city"
    lines = desk.client.get(f"/employers/export.csv{query}").data.decode("utf-8-sig").splitlines()
    assert lines == ["Name;City;Phone;Employees", "'=cmd;'@Umeå;'+46901234;12"]
    book = load_workbook(io.BytesIO(desk.client.get(f"/employers/export.xlsx{query}").data))
    assert [[cell.value for cell in row] for row in book.active] == [
        ["Name", "City", "Phone", "Employees"],
        ["=cmd", "@Umeå", "+46901234", "12"],
    ]
    assert {cell.data_type for row in book.active for cell in row} == {"s"}


def test_every_column_can_be_shown_and_taken_along(app: Flask, world: World, desk: Desk) -> None:
    from crm.employers.columns import COLUMNS

    with app.app_context():
        owned(world, desk, "Mine AB")
    query = "&".join(f"c={key}" for key in COLUMNS)
    assert desk.client.get(f"/employers?{query}").status_code == 200
    header = desk.client.get(f"/employers/export.csv?{query}").data.decode("utf-8-sig").splitlines()[0]
    assert len(header.split(";")) == len(COLUMNS)


def test_the_ready_made_list_of_overdue_steps(app: Flask, world: World, desk: Desk) -> None:
    from crm.tasks.services import add_task

    with app.app_context():
        late, early = owned(world, desk, "Late AB", "Early AB")
        for employer_id, days in ((late, -2), (early, 2)):
            with transaction():
                add_task(
                    desk.actor, title={"": "x"}, due_on=clock.today() + timedelta(days=days), unit_id=desk.unit_id,
                    owner_id=desk.staff_id, employer_id=employer_id,
                )  # fmt: skip
    page = desk.client.get("/employers?show=overdue").text
    assert "Late AB" in page
    assert "Early AB" not in page


def test_many_are_handed_over_after_a_preview_that_says_who_is_left_out_and_undone(
    app: Flask, world: World, desk: Desk
) -> None:
    with app.app_context():
        other = colleague(world, desk)
        owned(world, desk, "A AB", "B AB")
        unit = current_session().get(type(world.unit()), desk.unit_id)
        world.relationship(world.employer("Theirs AB"), unit, current_session().get(type(world.staff()), other))
        world.employer("Unknown AB")
    data = {"all_match": "1", "query": "owner=all", "kind": "owner"}
    asked = desk.client.post("/lists/employers/bulk", data=data).text
    hidden = dict(re.findall(r'name="(ids|submission_key)" type="hidden" value="([^"]*)"', asked))
    wish = data | hidden | {"staff_id": str(other)}
    preview = desk.client.post("/lists/employers/bulk", data=wish | {"step": "preview"}).text
    assert "2 employers will be changed" in preview
    assert "2 employers are left out" in preview
    assert "Nobody in your unit works with them yet." in preview
    assert "Only the person responsible or a manager hands over." in preview
    for _twice in range(2):
        done = desk.client.post("/lists/employers/bulk", data=wish | {"step": "do"})
        assert done.status_code == 303
    with app.app_context():
        assert owners() == {other}
    page = desk.client.get("/employers?owner=all").text
    assert "Done for 2 employers." in page
    undo = re.search(r'action="(/lists/employers/bulk/[^"]*/undo)"', page)[1]
    assert "Undone for 2 employers." in desk.client.post(undo, follow_redirects=True).text
    with app.app_context():
        assert owners() == {desk.staff_id, other}


def test_what_somebody_changed_since_is_not_undone(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        ids = owned(world, desk, "A AB", "B AB")
        with transaction():
            bulk = do_bulk(desk.actor, employer_ids=ids, wish=BulkWish("stage", stage="contact")).id
        first = current_session().scalars(select(EmployerRelationship)).first()
        with transaction():
            services.change_stage(desk.actor, relationship_id=first.id, stage="placement_running")
        with transaction():
            result = undo_bulk(desk.actor, bulk_id=bulk)
        assert (result.undone, result.kept) == (1, 1)
        stages = set(current_session().scalars(select(EmployerRelationship.stage)))
        assert stages == {"new", "placement_running"}
        with transaction():
            assert undo_bulk(desk.actor, bulk_id=bulk).undone == 0


def test_many_are_moved_each_to_the_stage_of_its_own_unit_and_what_is_missing_is_said_before(
    app: Flask, world: World, desk: Desk
) -> None:
    with app.app_context():
        ids = owned(world, desk, "A AB", "B AB", "C AB")
        manager = world.actor(world.staff(Role.MANAGER, unit=current_session().get(type(world.unit()), desk.unit_id)))
        with transaction():
            choose_stages(manager, unit_id=desk.unit_id, version=None, which="long")
        first = current_session().scalar(select(EmployerRelationship).where(EmployerRelationship.employer_id == ids[0]))
        with transaction():
            services.change_stage(desk.actor, relationship_id=first.id, stage="interested")
        # "In contact" is a stage of other units. Who is interested is in contact already.
        plan = plan_bulk(desk.actor, employer_ids=ids, wish=BulkWish("stage", stage="contact"))
        assert [(row.name, str(row.then)) for row in plan.will] == [("B AB", "Contacted"), ("C AB", "Contacted")]
        assert [row.name for row in plan.left_out] == ["A AB"]
        with transaction():
            do_bulk(desk.actor, employer_ids=ids, wish=BulkWish("stage", stage="contact"))
        moved = set(current_session().scalars(select(EmployerRelationship.stage)))
        assert moved == {"interested", "contacted"}
        nonsense = plan_bulk(desk.actor, employer_ids=ids, wish=BulkWish("stage", stage="x"))
        assert nonsense.will == []
    data = {"ids": " ".join(map(str, ids)), "kind": "stage", "stage": "agreement_active"}
    preview = desk.client.post("/lists/employers/bulk", data=data | {"step": "preview"}).text
    assert preview.count("<td>Agreement in force<") == 3
    assert preview.count("No agreement with this employer is in force") == 3


def test_a_task_for_each_and_none_for_those_who_want_no_contact(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        ids = owned(world, desk, "A AB", "B AB")
        with transaction():
            services.set_do_not_contact(desk.actor, employer_id=ids[1], blocked=True, reason="They said so")
        wish = BulkWish("task", title="Ring om sommaren", due_on=date(2030, 5, 1))
        with transaction():
            plan = plan_bulk(desk.actor, employer_ids=ids, wish=wish)
            assert [row.name for row in plan.left_out] == ["B AB"]
            bulk = do_bulk(desk.actor, employer_ids=ids, wish=wish).id
        tasks = current_session().scalars(select(Task).where(Task.kind == "employer.bulk")).all()
        assert [(task.employer_id, task.owner_id, task.state) for task in tasks] == [(ids[0], desk.staff_id, "open")]
        with transaction():
            assert undo_bulk(desk.actor, bulk_id=bulk).undone == 1


@pytest.mark.parametrize("step", ["preview", "do"])
def test_a_task_without_a_day_is_asked_for_and_nothing_is_lost(app: Flask, world: World, desk: Desk, step: str) -> None:
    with app.app_context():
        (employer_id,) = owned(world, desk, "A AB")
    data = {"ids": str(employer_id), "kind": "task", "title": "Ring om sommaren", "step": step}
    answer = desk.client.post("/lists/employers/bulk", data=data)
    assert answer.status_code == 422
    assert "Ring om sommaren" in answer.text
    assert "Fill this in." in answer.text


def test_too_many_at_once_are_refused_in_words(app: Flask, desk: Desk) -> None:
    with app.app_context(), pytest.raises(DomainError, match="Narrow"):
        plan_bulk(desk.actor, employer_ids=range(MOST + 1), wish=BulkWish("owner"))
