"""Stages of a unit: the five, the long list, its own; what a stage asks for; moving and undoing."""

import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.db import current_session, transaction
from crm.employers import services
from crm.employers.fields import ContactFields
from crm.employers.models import EmployerRelationship, Stage, StageChange
from crm.employers.services.relationships import StageAnswers, StageBlocked
from crm.employers.services.stage_plans import OwnStage, choose_stages
from crm.employers.stage_queries import stages_of
from crm.employers.stages import LONG_LIST, long_list, meaning_of, shipped, stages_from
from crm.errors import DomainError, EditConflict, NotAllowed
from crm.extension_points import StageRequirement
from crm.registry import current_registry
from crm.tasks.models import Task, TaskState
from tests.employers.conftest import Desk
from tests.world import World

OWN = [OwnStage("Hittad", Stage.NEW), OwnStage("Fika", Stage.CONTACT), OwnStage("Avtal", Stage.AGREEMENT)]


def begin(world: World, desk: Desk, name: str = "Nordlys Bageri AB") -> int:
    employer = world.employer(name)
    with transaction():
        return services.take_relationship(
            desk.actor, employer_id=employer.id, unit_id=desk.unit_id, owner_id=desk.staff_id
        ).id


def relationship(row_id: int) -> EmployerRelationship:
    return current_session().get_one(EmployerRelationship, row_id, populate_existing=True)


def test_the_long_list_is_the_glossary_s_without_do_not_contact() -> None:
    assert list(LONG_LIST) == [
        "identified", "contacted", "visited", "interested", "agreement_draft", "agreement_active", "placement_active",
        "hired", "paused", "declined", "closed",
    ]  # fmt: skip
    assert [stage.code for stage in long_list().stages if stage.is_side] == ["paused", "declined", "closed"]


def test_a_unit_that_switches_the_long_list_on_begins_and_goes_on_in_it(
    app: Flask, world: World, desk: Desk, manager_desk: Desk
) -> None:
    with app.app_context():
        with transaction():
            choose_stages(manager_desk.actor, unit_id=desk.unit_id, version=None, which="long")
        row_id = begin(world, desk)
        assert relationship(row_id).stage == "identified"
        with transaction():
            services.log_contact(
                desk.actor,
                employer_id=relationship(row_id).employer_id,
                fields=ContactFields("visit", clock.today(), "interested"),
            )
        assert relationship(row_id).stage == "contacted"


def test_a_coordinator_does_not_choose_the_stages(app: Flask, desk: Desk) -> None:
    with app.app_context(), pytest.raises(NotAllowed), transaction():
        choose_stages(desk.actor, unit_id=desk.unit_id, version=None, which="long")


def test_rows_of_other_stages_stand_where_it_means_the_same_and_their_history_stays(
    app: Flask, world: World, desk: Desk, manager_desk: Desk
) -> None:
    with app.app_context():
        row_id = begin(world, desk)
        with transaction():
            services.change_stage(desk.actor, relationship_id=row_id, stage="agreement")
        for which, name in (("long", "Agreement in force"), ("own", "Avtal"), ("five", "Agreement")):
            with transaction():
                choose_stages(manager_desk.actor, unit_id=desk.unit_id, version=None, which=which, own=OWN)
            stages = stages_of(desk.unit_id)
            assert str(stages.place_of("agreement").name) == name
            assert str(stages.label("agreement")) == "Agreement"
        moves = current_session().scalars(select(StageChange).order_by(StageChange.id)).all()
        assert [(move.from_stage, move.to_stage) for move in moves] == [(None, "new"), ("new", "agreement")]


def test_an_own_stage_that_is_no_longer_used_keeps_its_name_and_what_it_means(
    app: Flask, world: World, desk: Desk, manager_desk: Desk
) -> None:
    with app.app_context():
        with transaction():
            own = choose_stages(manager_desk.actor, unit_id=desk.unit_id, version=None, which="own", own=OWN)
        code = own.stages[1].code
        assert meaning_of(code) is Stage.CONTACT
        with transaction():
            now = choose_stages(manager_desk.actor, unit_id=desk.unit_id, version=None, which="long")
        assert now.label(code) == "Fika"
        assert now.place_of(code).code == "contacted"
        assert str(shipped().label(code)) == "In contact"


def test_a_unit_below_has_the_stages_of_the_unit_above(app: Flask, world: World, manager_desk: Desk) -> None:
    with app.app_context():
        below = world.unit("Below", parent_id=manager_desk.unit_id)
        with transaction():
            choose_stages(manager_desk.actor, unit_id=manager_desk.unit_id, version=None, which="long")
        assert stages_of(below.id).codes == long_list().codes


@pytest.mark.parametrize(
    "own", [[OWN[0]], [OWN[0], OwnStage("Hittad", Stage.CONTACT)], [OWN[1], OWN[0]], [OWN[0], OwnStage("", Stage.NEW)]]
)
def test_own_stages_that_cannot_be_are_refused_in_words(
    app: Flask, desk: Desk, manager_desk: Desk, own: list[OwnStage]
) -> None:
    with app.app_context(), pytest.raises(DomainError), transaction():
        choose_stages(manager_desk.actor, unit_id=desk.unit_id, version=None, which="own", own=own)


def test_a_plan_with_nothing_in_use_is_no_plan() -> None:
    assert stages_from([{"code": "own.new.1", "name": "x", "off": True}]).codes == shipped().codes


def test_the_settings_page_saves_names_and_order(app: Flask, desk: Desk, manager_desk: Desk) -> None:
    address = manager_desk.client.get("/settings/stages").location
    page = manager_desk.client.get(address).text
    data = dict(re.findall(r'name="(version|rows-\d+-code)"[^>]*value="([^"]*)"', page))
    names = ["Ny", "Pratar", "Avtal", "Plats", "Vilar"]
    for number, name in enumerate(names):
        data |= {f"rows-{number}-name": name, f"rows-{number}-meaning": "new", f"rows-{number}-in_use": "y"}
    data |= {"rows-5-code": "", "rows-5-name": "Alumni", "rows-5-meaning": "placement_running", "rows-5-in_use": "y"}
    assert manager_desk.client.post(address, data=data | {"which": "own"}).status_code == 303
    with app.app_context():
        stages = stages_of(desk.unit_id)
        assert [str(stage.name) for stage in stages.stages] == [*names, "Alumni"]
        # What an existing stage means cannot be changed under those who stand there.
        assert [stage.meaning for stage in stages.stages][:5] == list(Stage)
    assert manager_desk.client.post(address, data=data | {"which": "own"}).status_code == 422
    assert desk.client.get(address).status_code == 403


def test_the_settings_page_offers_no_other_meaning_for_a_stage_that_exists_and_says_what_was_saved(
    app: Flask, desk: Desk, manager_desk: Desk
) -> None:
    address = manager_desk.client.get("/settings/stages").location
    page = manager_desk.client.get(address).text
    assert re.findall(r'<select[^>]* name="rows-(\d+)-meaning"', page) == ["5", "6", "7"]
    assert "cannot be changed later" in page
    data = dict(re.findall(r'name="(version|rows-\d+-code)"[^>]*value="([^"]*)"', page))
    for number, stage in enumerate(shipped().stages):
        data |= {f"rows-{number}-name": str(stage.name), f"rows-{number}-in_use": "y"}
    said = manager_desk.client.post(address, data=data | {"which": "own"}, follow_redirects=True).text
    assert "your own stages are the same as: The five stages" in said
    data |= {"version": re.search(r'name="version"[^>]*value="([^"]*)"', said)[1], "rows-0-name": "Hittad"}
    said = manager_desk.client.post(address, data=data | {"which": "own"}, follow_redirects=True).text
    assert "Saved." in said
    assert "the same as:" not in said


def test_a_requirement_that_blocks_refuses_and_says_what_is_missing(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        row_id = begin(world, desk)
        public_id = relationship(row_id).public_id
        needs = StageRequirement("t.block", "agreement", lambda row: ["There is no agreement yet."], blocks=True)
        current_registry().stage_requirements["t.block"] = needs
        with pytest.raises(StageBlocked, match="no agreement yet"), transaction():
            services.change_stage(desk.actor, relationship_id=row_id, stage="agreement")
    answer = desk.client.post(f"/relationships/{public_id}/stage", data={"stage": "agreement", "version": "1"})
    assert answer.status_code == 303
    page = desk.client.get(answer.location)
    assert "There is no agreement yet." in page.text
    again = desk.client.post(
        f"/relationships/{public_id}/stage", data={"stage": "agreement", "version": "1", "asked": "agreement"}
    )
    assert again.status_code == 422
    assert "This stage cannot be entered yet" in again.text
    with app.app_context():
        assert relationship(row_id).stage == "new"


def test_a_requirement_that_does_not_block_is_said_before_the_stage_is_entered(
    app: Flask, world: World, desk: Desk, manager_desk: Desk
) -> None:
    with app.app_context():
        with transaction():
            choose_stages(manager_desk.actor, unit_id=desk.unit_id, version=None, which="long")
        row_id = begin(world, desk)
        public_id = relationship(row_id).public_id
        # It names one of the five: it holds for the stage of the long list that means the same.
        needs = StageRequirement("t.warn", "agreement", lambda row: ["Nobody has signed."])
        current_registry().stage_requirements["t.warn"] = needs
    data = {"stage": "agreement_active", "version": "1"}
    answer = desk.client.post(f"/relationships/{public_id}/stage", data=data)
    assert "Nobody has signed." in desk.client.get(answer.location).text
    assert (
        desk.client.post(f"/relationships/{public_id}/stage", data=data | {"asked": "agreement_active"}).status_code
        == 303
    )
    with app.app_context():
        assert relationship(row_id).stage == "agreement_active"


def test_a_side_stage_asks_why_and_when_to_come_back(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        row_id = begin(world, desk)
        public_id = relationship(row_id).public_id
    data = {"stage": "resting", "version": "1"}
    asked = desk.client.post(f"/relationships/{public_id}/stage", data=data)
    assert "Contact them again on" in desk.client.get(asked.location).text
    # A stage that asks for something else asks neither why nor when; choosing Resting there is asked first.
    other = desk.client.get(f"/relationships/{public_id}/stage?stage=agreement").text
    assert "Contact them again on" not in other
    chosen = desk.client.post(f"/relationships/{public_id}/stage", data=data | {"asked": "agreement"})
    assert "Contact them again on" in chosen.text
    answer = {"asked": "resting", "reason": "They hire in spring", "again_on": "2030-03-01"}
    page = desk.client.post(f"/relationships/{public_id}/stage", data=data | answer, follow_redirects=True).text
    assert "is now under: Resting" in page
    assert "They hire in spring" in page
    with app.app_context():
        task = current_session().scalars(select(Task)).one()
        assert task.due_on == date(2030, 3, 1)
        assert task.owner_id == desk.staff_id
    page = desk.client.post(f"/relationships/{public_id}/stage/undo", data={"version": "2"}, follow_redirects=True).text
    assert "is back under: New" in page
    with app.app_context():
        assert current_session().scalars(select(Task)).one().state is TaskState.CANCELLED


def test_undoing_brings_the_time_back_and_leaves_no_move_in_the_history(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        with clock.travelling(datetime(2026, 3, 1, 9, tzinfo=UTC)):
            row_id = begin(world, desk)
        since = relationship(row_id).stage_since
        with transaction():
            services.change_stage(desk.actor, relationship_id=row_id, stage="contact", answers=StageAnswers("why"))
        with transaction():
            services.undo_stage_change(desk.actor, relationship_id=row_id, version=2)
        assert (relationship(row_id).stage, relationship(row_id).stage_since) == ("new", since)
        assert [move.to_stage for move in current_session().scalars(select(StageChange))] == ["new"]
        with pytest.raises(EditConflict), transaction():
            services.undo_stage_change(desk.actor, relationship_id=row_id, version=2)


def test_the_second_of_two_movers_is_told_where_it_stands(app: Flask, world: World, desk: Desk) -> None:
    with app.app_context():
        public_id = relationship(begin(world, desk)).public_id
    address = f"/relationships/{public_id}/stage"
    desk.client.post(address, data={"stage": "contact", "version": "1"})
    page = desk.client.post(address, data={"stage": "agreement", "version": "1"}, follow_redirects=True).text
    assert "The stage is now: In contact" in page
