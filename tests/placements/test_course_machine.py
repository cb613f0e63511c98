"""Whatever is done in whatever order: where the unit insists, nothing runs without the clarification."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.participants.services.enrolments import enrol
from crm.placements.check_ins import CHECK_IN
from crm.placements.following_services import CheckInFields, close_placement, save_check_in
from crm.placements.gaps import GapKind
from crm.placements.models import BEFORE_START, ENDED, Placement
from crm.placements.preparing_services import ClarificationFields, MeetingFields, save_clarification, save_meeting
from crm.placements.services import (
    PlacementFields,
    begin_placement,
    change_placement,
    end_placement,
    start_placement,
    take_back_end,
)
from crm.placements.step_models import Evaluator
from crm.tasks.models import Task, TaskState
from tests.participants.conftest import Here, make_here
from tests.placements.test_course import ALL, evaluate, insist_on
from tests.world import World

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
DAYS = st.sampled_from([date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)])
KINDS = st.sampled_from(["other", "no_work_training", "ordinary_work"])
ANSWERS = st.sampled_from([ALL, ClarificationFields(), ClarificationFields(goal="Learn", expected_of_us="A call")])
REASONS = st.sampled_from(["completed", "hired", "health", "employer_closed"])


@pytest.fixture
def travelled(core_app: Flask) -> Iterator[None]:
    with clock.travelling(NOW):
        yield


def test_no_placement_runs_without_the_clarification_where_the_unit_insists(
    core_app: Flask, world: World, travelled: None
) -> None:
    with core_app.app_context():
        here = make_here(world)
        insist_on(here, GapKind.CLARIFICATION)

        def machine() -> Course:
            return Course(here, world)

        made: Any = machine

        run_state_machine_as_test(
            made,
            settings=settings(
                max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )


class Course(RuleBasedStateMachine):
    """One placement, and everything that staff can do with it."""

    def __init__(self, here: Here, world: World) -> None:
        super().__init__()
        self.here = here
        # Every run has a person and employers of its own: chains and tasks of one run are not another's.
        self.employers = world.employer().id, world.employer().id
        unit = world.session.get_one(Unit, here.unit_id)
        self.person_id = world.participant(unit).id
        with transaction():
            enrol(
                here.coordinator, participant_id=self.person_id, programme_id=here.programme_id, unit_id=unit.id,
                coordinator_id=here.coordinator.staff_id, starts_on=date(2026, 2, 1),
            )  # fmt: skip
        self.given = PlacementFields(employer_id=self.employers[0], kind="other", starts_on=date(2026, 5, 1))
        with transaction():
            self.row: Placement = start_placement(here.coordinator, participant_id=self.person_id, given=self.given)
        self.rows = [self.row]
        self.reason: str | None = None

    def _try(self, service: Any, **values: Any) -> None:
        try:
            with transaction():
                service(self.here.coordinator, placement_id=self.row.id, **values)
        except DomainError:
            # A refusal is an answer; the invariants say whether it was needed.
            return

    @rule(given=ANSWERS)
    def clarify(self, given: ClarificationFields) -> None:
        self._try(save_clarification, given=given, version=None)

    @rule(three=st.booleans())
    def meet(self, three: bool) -> None:
        self._try(save_meeting, given=MeetingFields(date(2026, 5, 1), True, True, three))

    @rule(kind=KINDS, day=DAYS)
    def change(self, kind: str, day: date) -> None:
        given = PlacementFields(employer_id=self.row.employer_id, kind=kind, starts_on=day, ends_on=self.row.ends_on)
        self._try(change_placement, version=None, given=given)

    @rule()
    def begin(self) -> None:
        self._try(begin_placement)

    @rule(reason=REASONS)
    def end(self, reason: str) -> None:
        self._try(end_placement, ends_on=date(2026, 7, 2), reason=reason)
        self.reason = reason

    @rule()
    def take_back(self) -> None:
        self._try(take_back_end)

    @rule(evaluator=st.sampled_from(list(Evaluator)))
    def evaluate(self, evaluator: Evaluator) -> None:
        try:
            evaluate(self.here, self.row, evaluator)
        except DomainError:
            return

    @rule()
    def close(self) -> None:
        self._try(close_placement, reason="Enough")

    @invariant()
    def runs_only_when_clarified(self) -> None:
        if self.row.status == "active":
            assert self.row.clarification is not None
            assert self.row.clarification.is_complete

    @rule(employer=st.sampled_from([0, 1]), day=DAYS)
    def another(self, employer: int, day: date) -> None:
        given = PlacementFields(employer_id=self.employers[employer], kind="other", starts_on=day)
        with transaction():
            self.rows.append(start_placement(self.here.coordinator, participant_id=self.person_id, given=given))

    @rule(number=st.integers(0, 5), employer=st.sampled_from([0, 1]), day=DAYS)
    def move(self, number: int, employer: int, day: date) -> None:
        row = self.rows[number % len(self.rows)]
        given = PlacementFields(employer_id=self.employers[employer], kind="other", starts_on=day, ends_on=row.ends_on)
        with suppress(DomainError), transaction():
            change_placement(self.here.coordinator, placement_id=row.id, version=None, given=given)

    @rule(number=st.integers(0, 3), done=st.booleans())
    def check_in(self, number: int, done: bool) -> None:
        if number >= len(self.row.check_ins):
            return
        given = CheckInFields(done=done, done_on=date(2026, 6, 1) if done else None, channel="phone")
        with transaction():
            save_check_in(self.here.coordinator, check_in_id=self.row.check_ins[number].id, given=given, version=None)

    @invariant()
    def keeps_its_reason(self) -> None:
        if self.row.status in ENDED:
            assert self.row.end_reason == self.reason

    @invariant()
    def chains_never_loop_and_stay_with_one_employer(self) -> None:
        by_id = {row.id: row for row in self.rows}
        for row in self.rows:
            seen, at = set(), row
            while at.previous_id in by_id:
                assert at.id not in seen
                seen.add(at.id)
                previous = by_id[at.previous_id]
                assert previous.employer_id == at.employer_id
                assert (previous.starts_on, previous.id) < (at.starts_on, at.id)
                at = previous

    @invariant()
    def tasks_agree_with_check_ins(self) -> None:
        tasks = select(Task.source_ref).where(
            Task.kind == CHECK_IN, Task.state == TaskState.OPEN, Task.participant_id == self.person_id
        )
        named = {str(ref).split(":")[1] for ref in current_session().scalars(trusted(tasks, because="a test"))}
        waiting = {row.public_id for each in self.rows for row in each.check_ins if row.done is None}
        assert named == waiting

    @invariant()
    def has_one_status(self) -> None:
        assert self.row.status in (*BEFORE_START, "active", *ENDED)
        assert (self.row.end_reason is not None) == (self.row.status in ENDED)
        assert not self.row.cancelled or self.row.closed_on is not None
