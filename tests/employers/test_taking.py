"""'I take it' and 'Start working with them': taken back while nothing has come of it, refused in words afterwards."""

import re
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import select

from crm.accounts.models import AuditEntry, Unit
from crm.accounts.scopes import trusted
from crm.actors import Role
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.models import Employer, EmployerRelationship, StageChange
from crm.employers.services.lines import write_employer_line
from crm.tasks.models import Task
from crm.tasks.services import add_task
from tests.employers.conftest import Desk
from tests.world import World

Row = TypeVar("Row")


@pytest.fixture
def employer(app: Flask, world: World) -> str:
    with app.app_context():
        return str(world.employer(name="Nordlys Bageri").public_id)


def taken(desk: Desk, employer: str) -> tuple[str, dict[str, str]]:
    """The address and the fields of the Undo button after a press on "I take it"."""
    page = desk.client.post(f"/employers/{employer}/take", follow_redirects=True).text
    form = re.search(r'action="(/relationships/[\w-]+/take/undo)" class="inline-form">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    return form[1], dict(re.findall(r'name="(version|unarchived)" value="(\d+)"', form[2]))


def undone(desk: Desk, undo: tuple[str, dict[str, str]]) -> str:
    return desk.client.post(undo[0], data=undo[1], follow_redirects=True).text


def rows(model: type[Row]) -> list[Row]:
    return list(current_session().scalars(trusted(select(model), because="a test")))


def test_work_that_was_begun_by_mistake_is_as_if_it_had_never_begun(app: Flask, desk: Desk, employer: str) -> None:
    page = undone(desk, taken(desk, employer))
    assert "You are not responsible any more" in page
    assert "Nobody in my unit" in page
    assert "Undone. The unit does not work with them." in page
    with app.app_context():
        assert rows(EmployerRelationship) == []
        assert rows(StageChange) == []
        assert {"relationship.begun", "relationship.begin_undone"} <= {each.action for each in rows(AuditEntry)}


def test_begun_again_after_undoing_it_can_be_undone_again(desk: Desk, employer: str) -> None:
    undone(desk, taken(desk, employer))
    assert "You are not responsible any more" in undone(desk, taken(desk, employer))


@pytest.mark.parametrize("what", ["contact", "task", "line"])
def test_what_something_came_of_is_not_undone(app: Flask, desk: Desk, employer: str, what: str) -> None:
    undo = taken(desk, employer)
    if what == "contact":
        seen = {"channel": "visit", "on_date": "2026-04-01", "outcome": "no_answer", "next_when": "none"}
        assert desk.client.post(f"/employers/{employer}/contacts", data=seen).status_code == 303
    with app.app_context(), transaction():
        row = rows(Employer)[0]
        if what == "task":
            add_task(
                desk.actor, title={"": "Call"}, due_on=row.created_at.date(), unit_id=desk.unit_id,
                owner_id=desk.staff_id, employer_id=row.id,
            )  # fmt: skip
        elif what == "line":
            write_employer_line(
                desk.actor, kind="agreement", employer_id=row.id, unit_id=desk.unit_id, summary=lambda: "Sent"
            )
    assert "It cannot be undone" in undone(desk, undo)
    with app.app_context():
        assert [each.owner_id for each in rows(EmployerRelationship)] == [desk.staff_id]


def test_a_unit_is_responsible_again_and_its_manager_has_one_task(
    app: Flask, desk: Desk, employer: str, world: World
) -> None:
    with app.app_context():
        manager = world.staff(Role.MANAGER, unit=current_session().get_one(Unit, desk.unit_id)).id
        with transaction():
            row = rows(Employer)[0]
            services.take_relationship(desk.actor, employer_id=row.id, unit_id=desk.unit_id, owner_id=None)
    undo = taken(desk, employer)
    assert "You are not responsible any more" in undone(desk, undo)
    assert "It cannot be undone" in undone(desk, undo)
    with app.app_context():
        assert [each.owner_id for each in rows(EmployerRelationship)] == [None]
        assert [(each.owner_id, each.kind) for each in rows(Task)] == [(manager, "employer.without_owner")]
        assert "relationship.taking_undone" in {each.action for each in rows(AuditEntry)}


def test_nobody_gives_back_to_a_unit_that_nobody_leads(app: Flask, desk: Desk, employer: str) -> None:
    with app.app_context(), transaction():
        row = rows(Employer)[0]
        services.take_relationship(desk.actor, employer_id=row.id, unit_id=desk.unit_id, owner_id=None)
    assert "no manager" in undone(desk, taken(desk, employer))
    with app.app_context():
        assert [each.owner_id for each in rows(EmployerRelationship)] == [desk.staff_id]


def test_an_employer_out_of_the_archive_goes_back_there(app: Flask, desk: Desk, employer: str) -> None:
    desk.client.post(f"/employers/{employer}/archive")
    undo = taken(desk, employer)
    with app.app_context():
        assert rows(Employer)[0].archived_at is None
    undone(desk, undo)
    with app.app_context():
        assert rows(Employer)[0].archived_at is not None


def test_a_press_that_changed_nothing_offers_no_undo(desk: Desk, employer: str) -> None:
    taken(desk, employer)
    page = desk.client.post(f"/employers/{employer}/take", follow_redirects=True).text
    assert "/take/undo" not in page


def test_what_a_colleague_holds_now_is_not_undone(app: Flask, desk: Desk, employer: str, world: World) -> None:
    undo = taken(desk, employer)
    with app.app_context():
        other = world.staff(unit=current_session().get_one(Unit, desk.unit_id)).id
        with transaction():
            row = rows(EmployerRelationship)[0]
            services.hand_over_relationship(desk.actor, relationship_id=row.id, version=row.version_id, owner_id=other)
    assert "It cannot be undone" in undone(desk, undo)
    with app.app_context():
        assert rows(EmployerRelationship)[0].owner_id == other
