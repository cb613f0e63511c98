"""Whatever people do about who is responsible, in whatever order: at no moment is an employer nobody's.

Where it is the unit's, an open task says so of that very employer, and somebody who may do something about it has it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from crm.accounts.models import Staff
from crm.accounts.services import change_roles, disable_staff, enable_staff
from crm.actors import Role, system_actor
from crm.db import current_session, db, transaction
from crm.employers import services
from crm.employers.handover_models import Handover, Telling
from crm.employers.models import EmployerRelationship
from crm.employers.services.handovers import PURPOSE, Assignment, HandoverWish
from crm.employers.services.responsible import manager_of
from crm.errors import DomainError
from crm.history.models import HistoryLine
from crm.messaging.models import OutboxMessage
from crm.tasks.models import Task, TaskState
from crm.tasks.services import add_task
from tests.conftest import make_app, make_settings
from tests.employers.told import reaches_somebody, tasks_about_nobody
from tests.world import World

EMPLOYERS = 4
WHO = st.integers(0, 3)
TO = st.one_of(st.none(), WHO)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = make_app(make_settings(Path(tmp_path_factory.mktemp("handovers")), PLUGINS=""))
    yield app
    with app.app_context():
        db.engine.dispose()


class Handovers(RuleBasedStateMachine):
    """Three coordinators and a manager hand over one and many, take it back, leave, change unit or role, and return."""

    house: Flask

    def __init__(self) -> None:
        super().__init__()
        self.context = self.house.app_context()
        self.context.push()
        self.world = World()
        mark = current_session().query(EmployerRelationship).count()
        # A unit for each run: nobody of other runs sees or changes anything of it.
        self.unit = self.world.unit(f"Unit of run {mark}")
        roles = [(Role.COORDINATOR,)] * 3 + [(Role.MANAGER,)]
        self.people = [
            self.world.staff(*each, unit=self.unit, email=f"{self.unit.public_id}.{place}@example.org").id
            for place, each in enumerate(roles)
        ]
        first = current_session().get_one(Staff, self.people[0])
        self.rows = [
            self.world.relationship(self.world.employer(email="info@example.net"), self.unit, first).id
            for _each in range(EMPLOYERS)
        ]
        self.done: list[int] = []
        self.elsewhere = self.world.unit(f"Beside run {mark}").id
        self.was_without_leader = False

    def teardown(self) -> None:
        current_session().rollback()
        self.context.pop()

    def actor(self, who: int) -> Any:
        return self.world.actor(current_session().get_one(Staff, self.people[who]))

    def attempt(self, do: Callable[[], Any]) -> Any:
        """Refusals in words are fine; what was refused has changed nothing."""
        before = self.picture()
        try:
            with transaction():
                return do()
        except DomainError:
            current_session().rollback()
            assert self.picture() == before
            return None

    def picture(self) -> list[Any]:
        current_session().rollback()
        rows = select(EmployerRelationship.owner_id, EmployerRelationship.deputy_id, EmployerRelationship.version_id)
        counts = [select(func.count()).select_from(each) for each in (Handover, HistoryLine, Task, OutboxMessage)]
        found = current_session().execute(rows.where(EmployerRelationship.id.in_(self.rows)))
        return [*map(tuple, found), *(current_session().scalar(each) for each in counts)]

    def staff(self, place: int | None) -> int | None:
        return None if place is None else self.people[place]

    @rule(who=WHO, row=st.integers(0, EMPLOYERS - 1), owner=TO, deputy=TO)
    def hand_over_one(self, who: int, row: int, owner: int | None, deputy: int | None) -> None:
        self.attempt(
            lambda: services.hand_over_relationship(
                self.actor(who), relationship_id=self.rows[row], version=None, owner_id=self.staff(owner),
                deputy_id=self.staff(deputy), note="As it is",
            )
        )  # fmt: skip

    @rule(
        who=WHO,
        leaver=WHO,
        split=st.lists(st.one_of(TO, st.just("stays")), min_size=EMPLOYERS, max_size=EMPLOYERS),
        telling=st.sampled_from(Telling),
    )
    def hand_over_many(self, who: int, leaver: int, split: list[Any], telling: Telling) -> None:
        chosen = [
            Assignment(row, self.staff(to)) for row, to in zip(self.rows, split, strict=True) if to != "stays"
        ]  # fmt: skip
        wish = HandoverWish(self.people[leaver], chosen, note="All is well", telling=telling)
        made = self.attempt(lambda: services.hand_over_many(self.actor(who), wish).id)
        if made is not None:
            self.done.append(made)

    @rule(who=WHO, place=st.integers(0, 9))
    def take_back(self, who: int, place: int) -> None:
        if self.done:
            handover = self.done[place % len(self.done)]
            self.attempt(lambda: services.undo_handover(self.actor(who), handover_id=handover).id)

    @rule(who=WHO)
    def leave(self, who: int) -> None:
        self.attempt(lambda: disable_staff(system_actor("test"), staff_id=self.people[who]))

    @rule(who=WHO)
    def come_back(self, who: int) -> None:
        self.attempt(lambda: enable_staff(system_actor("test"), staff_id=self.people[who]).id)

    @rule(who=WHO, role=st.sampled_from([Role.COORDINATOR, Role.MANAGER, Role.EVALUATOR]), elsewhere=st.booleans())
    def work_as(self, who: int, role: Role, elsewhere: bool) -> None:
        """Another role, another unit, or back."""
        unit_id = self.elsewhere if elsewhere else self.unit.id
        self.attempt(
            lambda: change_roles(system_actor("test"), staff_id=self.people[who], roles=[role], unit_id=unit_id).id
        )

    @rule(owner=WHO, row=st.integers(0, EMPLOYERS - 1))
    def plan(self, owner: int, row: int) -> None:
        relation = current_session().get_one(EmployerRelationship, self.rows[row])
        if relation.owner_id == self.people[owner]:
            self.attempt(
                lambda: add_task(
                    self.actor(owner), title={"": "Call"}, due_on=relation.created_at.date(), unit_id=self.unit.id,
                    owner_id=self.people[owner], employer_id=relation.employer_id,
                ).id
            )  # fmt: skip

    @invariant()
    def somebody_is_responsible(self) -> None:
        current_session().rollback()
        self.was_without_leader |= manager_of(self.unit.id) is None
        for row in current_session().scalars(
            select(EmployerRelationship).where(EmployerRelationship.id.in_(self.rows))
        ).all():  # fmt: skip
            for holder in {row.owner_id, row.deputy_id} - {None}:
                staff = current_session().get_one(Staff, holder)
                assert staff.active
                assert staff.unit_id == self.unit.id
                assert staff.role_names != {Role.EVALUATOR}
            assert row.owner_id is None or row.owner_id != row.deputy_id
            if row.owner_id is None:
                tasks = tasks_about_nobody(row)
                assert tasks, "nobody has been told of this employer"
                # Where nobody led the unit, the task is everybody's who works there.
                at_all = self.was_without_leader and any(task.owner_id is None for task in tasks)
                assert at_all or any(map(reaches_somebody, tasks)), "who was told is gone"

    @invariant()
    def nobody_who_left_has_work_about_these_employers(self) -> None:
        employers = select(EmployerRelationship.employer_id).where(EmployerRelationship.id.in_(self.rows))
        left = select(Staff.id).where(Staff.active.is_(False))
        tasks = select(func.count()).select_from(Task).where(
            Task.state == TaskState.OPEN, Task.owner_id.in_(left), Task.employer_id.in_(employers)
        )  # fmt: skip
        assert current_session().scalar(tasks) == 0

    @invariant()
    def every_message_belongs_to_a_handover_that_was_to_be_told(self) -> None:
        planned = set(
            current_session().scalars(select(OutboxMessage.purpose_ref).where(OutboxMessage.purpose == PURPOSE))
        )  # fmt: skip
        told = select(Handover).where(Handover.telling == Telling.MAIL)
        items = {item.public_id for each in current_session().scalars(told) for item in each.items}
        assert planned <= items


def test_at_no_moment_is_an_employer_nobodys(house: Flask) -> None:
    Handovers.house = house
    run_state_machine_as_test(
        Handovers,
        settings=settings(
            max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )  # fmt: skip
