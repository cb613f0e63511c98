"""Whatever is done to relationships, somebody is responsible, and the stage history tells what happened."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from crm import clock
from crm.accounts.services import disable_staff, enable_staff
from crm.actors import Role, system_actor
from crm.db import current_session, db, transaction
from crm.employers import services
from crm.employers.fields import ContactFields
from crm.employers.models import EmployerRelationship, Stage, StageChange
from crm.employers.services.bulk import BulkWish, do_bulk, undo_bulk
from crm.employers.services.responsible import WITHOUT_OWNER
from crm.employers.services.stage_plans import OwnStage, choose_stages
from crm.employers.stage_queries import stages_of
from crm.employers.view_models import BulkAction
from crm.errors import DomainError
from crm.tasks.models import Task
from tests.conftest import make_app, make_settings
from tests.world import World

OWN = [OwnStage("Found", Stage.NEW), OwnStage("Coffee", Stage.CONTACT), OwnStage("Done", Stage.AGREEMENT)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = make_app(make_settings(Path(tmp_path_factory.mktemp("machine")), PLUGINS=""))
    yield app
    with app.app_context():
        db.engine.dispose()


class Responsible(RuleBasedStateMachine):
    """Two coordinators and a manager of a unit take, hand over, move, undo, do many at once, leave and come back."""

    house: Flask
    relationships: Bundle[int] = Bundle("relationships")
    bulks: Bundle[int] = Bundle("bulks")

    def __init__(self) -> None:
        super().__init__()
        self.context = self.house.app_context()
        self.context.push()
        world = World()
        # A unit for each run: the staff of other runs neither see nor change anything of it.
        mark = current_session().query(EmployerRelationship).count()
        self.world, self.unit = world, world.unit(f"Unit of run {mark}")
        self.people = [
            world.staff(*roles, unit=self.unit, email=f"{self.unit.public_id}.{number}@example.org")
            for number, roles in enumerate(((Role.COORDINATOR,), (Role.COORDINATOR,), (Role.MANAGER,)))
        ]
        self.ids = [person.id for person in self.people]
        self.manager = self.ids[2]

    def teardown(self) -> None:
        self.context.pop()

    def actor(self, who: int) -> Any:
        from crm.accounts.models import Staff

        return self.world.actor(current_session().get_one(Staff, self.ids[who]))

    def attempt(self, do: Any) -> Any:
        """Refusals in words are fine; what was refused has changed nothing."""
        try:
            with transaction():
                return do()
        except DomainError:
            return None

    @rule(target=relationships, owner=st.sampled_from([0, 1, 2, None]))
    def take(self, owner: int | None) -> Any:
        employer = self.world.employer()
        employer_id, unit_id = employer.id, self.unit.id
        actor = system_actor("test") if owner is None else self.actor(owner)
        owner_id = None if owner is None else self.ids[owner]
        made = self.attempt(
            lambda: services.take_relationship(actor, employer_id=employer_id, unit_id=unit_id, owner_id=owner_id).id
        )
        return multiple() if made is None else made

    @rule(
        row=relationships,
        who=st.integers(0, 2),
        owner=st.sampled_from([0, 1, 2, None]),
        deputy=st.sampled_from([0, 1, None]),
    )
    def hand_over(self, row: int, who: int, owner: int | None, deputy: int | None) -> None:
        actor = self.actor(who)
        pick = [None if each is None else self.ids[each] for each in (owner, deputy)]
        self.attempt(
            lambda: services.hand_over_relationship(
                actor, relationship_id=row, version=None, owner_id=pick[0], deputy_id=pick[1]
            )
        )

    @rule(row=relationships, who=st.integers(0, 2), number=st.integers(0, 10))
    def move(self, row: int, who: int, number: int) -> None:
        codes = stages_of(self.unit.id).codes
        actor = self.actor(who)
        self.attempt(lambda: services.change_stage(actor, relationship_id=row, stage=codes[number % len(codes)]))

    @rule(row=relationships, who=st.integers(0, 2), outcome=st.sampled_from(["interested", "no_answer"]))
    def talk(self, row: int, who: int, outcome: str) -> None:
        """The first talk with somebody moves what is new into contact."""
        actor, employer_id = self.actor(who), current_session().get_one(EmployerRelationship, row).employer_id
        fields = ContactFields("visit", clock.today(), outcome)
        self.attempt(lambda: services.log_contact(actor, employer_id=employer_id, fields=fields))

    @rule(row=relationships, who=st.integers(0, 2))
    def undo(self, row: int, who: int) -> None:
        actor = self.actor(who)
        self.attempt(lambda: services.undo_stage_change(actor, relationship_id=row, version=None))

    @rule(which=st.sampled_from(["five", "long", "own"]))
    def choose(self, which: str) -> None:
        actor, unit_id = self.actor(2), self.unit.id
        with transaction():
            choose_stages(actor, unit_id=unit_id, version=None, which=which, own=OWN)

    @rule(
        target=bulks,
        who=st.integers(0, 2),
        kind=st.sampled_from(["owner", "deputy", "stage"]),
        whom=st.sampled_from([0, 1, None]),
    )
    def many(self, who: int, kind: str, whom: int | None) -> int:
        actor, unit_id = self.actor(who), self.unit.id
        employers = [row.employer_id for row in self.rows()]
        wish = BulkWish(kind, staff_id=None if whom is None else self.ids[whom], stage=stages_of(unit_id).codes[-1])
        done = self.attempt(lambda: do_bulk(actor, employer_ids=employers, wish=wish).id)
        return done or 0

    @rule(bulk=consumes(bulks))
    def undo_many(self, bulk: int) -> None:
        found = current_session().get(BulkAction, bulk) if bulk else None
        if found is not None:
            actor = self.actor(self.ids.index(found.staff_id))
            self.attempt(lambda: undo_bulk(actor, bulk_id=bulk))

    @rule(who=st.integers(0, 1))
    def leave(self, who: int) -> None:
        staff_id = self.ids[who]
        with transaction():
            disable_staff(system_actor("test"), staff_id=staff_id)

    @rule(who=st.integers(0, 1))
    def come_back(self, who: int) -> None:
        staff_id = self.ids[who]
        with transaction():
            enable_staff(system_actor("test"), staff_id=staff_id)

    def rows(self) -> list[EmployerRelationship]:
        current_session().rollback()
        return list(current_session().query(EmployerRelationship).filter_by(unit_id=self.unit.id))

    @invariant()
    def somebody_is_responsible(self) -> None:
        from crm.accounts.models import Staff

        for row in self.rows():
            if row.owner_id is not None:
                assert current_session().get_one(Staff, row.owner_id).active
                assert row.owner_id != row.deputy_id
            else:
                told = select(Task).where(Task.kind == WITHOUT_OWNER, Task.unit_id == row.unit_id)
                tasks = current_session().scalars(told).all()
                assert self.manager in {task.owner_id for task in tasks}, "the manager has not been told"

    @invariant()
    def the_history_tells_the_stage(self) -> None:
        for row in self.rows():
            moves = list(
                current_session().scalars(
                    select(StageChange).where(StageChange.relationship_id == row.id).order_by(StageChange.id)
                )
            )
            assert moves[0].from_stage is None
            assert moves[-1].to_stage == row.stage
            assert row.stage_since == moves[-1].at
            for before, after in pairwise(moves):
                assert (after.from_stage, after.since_before) == (before.to_stage, before.at)
                assert after.to_stage != after.from_stage


def test_nobody_is_ever_without_somebody_responsible(house: Flask) -> None:
    Responsible.house = house
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Responsible,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )  # fmt: skip
