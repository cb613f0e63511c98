"""Whatever is done to relationships, somebody is responsible and knows it, and the stage history tells what happened.

Wherever the unit itself is responsible, an open task says so of that very employer, and somebody who can do something
about it has that task; it is the whole unit's only where there was a time at which nobody led the unit.
"""

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
from crm.accounts.models import Staff
from crm.accounts.services import change_roles, disable_staff, enable_staff
from crm.actors import Role, system_actor
from crm.db import current_session, db, transaction
from crm.employers import services
from crm.employers.fields import ContactFields
from crm.employers.models import Employer, EmployerRelationship, Stage, StageChange
from crm.employers.services.bulk import BulkWish, do_bulk, undo_bulk
from crm.employers.services.responsible import WITHOUT_OWNER, manager_of
from crm.employers.services.stage_plans import OwnStage, choose_stages
from crm.employers.stage_queries import stages_of
from crm.employers.view_models import BulkAction
from crm.errors import DomainError
from crm.imports import runs
from crm.imports.lookups import Defaults
from crm.imports.models import ImportRun
from crm.imports.services import import_employers
from crm.tasks.models import Task, TaskState
from crm.tasks.services import complete_task
from tests.conftest import make_app, make_settings
from tests.employers.told import reaches_somebody, tasks_about_nobody
from tests.world import World

OWN = [OwnStage("Found", Stage.NEW), OwnStage("Coffee", Stage.CONTACT), OwnStage("Done", Stage.AGREEMENT)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = make_app(make_settings(Path(tmp_path_factory.mktemp("machine")), PLUGINS=""))
    yield app
    with app.app_context():
        db.engine.dispose()


class Responsible(RuleBasedStateMachine):
    """Two coordinators and a manager of a unit take, hand over, move, undo, do many at once, read lists in, merge,
    archive, leave, change the unit or the role and come back."""

    house: Flask
    relationships: Bundle[int] = Bundle("relationships")
    bulks: Bundle[int] = Bundle("bulks")
    merges: Bundle[int] = Bundle("merges")
    lists: Bundle[str] = Bundle("lists")

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
        self.emails = [person.email for person in self.people]
        self.elsewhere = world.unit(f"Beside run {mark}").id
        self.was_without_leader = False

    def teardown(self) -> None:
        self.context.pop()

    def actor(self, who: int) -> Any:
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
        employer = self.world.employer(f"{self.unit.public_id} {len(self.rows())}")
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
        self.attempt(lambda: choose_stages(actor, unit_id=unit_id, version=None, which=which, own=OWN))

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

    @rule(who=st.integers(0, 2))
    def leave(self, who: int) -> None:
        staff_id = self.ids[who]
        self.attempt(lambda: disable_staff(system_actor("test"), staff_id=staff_id))

    @rule(who=st.integers(0, 2))
    def come_back(self, who: int) -> None:
        staff_id = self.ids[who]
        self.attempt(lambda: enable_staff(system_actor("test"), staff_id=staff_id))

    @rule(
        who=st.integers(0, 2),
        role=st.sampled_from([Role.COORDINATOR, Role.MANAGER, Role.EVALUATOR]),
        elsewhere=st.booleans(),
    )
    def work_as(self, who: int, role: Role, elsewhere: bool) -> None:
        """Another role, another unit, or back."""
        staff_id, unit_id = self.ids[who], self.elsewhere if elsewhere else self.unit.id
        self.attempt(lambda: change_roles(system_actor("test"), staff_id=staff_id, roles=[role], unit_id=unit_id))

    @rule(row=relationships)
    def archive(self, row: int) -> None:
        found = current_session().get(EmployerRelationship, row)
        if found is not None:
            actor, employer_id = self.actor(2), found.employer_id
            self.attempt(lambda: services.archive_employer(actor, employer_id=employer_id))

    @rule(target=merges, kept=relationships, gone=relationships)
    def merge(self, kept: int, gone: int) -> Any:
        actor = self.actor(2)
        ids = [current_session().get_one(EmployerRelationship, each).employer_id for each in (kept, gone)]
        made = self.attempt(lambda: services.merge_employers(actor, kept_id=ids[0], gone_id=ids[1]).id)
        return multiple() if made is None else made

    @rule(merge=consumes(merges))
    def undo_merge(self, merge: int) -> None:
        actor = self.actor(2)
        self.attempt(lambda: services.undo_employer_merge(actor, merge_id=merge))

    @rule(target=lists, owners=st.lists(st.sampled_from([0, 1, 2, None]), min_size=1, max_size=3), over=st.booleans())
    def read_list(self, owners: list[int | None], over: bool) -> Any:
        """The first employers of the unit, or new ones, each with who is responsible, or nobody."""
        names = [f"{self.unit.public_id} {place};{'' if who is None else self.emails[who]}"
                 for place, who in enumerate(owners)]  # fmt: skip
        report = import_employers(
            system_actor("test"), source="\n".join(["Name;Owner", *names]).encode(), overwrite=over,
            defaults=Defaults(unit_id=self.unit.id),
        )  # fmt: skip
        return multiple() if report.id is None else report.id

    @rule(read=consumes(lists))
    def undo_list(self, read: str) -> None:
        run_id = current_session().scalars(select(ImportRun.id).where(ImportRun.public_id == read)).one()
        self.attempt(lambda: runs.undo_run(system_actor("test"), run_id=run_id))
        runs.work_on(run_id)

    @rule()
    def tick_off(self) -> None:
        """Wherever somebody is responsible again, the task that nobody is says nothing any more."""
        waiting = select(Task).where(
            Task.kind == WITHOUT_OWNER, Task.unit_id == self.unit.id, Task.state == TaskState.OPEN
        )  # fmt: skip
        needed = {task.id for row in self.rows() if row.owner_id is None for task in tasks_about_nobody(row)}
        for task in current_session().scalars(waiting).all():
            if task.id not in needed:
                task_id = task.id
                self.attempt(lambda task_id=task_id: complete_task(system_actor("test"), task_id=task_id))

    def rows(self) -> list[EmployerRelationship]:
        """The unit's relationships; what was merged into another is that one."""
        current_session().rollback()
        statement = select(EmployerRelationship).join(Employer, Employer.id == EmployerRelationship.employer_id)
        of_unit = statement.where(EmployerRelationship.unit_id == self.unit.id, Employer.merged_into_id.is_(None))
        return list(current_session().scalars(of_unit))

    @invariant()
    def somebody_is_responsible(self) -> None:
        leads = manager_of(self.unit.id)
        self.was_without_leader |= leads is None
        for row in self.rows():
            if row.owner_id is not None:
                owner = current_session().get_one(Staff, row.owner_id)
                assert owner.active
                assert owner.unit_id == self.unit.id
                assert owner.role_names != {Role.EVALUATOR}
                assert row.owner_id != row.deputy_id
            else:
                tasks = tasks_about_nobody(row)
                assert tasks, "nobody has been told of this employer"
                if not self.was_without_leader:
                    assert any(map(reaches_somebody, tasks)), "who was told is gone"
                else:
                    assert any(task.owner_id is None or reaches_somebody(task) for task in tasks)

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
            max_examples=10, stateful_step_count=20, deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )  # fmt: skip
