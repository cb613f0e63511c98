"""Whatever is done in whatever order: where the unit insists, nothing runs without the clarification."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from crm import clock
from crm.db import transaction
from crm.errors import DomainError
from crm.placements.following_services import close_placement
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
        employer_id = world.employer().id
        insist_on(here, GapKind.CLARIFICATION)

        def machine() -> Course:
            return Course(here, employer_id)

        made: Any = machine

        run_state_machine_as_test(
            made,
            settings=settings(
                max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )


class Course(RuleBasedStateMachine):
    """One placement, and everything that staff can do with it."""

    def __init__(self, here: Here, employer_id: int) -> None:
        super().__init__()
        self.here = here
        self.given = PlacementFields(employer_id=employer_id, kind="other", starts_on=date(2026, 5, 1))
        with transaction():
            self.row: Placement = start_placement(here.coordinator, participant_id=here.person_id, given=self.given)

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
        given = PlacementFields(employer_id=self.given.employer_id, kind=kind, starts_on=day, ends_on=self.row.ends_on)
        self._try(change_placement, version=None, given=given)

    @rule()
    def begin(self) -> None:
        self._try(begin_placement)

    @rule(reason=REASONS)
    def end(self, reason: str) -> None:
        self._try(end_placement, ends_on=date(2026, 7, 2), reason=reason)

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

    @invariant()
    def has_one_status(self) -> None:
        assert self.row.status in (*BEFORE_START, "active", *ENDED)
        assert (self.row.end_reason is not None) == (self.row.status in ENDED)
        assert not self.row.cancelled or self.row.closed_on is not None
