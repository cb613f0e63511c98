"""Whatever is done in whatever order: where the unit insists, nothing comes to run without the clarification."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from crm import clock
from crm.accounts.models import Unit
from crm.accounts.scopes import trusted
from crm.db import current_session, transaction
from crm.errors import DomainError
from crm.events import EmployerClosed, EmployerClosingUndone, emit
from crm.participants.services.enrolments import enrol
from crm.placements.around_services import save_rules
from crm.placements.check_ins import CHECK_IN
from crm.placements.following_services import CheckInFields, close_placement, save_check_in
from crm.placements.gaps import SHIPPED, GapKind, Level
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
from tests.placements.test_course import ALL, evaluate
from tests.world import World

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
DAYS = st.sampled_from([date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)])
KINDS = st.sampled_from(["other", "no_work_training", "ordinary_work"])
ANSWERS = st.sampled_from([ALL, replace(ALL, who_to_call=None), ClarificationFields()])
REASONS = st.sampled_from(["completed", "hired", "health", "employer_closed"])
CLOSED = st.sampled_from(["bankrupt", "closed", "winding_up"])
PAPERS = st.sampled_from(["meeting", "check-in", "close", *Evaluator])
WHICH = st.integers(0, 2)


@pytest.fixture
def travelled(core_app: Flask) -> Iterator[None]:
    with clock.travelling(NOW):
        yield


def test_no_placement_runs_without_the_clarification_where_the_unit_insists(
    core_app: Flask, world: World, travelled: None
) -> None:
    with core_app.app_context():
        here = make_here(world)

        def machine() -> Course:
            return Course(here, world)

        made: Any = machine

        run_state_machine_as_test(
            made,
            settings=settings(
                max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )


class Course(RuleBasedStateMachine):
    """A person's placements at two employers, and everything that staff, managers and registers can do with them."""

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
        self.rows: list[Placement] = []
        self.reasons: dict[int, str] = {}
        self.closing: EmployerClosed | None = None
        self.ran_before: set[int] = set()
        """Which ran without the clarification when the unit began to insist on it; they go on until they end."""

    @initialize(block=st.booleans())
    def first(self, block: bool) -> None:
        self.insist(block)
        self.another(0, date(2026, 5, 1))

    def _row(self, which: int) -> Placement:
        return self.rows[which % len(self.rows)]

    def _try(self, which: int, service: Any, **values: Any) -> bool:
        """Whether it was done. A refusal is an answer too; the invariants say whether it was needed."""
        try:
            with transaction():
                service(self.here.coordinator, placement_id=self._row(which).id, **values)
        except DomainError:
            return False
        return True

    @rule(block=st.booleans())
    def insist(self, block: bool) -> None:
        self.blocks = block
        self.ran_before = {row.id for row in self.rows if row.status == "active" and not _is_clarified(row)}
        levels = {**SHIPPED, GapKind.CLARIFICATION: Level.BLOCK if block else Level.WARN}
        with transaction():
            save_rules(self.here.manager, unit_id=self.here.unit_id, levels=levels)

    @rule(employer=st.sampled_from([0, 1]), status=CLOSED)
    def employer_closes_or_had_not(self, employer: int, status: str) -> None:
        if self.closing is not None:
            wrong, self.closing = self.closing, None
            with transaction():
                emit(EmployerClosingUndone(wrong.employer_id, wrong.status, wrong.memory))
            return
        self.closing = EmployerClosed(employer_id=self.employers[employer], status=status, since=date(2026, 6, 1))
        running = [row for row in self.rows if row.end_reason is None]
        with transaction():
            emit(self.closing)
        self.reasons |= {row.id: "employer_closed" for row in running if row.end_reason is not None}

    @rule(which=WHICH, given=ANSWERS)
    def clarify(self, which: int, given: ClarificationFields) -> None:
        self._try(which, save_clarification, given=given, version=None)

    @rule(which=WHICH, kind=KINDS, day=DAYS, employer=st.sampled_from([0, 1]))
    def change(self, which: int, kind: str, day: date, employer: int) -> None:
        row = self._row(which)
        given = PlacementFields(employer_id=self.employers[employer], kind=kind, starts_on=day, ends_on=row.ends_on)
        self._try(which, change_placement, version=None, given=given)

    @rule(which=WHICH)
    def begin(self, which: int) -> None:
        self._try(which, begin_placement)

    @rule(which=WHICH, reason=REASONS)
    def end(self, which: int, reason: str) -> None:
        if self._try(which, end_placement, ends_on=date(2026, 7, 2), reason=reason):
            self.reasons[self._row(which).id] = reason

    @rule(which=WHICH)
    def take_back(self, which: int) -> None:
        self._try(which, take_back_end)

    @rule(which=WHICH, what=PAPERS)
    def write_down(self, which: int, what: str) -> None:
        row = self._row(which)
        if what == "meeting":
            self._try(which, save_meeting, given=MeetingFields(date(2026, 5, 1), True, True, True))
        elif what == "close":
            self._try(which, close_placement, reason="Enough")
        elif what == "check-in" and row.check_ins:
            given = CheckInFields(done=True, done_on=date(2026, 6, 1), channel="phone")
            with transaction():
                save_check_in(self.here.coordinator, check_in_id=row.check_ins[0].id, given=given, version=None)
        elif what in list(Evaluator):
            with suppress(DomainError):
                evaluate(self.here, row, Evaluator(what))

    @precondition(lambda self: len(self.rows) < 3)
    @rule(employer=st.sampled_from([0, 1]), day=DAYS)
    def another(self, employer: int, day: date) -> None:
        given = PlacementFields(employer_id=self.employers[employer], kind="other", starts_on=day)
        with transaction():
            self.rows.append(start_placement(self.here.coordinator, participant_id=self.person_id, given=given))

    @invariant()
    def runs_only_when_clarified(self) -> None:
        self.ran_before = {row.id for row in self.rows if row.id in self.ran_before and row.status == "active"}
        for row in self.rows:
            if self.blocks and row.status == "active" and row.id not in self.ran_before:
                assert _is_clarified(row)

    @invariant()
    def keep_their_reasons(self) -> None:
        for row in self.rows:
            if row.status in ENDED:
                assert row.end_reason == self.reasons[row.id]

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
    def have_one_status(self) -> None:
        for row in self.rows:
            assert row.status in (*BEFORE_START, "active", *ENDED)
            assert (row.end_reason is not None) == (row.status in ENDED)
            assert not row.cancelled or row.closed_on is not None


def _is_clarified(row: Placement) -> bool:
    return row.clarification is not None and row.clarification.is_complete
